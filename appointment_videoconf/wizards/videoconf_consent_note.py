from odoo import api, fields, models


class VideoconfConsentNote(models.TransientModel):
    """What a contact told a colleague about being seen opening invitations."""

    _name = "videoconf.consent.note"
    _description = "Note a Consent"

    partner_id = fields.Many2one("res.partner", required=True, readonly=True)
    agrees = fields.Boolean()
    details = fields.Char(string="How it was told", required=True)
    wording = fields.Text(compute="_compute_wording", string="To these words")

    @api.depends("partner_id")
    def _compute_wording(self):
        for note in self:
            consents = self.env["videoconf.consent"].with_context(lang=note.partner_id.lang or self.env.lang)
            note.wording = consents._get_wording()

    def action_note(self):
        self.ensure_one()
        self.check_access("write")
        partner = self.partner_id
        partner.check_access("write")
        consents = self.env["videoconf.consent"].sudo().with_context(lang=partner.lang or self.env.lang)
        consents._note(partner.sudo(), self.agrees, "staff", self.details)
        return {"type": "ir.actions.act_window_close"}
