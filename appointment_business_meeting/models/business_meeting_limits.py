from odoo import api, models

from ..exceptions import PARTNER, MeetingRefused


class BusinessMeeting(models.Model):
    """Quotas, and limits on requests: each counted after the row that stands for it was written."""

    _inherit = "business.meeting"

    def _claim_quota(self, side):
        """Make sure that the partner may have one more confirmed meeting.

        :raise MeetingRefused: ``quota``
        """
        self.ensure_one()
        sponsor = self.sponsor_id.sudo()
        quota, _level = sponsor._get_meeting_quota()
        if quota is None:
            return
        counted = [("sponsor_id", "=", sponsor.id), ("state", "=", "confirmed"), ("id", "!=", self.id)]
        # Looked at before, too: where it is used up already, nobody needs to wait for a row to learn it.
        if self.sudo().search_count(counted) < quota:
            self.env["business.meeting.claim"].sudo()._claim(f"quota-{sponsor.id}")
            if self.sudo().search_count(counted) < quota:
                return
        if side != PARTNER:  # how many meetings a partner has paid for is nobody else's business
            message = self.env._("%s has reached the number of meetings it can confirm.", sponsor.name)
            raise MeetingRefused("quota", message)
        raise MeetingRefused(
            "quota",
            self.env._(
                "%(partner)s has reached the number of meetings it can confirm (%(quota)s).",
                partner=sponsor.name,
                quota=quota,
            ),
        )

    @api.model
    def _claim_request(self, side, sponsor, registration):
        """Make sure that a side may send one more request.

        :raise MeetingRefused: ``limit`` or ``quota``
        """
        asker = sponsor if side == PARTNER else registration
        if asker._get_requests_left() is None:
            return
        self.env["business.meeting.claim"].sudo()._claim(f"request-{side}-{asker.id}")
        if asker._get_requests_left() > 0:
            return
        if side == PARTNER and sponsor._is_quota_spoken_for():
            raise MeetingRefused(
                "quota",
                self.env._("The meetings that are confirmed or asked for reach the quota: no further request for now."),
            )
        raise MeetingRefused(
            "limit", self.env._("Too many requests wait for an answer. Withdraw one, or wait for an answer.")
        )
