from odoo import api, fields, models


class BusinessMeetingSpaceRemove(models.TransientModel):
    """Removing a space: its confirmed meetings move to another one, or stand in the way."""

    _name = "business.meeting.space.remove"
    _description = "Remove a Meeting Space"

    space_id = fields.Many2one("business.meeting.space", required=True, ondelete="cascade")
    sponsor_id = fields.Many2one(related="space_id.sponsor_id", string="Partner")
    meeting_ids = fields.Many2many("business.meeting", string="Confirmed meetings", compute="_compute_meeting_ids")
    move_to_id = fields.Many2one(
        "business.meeting.space",
        string="Move them to",
        domain="[('sponsor_id', '=', sponsor_id), ('id', '!=', space_id)]",
    )

    @api.depends("space_id")
    def _compute_meeting_ids(self):
        for remove in self:
            remove.meeting_ids = remove.space_id._get_confirmed().with_env(self.env)

    def action_remove(self):
        """Remove the space; both sides of the meetings that move are told where they are now."""
        self.ensure_one()
        event = self.space_id.event_id
        self.space_id.check_access("unlink")
        self.space_id._remove(self.move_to_id)
        if self.env.context.get("from_list"):
            return {"type": "ir.actions.act_window_close"}
        return event.action_view_meeting_spaces()
