import base64

from odoo import http
from odoo.http import request

from odoo.addons.appointment_booking.controllers.booking_page import BookingPage

DOT = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


class VideoconfSeen(BookingPage):
    @http.route(
        "/booking/conference/seen/<string:token>.gif",
        type="http",
        auth="public",
        methods=["GET"],
        save_session=False,
        sitemap=False,
    )
    def conference_seen(self, token, **params):
        """Note that an e-mail was probably opened.

        The one address that notes something by being read: that is what it is for. It is in the e-mails to guests who
        agreed, and nowhere else; it notes one hour, once, and nothing of who fetched it.
        """
        message = request.env["videoconf.message"].sudo()._find_by_open_token(token)
        if message:
            message.guest_id._open()
        return self._keep_private(request.make_response(DOT, [("Content-Type", "image/gif")]))
