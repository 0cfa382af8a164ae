from datetime import datetime
from typing import NamedTuple

from odoo.exceptions import UserError

PARTNER, PARTICIPANT = SIDES = ("partner", "participant")


def other_side(side: str) -> str:
    """Return who sits across the table: ``"partner"`` or ``"participant"``."""
    return {PARTNER: PARTICIPANT, PARTICIPANT: PARTNER}[side]


class Offer(NamedTuple):
    """A slot in which a partner (at a space) and a participant could meet. Plain values: they outlive a cursor.

    Instants are naive UTC.
    """

    slot_id: int
    space_id: int
    start: datetime
    stop: datetime


class MeetingRefused(UserError):
    """A deed about a business meeting that the rules do not allow: an answer for a person, not a fault.

    In the back office it is shown as any other message of Odoo; pages show its text with what it offers.

    ``code`` is one of

    =============  ===================================================================================
    ``off``        the event has no business meetings, or it is over for this partner or participant
    ``unmatched``  no rule lets these two meet
    ``already``    they have an open request or a meeting ahead
    ``limit``      too many open requests of who asks
    ``quota``      the quota of meetings of the partner is used up
    ``no_slot``    no slot was chosen, or too many
    ``slot``       a slot that is not of this event, closed, or over
    ``taken``      one of them, or the space, is busy then: see ``offers``
    ``space``      a space that is not the partner's, or there is none
    ``space_used`` a space with confirmed meetings that cannot go
    ``space_name``, ``space_contact``: what a space is given and cannot be
    ``word``       a message that says nothing, or comes too late
    ``state``      the meeting has moved on: answered, cancelled, over
    ``expired``    the request was not answered in time
    ``turn``       the other side has to answer
    ``report``     an outcome or a rating that cannot be
    =============  ===================================================================================

    ``offers`` is a list of :class:`Offer`: the next slots in which both are free. ``raced`` tells that PostgreSQL
    itself refused, since somebody else was faster by a moment: on a fresh snapshot the answer would be more exact.
    """

    def __init__(self, code: str, message: str, offers: list[Offer] | None = None, raced: bool = False):
        super().__init__(message)
        self.code = code
        self.offers = offers or []
        self.raced = raced

    @property
    def message(self) -> str:
        return self.args[0]
