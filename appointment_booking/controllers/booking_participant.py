from odoo import http
from odoo.http import content_disposition, request

from ..models.booking_participant import ANSWERS
from .booking_page import BookingPage


class BookingParticipant(BookingPage):
    """Where a participant answers, behind the secret link in their e-mail. Looking changes nothing: only POST acts."""

    @http.route(
        [
            "/booking/participant/<string:token>",
            "/booking/participant/<string:token>/answer",
        ],
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
        sitemap=False,
    )
    def participant_page(self, token, **params):
        participant = self._find_participant_or_stop(token)
        status = 410 if participant.appointment_id._find_end() == "over" else 200
        return self._render_participant(participant, status)

    @http.route(
        "/booking/participant/<string:token>/ics",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
        sitemap=False,
    )
    def participant_ics(self, token, **params):
        participant = self._find_participant_or_stop(token)
        if participant.appointment_id._find_end():
            return self._render_participant(participant, 410)
        headers = [
            ("Content-Type", "text/calendar; charset=utf-8"),
            ("Content-Disposition", content_disposition("appointment.ics")),
        ]
        return self._keep_private(request.make_response(participant._get_ics("PUBLISH"), headers))

    @http.route(
        "/booking/participant/<string:token>/answer",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
        csrf=False,
        save_session=False,
    )
    def participant_answer(self, token, **params):
        participant = self._find_participant_or_stop(token)
        answer = params.get("answer")
        if participant.appointment_id._find_end():
            return self._render_participant(participant, 410)
        if answer not in ANSWERS:
            return self._render_participant(participant, 400, "no_answer")
        if not self._may("guest_answer", f"participant {participant.id}"):
            return self._retry_after(self._render_participant(participant, 429, "too_often"), "guest_answer")
        participant._answer(answer)
        return self._go(f"/booking/participant/{token}")

    def _find_participant_or_stop(self, token):
        participant = request.env["booking.participant"].sudo()._find_by_token(token)
        if not participant:
            self._stop("page_participant_unknown", {}, 404, private=True)
        return participant

    def _render_participant(self, participant, status=200, notice=None):
        values = {
            "participant": participant,
            "token": participant.access_token,
            "appointment": participant.appointment_id._for_guest(),
            "end": participant.appointment_id._find_end(),
            "notice": notice,
        }
        return self._render("page_participant", values, status, private=True)
