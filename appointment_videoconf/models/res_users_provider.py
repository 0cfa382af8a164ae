from odoo import fields, models


class ResUsers(models.Model):
    """With which provider a user's own video conferences are held, and what follows a new personal link."""

    _inherit = "res.users"

    videoconf_provider_id = fields.Many2one(
        "videoconf.provider",
        string="My video provider",
        copy=False,
        ondelete="set null",
        domain="[('company_id', 'in', (False, company_id))]",
        help="Makes the rooms of the video conferences that you organise. Without one, the company's does.",
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return super().SELF_READABLE_FIELDS + ["videoconf_provider_id"]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return super().SELF_WRITEABLE_FIELDS + ["videoconf_provider_id"]

    def _get_videoconf_provider(self):
        """Return the provider of this user's conferences: theirs, else the one of the company; or nothing."""
        self.ensure_one()
        company = self.env.company
        own = self.sudo().videoconf_provider_id
        usable = own.filtered(lambda provider: provider.active and provider.company_id in (company, company.browse()))
        return usable or company.sudo().videoconf_provider_id.filtered("active")

    def _update_meeting_links(self):
        """Let the rooms that are these users' own follow, too."""
        result = super()._update_meeting_links()
        self.env["videoconf.room"].sudo()._follow_personal_links(self)
        return result
