from odoo import api, fields, models


class BusinessMeetingSlotClose(models.TransientModel):
    """Closing slots of the grid: says what is affected, before it is done."""

    _name = "business.meeting.slot.close"
    _description = "Close Slots"

    slot_ids = fields.Many2many("business.meeting.slot", required=True)
    meeting_ids = fields.Many2many("business.meeting", string="Confirmed meetings", compute="_compute_affected")
    request_ids = fields.Many2many("business.meeting", string="Requests that propose them", compute="_compute_affected")
    summary = fields.Char(compute="_compute_affected")
    what = fields.Selection(
        [("keep", "Keep the confirmed meetings"), ("cancel", "Cancel the confirmed meetings, and tell both sides")],
        string="Then",
        default="keep",
        required=True,
    )
    message = fields.Text(help="Told to both sides of the meetings that are cancelled.")

    @api.depends("slot_ids")
    def _compute_affected(self):
        for close in self:
            meetings = self.env["business.meeting"]._get_ahead([("slot_id", "in", close.slot_ids.ids)])
            requests = (
                self.env["business.meeting.proposal"]
                .search([("slot_id", "in", close.slot_ids.ids), ("meeting_id.state", "=", "requested")])
                .meeting_id
            )
            close.meeting_ids = meetings.with_env(self.env)
            close.request_ids = requests
            close.summary = self.env._(
                "Confirmed meetings: %(meetings)s. Requests that propose one of these slots: %(requests)s; they stay, "
                "but a closed slot can no longer be chosen.",
                meetings=len(meetings),
                requests=len(requests),
            )

    def action_close(self):
        """Offer the slots to nobody, and do what was chosen about the meetings in them."""
        self.ensure_one()
        self.slot_ids.write({"is_open": False})
        if self.what == "cancel":
            for meeting in self.meeting_ids:
                meeting._cancel("partner", self.message)
        return {"type": "ir.actions.act_window_close"}
