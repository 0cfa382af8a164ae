from odoo import models

from ..exceptions import PARTICIPANT, PARTNER


class ResUsers(models.Model):
    """For whom somebody with an account acts in business meetings."""

    _inherit = "res.users"

    def _get_meeting_sides(self):
        """Return ``[(side, one), ...]`` with all rights, events that are not over first.

        Partners whose company is theirs, and registrations that were made for their own contact.
        """
        self.ensure_one()
        sides = [(PARTNER, sponsor) for sponsor in self.env["event.sponsor"]._search_run_by(self)]
        sides += [(PARTICIPANT, one) for one in self.env["event.registration"]._search_meeting_own(self)]
        return sorted(sides, key=lambda entry: (entry[1].event_id.is_finished, entry[1].event_id.date_begin))

    def _count_meetings_ahead(self):
        """Return how many meetings are ahead of somebody, and requests that wait for their answer."""
        return sum(
            page_counts["received"] + page_counts["confirmed"]
            for side, one in self._get_meeting_sides()
            for page_counts in [self.env["business.meeting.page"]._count_statuses(side, one)]
        )
