from odoo import http
from odoo.http import content_disposition, request

from odoo.addons.appointment_booking.controllers.booking_page import BookingPage

from ..models.videoconf_guest import ANSWERS

PAGE = "/booking/conference/<string:token>"
# What a guest does by a button of their page. Whoever has the link has read the e-mail, so no session is needed.
DEED = {
    "type": "http",
    "auth": "public",
    "methods": ["POST"],
    "website": True,
    "csrf": False,
    "save_session": False,
    "max_content_length": 64 * 1024,
}
LOOK = {"type": "http", "auth": "public", "methods": ["GET"], "website": True, "sitemap": False}


class VideoconfGuest(BookingPage):
    """The page of a guest, behind the secret link in their e-mails.

    Scanners and previews open such links, so looking changes nothing: only POST answers, joins and agrees.
    """

    @http.route(PAGE, **LOOK)
    def conference_page(self, token, **params):
        guest = self._find_conference_guest(token)
        return self._render_conference(guest, self._get_conference_status(guest))

    @http.route(f"{PAGE}/<any(answer,join,consent,block,unblock):deed>", **LOOK)
    def conference_deed_by_link(self, token, deed, **params):
        """Where a reload or a mail program that opens the address leads: to the page that asks."""
        return self._keep_private(self._go(f"/booking/conference/{token}"))

    @http.route(f"{PAGE}/ics", **LOOK)
    def conference_ics(self, token, **params):
        guest = self._find_conference_guest(token)
        if guest._find_end() or not guest.conference_id.start:
            return self._render_conference(guest, 410)
        headers = [
            ("Content-Type", "text/calendar; charset=utf-8"),
            ("Content-Disposition", content_disposition("video-conference.ics")),
        ]
        return self._keep_private(request.make_response(guest._get_ics("PUBLISH"), headers))

    @http.route(f"{PAGE}/document/<int:document_id>", **LOOK)
    def conference_document(self, token, document_id, **params):
        guest = self._find_conference_guest(token)
        document = guest.conference_id.document_ids.filtered(lambda document: document.id == document_id)
        if not document or guest._find_end():
            return self._render_conference(guest, 404, "no_document")
        stream = request.env["ir.binary"]._get_stream_from(document)
        # Never shown by the browser as a page of ours: what it is, somebody outside may have made.
        response = stream.get_response(as_attachment=True)
        response.headers["X-Content-Type-Options"] = "nosniff"
        return self._keep_private(response)

    @http.route(f"{PAGE}/answer", **DEED)
    def conference_answer(self, token, **params):
        guest = self._find_conference_guest(token)
        answer = params.get("answer")
        if guest._find_end() or not guest.conference_id.start:
            return self._render_conference(guest, 410)
        if answer not in ANSWERS:
            return self._render_conference(guest, 400, "no_answer")
        if not self._may("guest_answer", f"conference {guest.id}"):
            return self._retry_after(self._render_conference(guest, 429, "too_often"), "guest_answer")
        guest._answer(answer)
        return self._go(f"/booking/conference/{token}")

    @http.route(f"{PAGE}/join", **DEED)
    def conference_join(self, token, **params):
        guest = self._find_conference_guest(token)
        if not self._may_touch():
            return self._retry_after(self._render_conference(guest, 429, "busy"), "touch")
        if guest._find_end():
            return self._render_conference(guest, 410)
        if not guest._may_join():
            return self._render_conference(guest, 409, "early")
        address = guest._join()
        if not address:
            return self._render_conference(guest, 409, "no_room")
        return self._keep_private(request.redirect(address, code=303, local=False))

    @http.route(f"{PAGE}/consent", **DEED)
    def conference_consent(self, token, **params):
        """Agree to be seen opening invitations, or take it back."""
        guest = self._find_conference_guest(token)
        if not self._may_touch():
            return self._retry_after(self._render_conference(guest, 429, "busy"), "touch")
        if params.get("agrees") not in ("yes", "no"):
            return self._render_conference(guest, 400, "no_answer")
        consents = request.env["videoconf.consent"].sudo()
        consents._note(guest.partner_id, params["agrees"] == "yes", "page")
        return self._go(f"/booking/conference/{token}")

    @http.route(f"{PAGE}/block", **DEED)
    def conference_block(self, token, **params):
        """Be left alone: by the button, or by that of a mail program (RFC 8058), which follows no redirect."""
        guest = self._find_conference_guest(token)
        guest._block()
        return self._render_conference(guest)

    @http.route(f"{PAGE}/unblock", **DEED)
    def conference_unblock(self, token, **params):
        guest = self._find_conference_guest(token)
        if guest.email:
            request.env["booking.guest.block"].sudo()._drop(guest.email)
        return self._go(f"/booking/conference/{token}")

    def _find_conference_guest(self, token):
        guest = request.env["videoconf.guest"].sudo()._find_by_token(token)
        if not guest:
            self._stop("appointment_videoconf.page_unknown", {}, 404, private=True)
        return guest

    def _get_conference_status(self, guest):
        """A page that no longer says when is gone; that it is cancelled is still worth knowing."""
        return 410 if guest._find_end() in ("removed", "over") else 200

    def _render_conference(self, guest, status=200, notice=None):
        end = guest._find_end()
        values = {
            "guest": guest,
            "conference": guest.conference_id,
            "page_url": f"/booking/conference/{guest.access_token}",
            "end": end,
            "notice": notice,
            "blocked": bool(guest.email and request.env["booking.guest.block"].sudo()._find_blocked([guest.email])),
            "names": [] if end else guest.conference_id._get_listed_names(guest),
            "wording": request.env["videoconf.consent"]._get_wording(),
        }
        return self._render("appointment_videoconf.page_conference", values, status, private=True)
