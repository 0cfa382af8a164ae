from odoo import fields, models

from .booking_waiting import MAX_NOTICES


class BookingWaitingNotice(models.Model):
    """That somebody was told of free slots: once a day, three times in all. The database sees to that."""

    _name = "booking.waiting.notice"
    _description = "Notice to a Person on the Waiting List"
    _order = "number desc, id desc"
    _rec_name = "told_at"

    waiting_id = fields.Many2one("booking.waiting", required=True, readonly=True, ondelete="cascade", index=True)
    type_id = fields.Many2one(related="waiting_id.type_id")
    company_id = fields.Many2one(related="waiting_id.company_id", store=True)
    number = fields.Integer(required=True, readonly=True)
    day = fields.Date(required=True, readonly=True, help="The date at the place.")
    told_at = fields.Datetime(string="Told", required=True, readonly=True)
    slots = fields.Json(
        readonly=True, help="What they were told of, as pairs of an agency's id (or 0) and an instant in UTC."
    )
    summary = fields.Char(compute="_compute_summary", string="Slots")

    _three_at_most = models.Constraint(
        f"CHECK (number BETWEEN 1 AND {MAX_NOTICES})", "A person on the waiting list is told three times at most."
    )
    _number_uniq = models.Constraint("UNIQUE (waiting_id, number)", "This notice was already sent.")
    _one_a_day = models.Constraint(
        "UNIQUE (waiting_id, day)", "A person on the waiting list is told once a day at most."
    )

    def _compute_summary(self):
        for notice in self:
            told = notice.waiting_id._describe_slots(notice._get_slots())
            notice.summary = "; ".join(slot.label for slot in told)

    def _get_slots(self):
        """Return ``[(agency id or False, naive UTC start)]``, the first one first; nothing without a notice."""
        return [(agency_id or False, fields.Datetime.to_datetime(start)) for agency_id, start in self.slots or []]
