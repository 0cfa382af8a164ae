from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    videoconf_provider_id = fields.Many2one(
        related="company_id.videoconf_provider_id",
        readonly=False,
        domain="[('company_id', 'in', (False, company_id))]",
    )
