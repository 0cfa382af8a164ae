from odoo import api, fields, models


class BookingType(models.Model):
    """The waiting list of a type: whether there is one, and how it works."""

    _inherit = "booking.type"

    waiting_list = fields.Boolean(
        default=True,
        help="Visitors whom no slot suits leave their wishes and are told when a matching slot is free. "
        "Off, nobody can join; those who wait already are still told.",
    )
    waiting_head_start = fields.Integer(
        string="Head start",
        default=60,
        help="Minutes for which a free slot is told to the first in the queue alone, before the next one is told.",
    )
    waiting_days = fields.Integer(
        string="Longest wait", required=True, default=60, help="After these days on the waiting list a wait ends."
    )
    waiting_ids = fields.One2many("booking.waiting", "type_id", string="Waiting list")
    waiting_count = fields.Integer(compute="_compute_waiting_count", string="People waiting")

    _waiting_limits = models.Constraint(
        "CHECK (waiting_head_start >= 0 AND waiting_days > 0)",
        "The head start cannot be negative, and a wait lasts a day at least.",
    )

    @api.depends_context("uid")
    def _compute_waiting_count(self):
        # Whoever may not see the people may not count them either.
        people = self.env["booking.waiting"]
        groups = []
        if people.has_access("read"):
            groups = people._read_group(
                [("type_id", "in", self.ids), ("state", "=", "waiting")], ["type_id"], ["__count"]
            )
        counts = dict(groups)
        for booking_type in self:
            booking_type.waiting_count = counts.get(booking_type, 0)

    def action_view_waiting(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("appointment_booking.booking_waiting_action")
        return dict(
            action,
            domain=[("type_id", "=", self.id)],
            context={"default_type_id": self.id, "search_default_waiting": 1},
        )
