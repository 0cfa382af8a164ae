"""How often people may do by the pages of meetings what programs do too often. Pure Python.

Beside the table of ``appointment_booking``; the counts can be changed in the same way.
"""

from datetime import timedelta

from odoo.addons.appointment_booking.tools.limits import Limit

LIMITS = {
    "meeting_ask": Limit(60, timedelta(hours=1)),  # requests and other slots, by partner or participant
    "meeting_word": Limit(30, timedelta(hours=1)),  # messages about one meeting, by side
    "meeting_move": Limit(10, timedelta(hours=1)),  # of one meeting: each time people are written to
}
