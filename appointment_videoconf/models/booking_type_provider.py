from odoo import api, fields, models
from odoo.exceptions import ValidationError


class BookingType(models.Model):
    """Appointments by video whose rooms a provider makes on demand."""

    _inherit = "booking.type"

    video_provider = fields.Selection(
        selection_add=[("provider", "A room made for each appointment by a provider")],
        ondelete={"provider": "set default"},
    )
    videoconf_provider_id = fields.Many2one(
        "videoconf.provider",
        string="Video provider",
        domain="[('company_id', 'in', (False, company_id))]",
        ondelete="restrict",
        help="The account with which the rooms are made. Without one, the company's is used.",
    )

    @api.constrains("company_id", "videoconf_provider_id")
    def _check_videoconf_provider(self):
        for booking_type in self:
            if booking_type.videoconf_provider_id.sudo().company_id not in (
                booking_type.company_id,
                self.env["res.company"],
            ):
                raise ValidationError(self.env._("This video provider belongs to another company."))

    def _get_videoconf_provider(self):
        """Return the provider that makes the rooms of this type's appointments, or nothing."""
        booking_type = self.sudo()
        if booking_type.channel != "video" or booking_type.video_provider != "provider":
            return self.env["videoconf.provider"]
        own, common = booking_type.videoconf_provider_id, booking_type.company_id.videoconf_provider_id
        return own.filtered("active") or common.filtered("active")

    @api.depends("videoconf_provider_id")
    def _compute_setup_warning(self):
        return super()._compute_setup_warning()

    def _setup_problem(self):
        page, problem = super()._setup_problem()
        is_demanded = self.channel == "video" and self.video_provider == "provider"
        if problem or not is_demanded:
            return page, problem
        provider = self._get_videoconf_provider()
        if not provider:
            return "general", self.env._("No provider makes the video rooms yet: choose one. Bookers get no link.")
        if provider.kind == "personal":
            roomless = self.advisor_ids.user_id.filtered(lambda user: not user.videoconf_link)
            if roomless:
                names = ", ".join(roomless.mapped("name"))
                return "team", self.env._(
                    "No personal meeting link in the preferences of: %s. Their bookers get no link.", names
                )
        return page, problem
