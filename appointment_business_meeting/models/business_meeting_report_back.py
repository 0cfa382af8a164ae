from odoo import fields, models

from ..exceptions import MeetingRefused
from .business_meeting import OUTCOMES, RATINGS

NOTES_AT_MOST = 5000


class BusinessMeeting(models.Model):
    """What the sides tell after a meeting."""

    _inherit = "business.meeting"

    def _report(self, side, outcome=None, rating=None, notes=None):
        """Keep how a meeting went, as one side tells it. What is ``None`` stays as it was.

        :param outcome: ``held``, ``partner``, ``participant`` or ``both`` (who missed it), "" to take it back
        :param rating: 1 (poor) to 5 (excellent), as a number or text, "" to take it back
        :param notes: text for one's own use; the other side never sees it
        :raise MeetingRefused: ``state`` before the meeting begins, ``report`` for what is no outcome or rating
        """
        self.ensure_one()
        meeting = self.sudo()
        if meeting.state != "confirmed":
            raise MeetingRefused("state", meeting._say_state())
        if meeting.start > fields.Datetime.now():
            raise MeetingRefused("state", self.env._("This meeting has not begun yet."))
        values = {}
        if outcome is not None:
            values[f"{side}_outcome"] = self._read_choice(outcome, OUTCOMES)
        if rating is not None:
            values[f"{side}_rating"] = self._read_choice(str(rating), RATINGS)
        if notes is not None:
            values[f"{side}_notes"] = notes.strip()[:NOTES_AT_MOST] or False
        meeting.write(values)
        return meeting

    def _read_choice(self, value, choices):
        if value and value not in dict(choices):
            raise MeetingRefused("report", self.env._("Choose one of the answers."))
        return value or False
