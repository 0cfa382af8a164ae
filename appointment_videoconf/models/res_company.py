from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResCompany(models.Model):
    _inherit = "res.company"

    videoconf_provider_id = fields.Many2one(
        "videoconf.provider",
        string="Video provider",
        ondelete="restrict",
        domain="[('company_id', 'in', (False, id))]",
        help="Makes the rooms of appointments and conferences that name no other provider.",
    )

    @api.constrains("videoconf_provider_id")
    def _check_videoconf_provider(self):
        for company in self:
            if company.videoconf_provider_id.company_id not in (company, company.browse()):
                raise ValidationError(self.env._("This video provider belongs to another company."))
