"""How often visitors may do what programs do too often: one table, so that nobody has to look for them. Pure Python.

What a network does is counted by its address (``tools.network``), what concerns a person by what they typed.
"""

from datetime import timedelta
from typing import NamedTuple


class Limit(NamedTuple):
    count: int
    period: timedelta


_MINUTES, _HOUR, _DAY = timedelta(minutes=10), timedelta(hours=1), timedelta(days=1)

# By the deed. The count can be changed by the system parameter appointment_booking.limit_<deed>.
LIMITS = {
    "hold": Limit(60, _MINUTES),  # slots held, by address
    "hold_visitor": Limit(20, _MINUTES),  # by browser
    "booking_address": Limit(60, _MINUTES),  # forms sent, by address
    "booking": Limit(10, _DAY),  # by the e-mail or phone in it
    "refusal": Limit(20, _HOUR),  # answers that somebody cannot book, by address: so nobody tries many e-mails
    "code": Limit(10, _MINUTES),  # wrong access codes, by address
    "link": Limit(3, _DAY),  # the link of an appointment asked for again, by appointment
    "move": Limit(10, _HOUR),  # by appointment: each time people are written to
    "touch": Limit(300, _MINUTES),  # what only whoever holds a secret link can do, as to cancel, by address
    "waiting_address": Limit(10, _HOUR),  # joining the waiting list, by address
    "waiting_email": Limit(3, _DAY),  # by e-mail
    "upload": Limit(60, _MINUTES),  # forms with files, by address
    "feed": Limit(30, _MINUTES),  # wrong addresses of calendars, by address of the network: who tries, asks more often
    "invite": Limit(20, _DAY),  # people invited to an appointment
    "invite_address": Limit(30, _HOUR),  # people invited, by address
    "invite_mailbox": Limit(3, _DAY),  # invitations to one mailbox, whatever the appointment
    "guest_answer": Limit(20, _HOUR),  # how often a guest may change their mind
    "rating": Limit(20, _DAY),  # how often an answer about the satisfaction may change, by appointment
    "api": Limit(60, timedelta(minutes=1)),  # questions of programs, by address
}
