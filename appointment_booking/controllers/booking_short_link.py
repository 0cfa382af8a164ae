from odoo import http

from ..models.booking_journey import TOKEN
from .booking_page import BookingPage


class BookingShortLink(BookingPage):
    """The way from a text message, where characters are dear, to the page of the appointment."""

    @http.route("/b/<string:token>", type="http", auth="public", methods=["GET"], website=True, sitemap=False)
    def short_link(self, token, **params):
        if not TOKEN.fullmatch(token):
            self._stop("page_appointment_unknown", {}, 404, private=True)
        # Whether there is such an appointment, the page behind it says: here nothing is looked up.
        return self._keep_private(self._go(f"/booking/appointment/{token}"))
