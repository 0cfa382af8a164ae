from odoo import api, fields, models

from ..tools import sms_text


class SmsTemplatePreview(models.TransientModel):
    """The preview of a text message says how long it is: beyond one message it costs twice."""

    _inherit = "sms.template.preview"

    booking_length = fields.Char(compute="_compute_booking_length", string="Length")

    @api.depends("body")
    def _compute_booking_length(self):
        for preview in self:
            length = sms_text.measure(preview.body or "")
            values = {"characters": length.units, "messages": length.messages}
            if length.is_unicode:
                preview.booking_length = self.env._(
                    "%(characters)s characters, %(messages)s SMS: characters outside the SMS alphabet leave 70 to a "
                    "message.",
                    **values,
                )
            else:
                preview.booking_length = self.env._("%(characters)s of 160 characters, %(messages)s SMS", **values)
