from odoo import fields, models


class BusinessMeetingProposal(models.Model):
    """A slot that one side proposes for a meeting. Nothing is reserved by it: who is asked first confirms first."""

    _name = "business.meeting.proposal"
    _description = "Proposed Slot"
    _order = "meeting_id, start, id"
    _rec_name = "slot_id"

    meeting_id = fields.Many2one("business.meeting", required=True, readonly=True, ondelete="cascade", index=True)
    slot_id = fields.Many2one("business.meeting.slot", required=True, readonly=True, ondelete="cascade", index=True)
    space_id = fields.Many2one(
        "business.meeting.space",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="Where it would take place; any free space of the partner when it is empty.",
    )
    side = fields.Selection(
        [("partner", "Partner"), ("participant", "Participant")], string="Proposed by", required=True, readonly=True
    )
    start = fields.Datetime(related="slot_id.start", store=True)

    _once = models.Constraint("UNIQUE (meeting_id, slot_id)", "This slot is proposed already.")
