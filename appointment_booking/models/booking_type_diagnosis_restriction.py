from datetime import timedelta

from odoo import models

from ..engine import Cause
from .booking_type_diagnosis import Obstacle


class BookingType(models.Model):
    """What the restrictions of a type have to do with a slot that is, or is not, on offer (A19)."""

    _inherit = "booking.type"

    def _diagnose(self, user, start, **choices):
        found = super()._diagnose(user, start, **choices)
        if not self.needs_code:
            return found
        note = self.env._("Only visitors who have the access code, or the secret link, see the slots of this type.")
        return found._replace(notes=[*found.notes, Obstacle("restriction", note)])

    def _get_page_obstacles(self):
        obstacles = super()._get_page_obstacles()
        state = self._get_opening()
        if state.state == "before":
            text = self.env._("A restriction: booking is not open yet. %s.", state.text)
        elif state.state == "after":
            text = self.env._("A restriction: booking is closed. %s.", state.text)
        else:
            return obstacles
        return [*obstacles, Obstacle("restriction", text)]

    def _tell_cause(self, cause, asked, causes):
        if cause != Cause.CLOSED_DATE:
            return super()._tell_cause(cause, asked, causes)
        end = asked.start + timedelta(minutes=asked.duration) - timedelta(microseconds=1)
        closing = self._find_closing(*(asked.wording.local(instant).date() for instant in (asked.start, end)))
        what = closing.summary or self.env._("this day is a closed date.")
        return [Obstacle("restriction", self.env._("A restriction: %s", what))]
