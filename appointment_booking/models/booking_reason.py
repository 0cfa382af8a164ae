from odoo import api, fields, models


class BookingReason(models.Model):
    """Why somebody comes: a reason of a type, with its own duration and instructions."""

    _name = "booking.reason"
    _description = "Reason"
    _inherit = ["booking.guarded"]
    _order = "type_id, sequence, id"

    type_id = fields.Many2one("booking.type", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="type_id.company_id")
    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    duration = fields.Integer(
        help="In minutes. Leave at 0 to use the duration of the appointment type.",
    )
    effective_duration = fields.Integer(compute="_compute_effective_duration", string="Duration used (minutes)")
    instructions = fields.Html(
        translate=True,
        help="What to bring, how to prepare: shown when the appointment is confirmed and in the messages.",
    )
    agency_ids = fields.Many2many(
        "booking.agency",
        string="Only at",
        help="Leave empty when every agency of the type handles this reason.",
    )
    advisor_ids = fields.Many2many(
        "booking.advisor",
        string="Only with",
        domain="[('type_id', '=', type_id)]",
        help="Leave empty when every advisor of the type handles this reason.",
    )

    _duration_positive = models.Constraint("CHECK (duration >= 0)", "A duration cannot be negative.")

    @api.depends("duration", "type_id.duration")
    def _compute_effective_duration(self):
        for reason in self:
            reason.effective_duration = reason.duration or reason.type_id.duration
