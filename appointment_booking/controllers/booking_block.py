from odoo import http
from odoo.http import request

from ..models.booking_journey import ID
from .booking_page import BookingPage


class BookingBlock(BookingPage):
    """What the building blocks of the website show: asked for when a page is looked at, so that it is always true."""

    @http.route(
        "/booking/block/type/<int:type_id>",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
        readonly=True,
        save_session=False,
        sitemap=False,
    )
    def block_type(self, type_id, **params):
        """Answer with the card of a type; nothing for one that visitors cannot book."""
        types = request.env["booking.type"].sudo()._get_published([("id", "=", type_id)])
        return self._render_block("block_type", types)

    @http.route(
        "/booking/block/catalogue",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
        readonly=True,
        save_session=False,
        sitemap=False,
    )
    def block_catalogue(self, category="", **params):
        """Answer with the cards of all types, or of one category."""
        domain = [("category_id", "=", int(category))] if ID.fullmatch(category) else []
        types = request.env["booking.type"].sudo()._get_published(domain)
        return self._render_block("block_catalogue", types)

    def _render_block(self, template, types):
        if not types:
            return request.make_response("", status=204)
        response = self._render(template, {"groups": self._journey()._get_catalogue(types)})
        response.headers["X-Robots-Tag"] = "noindex"
        return response
