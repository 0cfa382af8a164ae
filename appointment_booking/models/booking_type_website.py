from odoo import api, models
from odoo.fields import Domain
from odoo.tools import escape_psql


class BookingType(models.Model):
    """How the website finds a type and tells other sites about it."""

    _name = "booking.type"
    _inherit = ["booking.type", "website.searchable.mixin"]

    @api.model
    def _search_get_detail(self, website, order, options):
        """Let the website's search bar find published types by their name, welcome text, reasons and category."""
        fields, mapping = (
            ["name", "website_url"],
            {
                "name": {"name": "name", "type": "text", "match": True},
                "website_url": {"name": "website_url", "type": "text", "truncate": False},
            },
        )
        if options.get("displayDescription"):
            fields.append("welcome_text")
            mapping["description"] = {"name": "welcome_text", "type": "text", "match": True}
        return {
            "model": "booking.type",
            "base_domain": [[("website_published", "=", True), ("is_listed", "=", True)]],
            "search_fields": ["name", "welcome_text"],
            "search_extra": lambda env, term: (
                Domain("reason_ids.name", "ilike", escape_psql(term))
                | Domain("category_id.name", "ilike", escape_psql(term))
            ),
            "fetch_fields": fields,
            "mapping": mapping,
            "icon": "fa-calendar-check-o",
            # Visitors have no access to the type: what they may see of it is fetched for them.
            "requires_sudo": True,
        }

    def _default_website_meta(self):
        meta = super()._default_website_meta()
        if text := self.sudo().welcome_text:
            meta["default_meta_description"] = text
            meta["default_opengraph"]["og:description"] = text
            meta["default_twitter"]["twitter:description"] = text
        return meta
