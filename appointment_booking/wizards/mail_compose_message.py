from odoo import models


class MailComposeMessage(models.TransientModel):
    _inherit = "mail.compose.message"

    def _compute_partner_ids(self):
        """An e-mail to the participants stays one to all of them, whichever template of one's own is taken."""
        super()._compute_partner_ids()
        if "booking_template_domain" not in self.env.context:
            return
        for composer in self.filtered("template_id.use_default_to"):
            appointments = self.env["booking.appointment"].browse(composer._evaluate_res_ids())
            composer.partner_ids = appointments._get_recipients()
