from odoo import http
from odoo.http import request
from odoo.tools.translate import LazyTranslate

from .booking_page import BookingPage

_lt = LazyTranslate(__name__)

# Below this number of types everything is in sight, and a search field would only be in the way.
SEARCH_FROM = 4


class BookingCatalogue(BookingPage):
    """The list of what can be booked."""

    def sitemap_catalogue(env, rule, qs):
        if not qs or qs.lower() in "/booking":
            yield {"loc": "/booking"}

    @http.route(
        "/booking",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
        readonly=True,
        sitemap=sitemap_catalogue,
        list_as_website_content=_lt("Appointments"),
    )
    def catalogue(self, search="", category="", **params):
        search = search.replace("\x00", "").strip()[:100] if isinstance(search, str) else ""
        published = request.env["booking.type"].sudo()._get_published()
        categories = published.category_id.sorted()
        # An unknown category, as one that has gone, shows everything: no reason for an error page.
        chosen = categories.filtered(lambda known: str(known.id) == category)
        types = published.filtered(lambda known: not chosen or known.category_id == chosen)._matching(search)
        return self._render(
            "page_catalogue",
            {
                "groups": self._journey()._get_catalogue(types),
                "categories": categories if len(published.grouped("category_id")) > 1 else categories.browse(),
                "category": chosen,
                "search": search,
                "searchable": bool(search) or len(published) >= SEARCH_FROM,
                "found": len(types),
                "free": "required" not in published.mapped("sign_in"),
            },
        )
