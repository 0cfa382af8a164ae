from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from ..tools.matching import matches


class BookingType(models.Model):
    """The types that visitors of a website may book, and how they are found."""

    _inherit = "booking.type"

    @api.model
    def _get_published(self, domain=()):
        """Return the types of the current website that can be booked, but those that an access code keeps hidden."""
        return self.search(
            Domain("website_published", "=", True) & Domain("is_listed", "=", True) & Domain(list(domain))
        )

    def _matching(self, search):
        """Return the types of which the words of a search are told: name, welcome text, reasons and category."""
        return self.filtered(
            lambda known: matches(
                search, [known.name, known.welcome_text, known.category_id.name, *known.reason_ids.mapped("name")]
            )
        )

    @api.model
    def get_block_choices(self):
        """Return what the website's editor offers for the building blocks, also to editors without another right.

        :return: ``{"types": [{"id", "name", "url"}], "categories": [{"id", "name"}]}`` of what is published
        """
        if not self.env.user.has_group("website.group_website_restricted_editor"):
            raise AccessError(self.env._("Only editors of the website choose what its building blocks show."))
        types = self.sudo()._get_published()
        return {
            "types": [{"id": known.id, "name": known.name, "url": known.website_url} for known in types],
            "categories": [{"id": known.id, "name": known.name} for known in types.category_id.sorted()],
        }
