from odoo import fields, models
from odoo.exceptions import UserError


class VideoconfInvite(models.TransientModel):
    """More guests for a conference that is planned already."""

    _name = "videoconf.invite"
    _inherit = ["videoconf.guest.picker"]
    _description = "Invite Others to a Video Conference"

    conference_id = fields.Many2one("videoconf.conference", required=True, readonly=True)
    guest_ids = fields.Many2many("res.partner", "videoconf_invite_guest_rel", string="Guests")

    def action_invite(self):
        self.ensure_one()
        self.check_access("write")
        conference = self.conference_id
        conference.check_access("write")
        if conference.state != "planned" or conference._is_over():
            raise UserError(self.env._("Guests are invited to a planned conference, before it is over."))
        conference._check_invitable(self.guest_ids)
        conference.sudo()._add_guests(self.guest_ids)
        return {"type": "ir.actions.act_window_close"}
