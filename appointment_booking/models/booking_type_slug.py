from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

# Parts of the addresses under /booking that are not types.
RESERVED_SLUGS = ("hold", "appointment", "waiting", "guest", "embed", "api", "block", "feed", "conference")


class BookingType(models.Model):
    _inherit = "booking.type"

    slug = fields.Char(
        string="Address",
        copy=False,
        index=True,
        help="The end of the page's address. Left empty it is made from the name, and then kept when the name changes. "
        "When you change it, the old address leads to the new one.",
    )

    _slug_uniq = models.Constraint("UNIQUE (slug)", "Another appointment type already has this address.")

    @api.model_create_multi
    def create(self, vals_list):
        taken = set()
        for vals in vals_list:
            vals["slug"] = self._slugify(vals.get("slug")) or self._free_slug(vals.get("name"), taken)
            taken.add(vals["slug"])
        types = super().create(vals_list)
        self._drop_redirects(types.mapped("slug"))
        return types

    def write(self, vals):
        if "slug" not in vals:
            return super().write(vals)
        old_slugs = {booking_type: booking_type.slug for booking_type in self}
        slug = self._slugify(vals["slug"]) or self._free_slug(vals.get("name") or self[:1].name)
        result = super().write(dict(vals, slug=slug))
        self._drop_redirects([slug])
        self.env["booking.slug.redirect"].sudo().create(
            [
                {"slug": old_slug, "type_id": booking_type.id}
                for booking_type, old_slug in old_slugs.items()
                if old_slug != slug
            ]
        )
        return result

    @api.model
    def _slugify(self, text):
        return self.env["ir.http"]._slugify(text or "", max_length=60)

    @api.model
    def _free_slug(self, name, taken=()):
        """Return a slug made from ``name`` that no other type uses, numbered where needed."""
        base = self._slugify(name) or "appointment-type"
        everywhere = self.sudo().with_context(active_test=False)
        used = {*everywhere.search([("slug", "=like", f"{base}%")]).mapped("slug"), *taken, *RESERVED_SLUGS}
        slug, number = base, 2
        while slug in used:
            slug, number = f"{base}-{number}", number + 1
        return slug

    @api.model
    def _drop_redirects(self, slugs):
        """A former address that is in use again leads to its new owner."""
        self.env["booking.slug.redirect"].sudo().search([("slug", "in", slugs)]).unlink()

    @api.model
    def _find_by_slug(self, slug):
        """Return ``(type, moved)``: the type behind an address, and whether the address is a former one."""
        booking_type = self.search([("slug", "=", slug)], limit=1)
        if booking_type:
            return booking_type, False
        redirect = self.env["booking.slug.redirect"].search([("slug", "=", slug)], limit=1)
        return redirect.type_id, bool(redirect)

    @api.constrains("slug")
    def _check_slug(self):
        for booking_type in self:
            if booking_type.slug in RESERVED_SLUGS:
                raise ValidationError(_("This address is taken by the booking pages themselves."))
