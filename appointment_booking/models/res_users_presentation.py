from odoo import fields, models

PRESENTATION_FIELDS = ["booking_presentation", "booking_presentation_published"]


class ResUsers(models.Model):
    """How advisors present themselves to visitors who choose among them.

    Their name is shown wherever visitors choose. Their picture and what they write about themselves are their own: both
    are shown only once they are published, and only on the pages of types on which visitors choose.
    """

    _inherit = "res.users"

    booking_presentation = fields.Text(
        string="Presentation",
        translate=True,
        help="A few words about you, for visitors who choose their advisor: what you are good at, which languages you "
        "speak.",
    )
    booking_presentation_published = fields.Boolean(
        string="Show my photo and presentation to visitors",
        help="Off, visitors who choose their advisor read your name only.",
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return super().SELF_READABLE_FIELDS + PRESENTATION_FIELDS

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return super().SELF_WRITEABLE_FIELDS + PRESENTATION_FIELDS

    def _get_public_presentation(self):
        """Return what visitors may read about an advisor; empty unless it is published."""
        self.ensure_one()
        user = self.sudo()
        return (user.booking_presentation or "").strip() if user.booking_presentation_published else ""

    def _has_public_photo(self):
        self.ensure_one()
        user = self.sudo().with_context(bin_size=True)
        return bool(user.booking_presentation_published and user.image_256)
