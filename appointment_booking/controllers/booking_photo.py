import re

from odoo import http
from odoo.http import request

from .booking_page import BookingPage

NUMBER = re.compile(r"[0-9]{1,9}")
HOUR = 3600


class BookingPhoto(BookingPage):
    """Photos of advisors. Odoo's own image addresses stay closed to visitors: only what is published leaves here."""

    # The number is read here, so that one that cannot be is no error of the database's.
    @http.route(
        "/booking/<string:slug>/advisor/<string:number>/photo",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
        readonly=True,
        sitemap=False,
    )
    def photo(self, slug, number, **params):
        booking_type, _moved = self._find_type(slug)
        user = request.env["res.users"]
        if NUMBER.fullmatch(number):
            user = self._journey()._find_photo(booking_type, int(number))
        if not user:
            return request.make_response("", status=404)
        stream = request.env["ir.binary"].sudo()._get_image_stream_from(user.sudo().partner_id, "image_256")
        # Not for long: a photo that is taken back must go.
        stream.max_age = HOUR
        stream.public = self._is_public(booking_type)
        return stream.get_response()
