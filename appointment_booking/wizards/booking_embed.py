from odoo import api, fields, models


class BookingEmbed(models.TransientModel):
    """The code that shows the booking pages of a type on another site, and who may use it."""

    _name = "booking.embed"
    _description = "Booking Pages on Another Site"

    type_id = fields.Many2one("booking.type", string="Appointment type", required=True, readonly=True)
    height = fields.Integer(default=760, help="In pixels. The pages scroll inside it when they need more.")
    code = fields.Text(compute="_compute_code")
    origins = fields.Text(compute="_compute_origins", string="Sites that may show it")
    is_public = fields.Boolean(related="type_id.is_published")
    sign_in = fields.Selection(related="type_id.sign_in")

    @api.depends("type_id", "height")
    def _compute_code(self):
        for embed in self:
            embed.code = str(embed.type_id._get_embed_code(max(embed.height, 200))) if embed.type_id else ""

    @api.depends("type_id")
    def _compute_origins(self):
        for embed in self:
            website = embed.type_id.website_id or self.env["website"].get_current_website()
            embed.origins = "\n".join(embed.type_id._get_embed_origins(website))
