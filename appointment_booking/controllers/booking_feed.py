from odoo import http
from odoo.http import request

from .booking_page import BookingPage


class BookingFeed(BookingPage):
    """The calendar of an advisor for other programs, which keep no cookie: the token in the address is the key."""

    @http.route(
        "/booking/feed/<string:token>/appointments.ics",
        type="http",
        auth="public",
        methods=["GET"],
        save_session=False,
        sitemap=False,
    )
    def feed(self, token, **params):
        user = request.env["res.users"]._find_by_booking_feed(token)
        if not user:
            if not self._may("feed", self._get_address()):
                return self._retry_after(self._keep_private(request.make_response("", status=429)), "feed")
            return self._keep_private(request.make_response("", status=404))
        tag = user._get_booking_feed_tag()
        known = request.httprequest.if_none_match.contains_weak(tag)
        response = request.make_response(
            b"" if known else user._get_booking_feed(), [("Content-Type", "text/calendar; charset=utf-8")]
        )
        response.set_etag(tag)
        if known:
            response.status_code = 304
        self._keep_private(response)
        response.headers["Cache-Control"] = "private, no-cache"
        return response
