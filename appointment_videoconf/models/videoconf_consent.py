from odoo import api, fields, models
from odoo.exceptions import UserError


class VideoconfConsent(models.Model):
    """A contact's yes or no to being told of when they open an e-mail: when, how, and to which words.

    Rows are added and never changed: together they are the proof. The latest one holds; without any it is no.
    """

    _name = "videoconf.consent"
    _description = "Consent to See When E-mails Are Opened"
    _order = "id desc"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner", string="Contact", required=True, ondelete="cascade", index=True, readonly=True
    )
    agrees = fields.Boolean(readonly=True)
    given_on = fields.Datetime(string="On", required=True, readonly=True, default=fields.Datetime.now)
    how = fields.Selection(
        [("page", "On their own page"), ("staff", "Told to a colleague")],
        required=True,
        readonly=True,
        default="staff",
    )
    details = fields.Char(string="How it was told", readonly=True, help="By phone, on paper, in which file…")
    wording = fields.Text(string="To these words", required=True, readonly=True)
    user_id = fields.Many2one("res.users", string="Noted by", readonly=True, ondelete="set null")

    @api.model
    def _get_wording(self):
        """Return what contacts agree to, in the reader's language."""
        return self.env._(
            "You may note when I open the invitations to your video conferences, by an invisible picture in the "
            "e-mail, so that the organiser knows that I have read them. I can change my mind at any time."
        )

    @api.model
    def _note(self, partner, agrees, how, details=None):
        """Add what a contact says; the same once more adds nothing. Needs all rights."""
        if partner.videoconf_open_consent == agrees:
            return self.browse()
        return self.create(
            {
                "partner_id": partner.id,
                "agrees": agrees,
                "how": how,
                "details": details,
                "wording": self._get_wording(),
                "user_id": self.env.uid if how == "staff" else False,
            }
        )

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(self.env._("What somebody said is kept as it was said. Note what they say now beside it."))


class ResPartner(models.Model):
    _inherit = "res.partner"

    videoconf_consent_ids = fields.One2many("videoconf.consent", "partner_id", readonly=True)
    videoconf_open_consent = fields.Boolean(
        string="Agrees to be seen opening invitations",
        compute="_compute_videoconf_open_consent",
        help="Whether the organiser of a video conference is told when this contact probably opens the invitation. "
        "Without their consent nothing is noted.",
    )

    @api.depends("videoconf_consent_ids.agrees")
    def _compute_videoconf_open_consent(self):
        for partner in self:
            partner.videoconf_open_consent = partner.sudo().videoconf_consent_ids.sorted("id", reverse=True)[:1].agrees

    def action_videoconf_consent(self):
        """Note what the contact said about it."""
        self.ensure_one()
        self.check_access("write")
        return {
            "name": self.env._("Consent to see when invitations are opened"),
            "type": "ir.actions.act_window",
            "res_model": "videoconf.consent.note",
            "view_mode": "form",
            "target": "new",
            "context": {"default_partner_id": self.id, "default_agrees": not self.videoconf_open_consent},
        }
