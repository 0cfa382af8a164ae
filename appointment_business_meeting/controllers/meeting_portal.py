from odoo import http
from odoo.http import request

from ..exceptions import PARTNER
from .meeting_page import MeetingPage


class MeetingPortal(MeetingPage):
    """For whom the account acts: one side leads on at once."""

    @http.route("/my/meetings", type="http", auth="user", methods=["GET"], website=True, sitemap=False)
    def my_meetings(self, **params):
        sides = request.env.user._get_meeting_sides()
        if len(sides) == 1:
            return self._go(self._get_url(*sides[0]))
        page = self._page()
        entries = [
            {
                "url": self._get_url(side, one),
                "side": side,
                "one": one,
                "event": one.event_id,
                "dates": page._tell_dates(one.event_id),
                "counters": one._get_meeting_counters(),
            }
            for side, one in sides
        ]
        return self._render(
            "appointment_business_meeting.page_sides", {"entries": entries, "tell_count": page._tell_count}
        )

    @http.route("/my/meetings/<int:meeting_id>", type="http", auth="user", methods=["GET"], website=True, sitemap=False)
    def my_meeting(self, meeting_id, **params):
        """Lead to the page of a meeting: where Odoo's own messages point."""
        meeting = self._browse("business.meeting", meeting_id)
        for side, one in request.env.user._get_meeting_sides() if meeting else []:
            if one == (meeting.sponsor_id if side == PARTNER else meeting.registration_id):
                return self._go(f"{self._get_url(side, one)}/meeting/{meeting.id}")
        self._stop("appointment_business_meeting.page_unknown", {}, 404, private=True)

    def _get_url(self, side, one):
        return f"/my/meetings/{side}/{one.id}"
