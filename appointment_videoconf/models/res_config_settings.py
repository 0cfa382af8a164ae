from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .videoconf_guest import OPEN_BEFORE


class ResCompany(models.Model):
    _inherit = "res.company"

    videoconf_open_before = fields.Integer(
        string="Guests get into the room so many minutes before", default=OPEN_BEFORE, required=True
    )
    videoconf_duration = fields.Integer(string="Usual duration of a video conference", default=30, required=True)

    @api.constrains("videoconf_open_before", "videoconf_duration")
    def _check_videoconf_minutes(self):
        for company in self:
            if not 0 <= company.videoconf_open_before <= 24 * 60:
                raise ValidationError(self.env._("The room opens between 0 minutes and a day before."))
            if not 0 < company.videoconf_duration <= 24 * 60:
                raise ValidationError(self.env._("A conference lasts at least a minute and at most a day."))


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    videoconf_open_before = fields.Integer(related="company_id.videoconf_open_before", readonly=False)
    videoconf_duration = fields.Integer(related="company_id.videoconf_duration", readonly=False)
