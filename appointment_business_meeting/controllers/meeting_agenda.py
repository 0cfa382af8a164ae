from datetime import timedelta

from odoo.http import content_disposition, request

from odoo.addons.appointment_booking.tools import ics

from .meeting_page import MeetingPage, side_route

REFRESH = timedelta(hours=1)
ANSWERED_HERE = 5


class MeetingAgenda(MeetingPage):
    """The first page of a side: what is next, what waits for an answer, the meetings day by day."""

    @side_route()
    def meeting_agenda(self, sponsor_id=None, registration_id=None, token=None, **params):
        side = self._find_side(sponsor_id, registration_id, token)
        page = self._page()
        return self._render_side(
            "page_agenda",
            side,
            "agenda",
            {
                "days": page._get_agenda(side.name, side.one),
                "waiting": page._search_meetings(side.name, side.one, "received", limit=ANSWERED_HERE),
            },
        )

    @side_route("/agenda.ics")
    def meeting_agenda_ics(self, sponsor_id=None, registration_id=None, token=None, **params):
        """Download all confirmed meetings ahead as one calendar."""
        side = self._find_side(sponsor_id, registration_id, token)
        cards = [card for _day, _today, cards in self._page()._get_agenda(side.name, side.one) for card in cards]
        entries = [card.meeting._get_ics_entry(side.name) for card in cards]
        return self._send_calendar(side, ics.build_feed(entries, side.event.name, REFRESH), "agenda.ics")

    @side_route("/meeting/<int:meeting_id>/meeting.ics")
    def meeting_ics(self, meeting_id, sponsor_id=None, registration_id=None, token=None, **params):
        side = self._find_side(sponsor_id, registration_id, token)
        meeting = self._find_meeting(side, meeting_id)
        if meeting.state != "confirmed":
            self._stop_unknown(side)
        return self._send_calendar(side, meeting._get_ics(side.name), "meeting.ics")

    def _send_calendar(self, side, content, name):
        headers = [
            ("Content-Type", "text/calendar; charset=utf-8"),
            ("Content-Disposition", content_disposition(name)),
        ]
        response = request.make_response(content, headers)
        return self._keep_private(response) if side.is_secret else response
