from odoo import http
from odoo.fields import Domain
from odoo.http import request
from odoo.tools import escape_psql
from odoo.tools.translate import LazyTranslate

from .booking_page import BookingPage

_lt = LazyTranslate(__name__)

# Below this number of types everything is in sight, and a search field would only be in the way.
SEARCH_FROM = 7


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
    def catalogue(self, search="", **params):
        search = search.replace("\x00", "").strip()[:100] if isinstance(search, str) else ""
        Type = request.env["booking.type"].sudo()
        published = Domain("website_published", "=", True)
        wanted = Domain.AND(
            Domain.OR(Domain(field, "ilike", escape_psql(word)) for field in ("name", "welcome_text"))
            for word in search.split()
        )
        types = Type.search(published & wanted)
        return self._render(
            "page_catalogue",
            {
                "groups": self._journey()._get_catalogue(types),
                "search": search,
                "searchable": bool(search) or len(types) >= SEARCH_FROM,
                "found": len(types),
            },
        )
