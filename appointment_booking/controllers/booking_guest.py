from odoo import http
from odoo.http import content_disposition, request

from .booking_page import BookingPage


class BookingGuest(BookingPage):
    """The page of somebody who is invited, behind the secret link in their e-mails.

    It shows what, when and where, and nothing of the booker but the name. Scanners and previews open such links, so
    only POST acts; whoever has the link has read the e-mail, so no session is needed.
    """

    @http.route(
        "/booking/guest/<string:token>", type="http", auth="public", methods=["GET"], website=True, sitemap=False
    )
    def guest_page(self, token, **params):
        guest = self._find_guest_or_stop(token)
        return self._render_guest(guest, self._get_status(guest))

    @http.route(
        "/booking/guest/<string:token>/ics", type="http", auth="public", methods=["GET"], website=True, sitemap=False
    )
    def guest_ics(self, token, **params):
        guest = self._find_guest_or_stop(token)
        if self._find_end(guest):
            return self._render_guest(guest, 410)
        headers = [
            ("Content-Type", "text/calendar; charset=utf-8"),
            ("Content-Disposition", content_disposition("appointment.ics")),
        ]
        return self._keep_private(request.make_response(guest._get_ics("PUBLISH"), headers))

    @http.route(
        "/booking/guest/<string:token>/answer",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
        csrf=False,
        save_session=False,
    )
    def guest_answer(self, token, **params):
        guest = self._find_guest_or_stop(token)
        answer = params.get("answer")
        if self._find_end(guest):
            return self._render_guest(guest, 410)
        if answer not in ("yes", "no"):
            return self._render_guest(guest, 400, "no_answer")
        if not self._may("guest_answer", guest.id):
            return self._retry_after(self._render_guest(guest, 429, "too_often"), "guest_answer")
        guest._answer(answer == "yes")
        return self._go(f"/booking/guest/{token}")

    @http.route(
        "/booking/guest/<string:token>/block",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
        csrf=False,
        save_session=False,
    )
    def guest_block(self, token, **params):
        """Be left alone: by the button of the page, or by that of a mail program (RFC 8058).

        The answer is the page itself: mail programs do not follow redirects.
        """
        guest = self._find_guest_or_stop(token)
        guest._block()
        return self._render_guest(guest)

    @http.route(
        "/booking/guest/<string:token>/unblock",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
        csrf=False,
        save_session=False,
    )
    def guest_unblock(self, token, **params):
        guest = self._find_guest_or_stop(token)
        request.env["booking.guest.block"].sudo()._drop(guest.email)
        return self._go(f"/booking/guest/{token}")

    @http.route(
        "/booking/guest/<string:token>/<any(answer,block,unblock):deed>",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
        sitemap=False,
    )
    def guest_deed_by_link(self, token, deed, **params):
        """Where a reload or a mail program that opens the address leads: to the page that asks."""
        return self._go(f"/booking/guest/{token}")

    def _find_guest_or_stop(self, token):
        guest = request.env["booking.guest"].sudo()._find_by_token(token)
        if not guest:
            self._stop("page_guest_unknown", {}, 404, private=True)
        return guest

    def _find_end(self, guest):
        """Return why there is nothing to be answered any more: ``removed``, ``cancelled``, ``over``, or nothing."""
        return "removed" if guest.state == "removed" else guest.appointment_id._find_end()

    def _get_status(self, guest):
        """A page that no longer says when and where is gone; that it is cancelled is still worth knowing."""
        return 410 if self._find_end(guest) in ("removed", "over") else 200

    def _render_guest(self, guest, status=200, notice=None):
        appointment = guest.appointment_id
        values = {
            "guest": guest,
            "appointment": appointment._for_guest(),
            "booking_type": appointment.type_id,
            "end": self._find_end(guest),
            "blocked": bool(request.env["booking.guest.block"].sudo()._find_blocked([guest.email])),
            "notice": notice,
        }
        return self._render("page_guest", values, status, private=True)
