from odoo import fields, models


class BookingAnswer(models.Model):
    """What the booker said to one question, in a column of its own type."""

    _name = "booking.answer"
    _description = "Answer of the Booking Form"
    _order = "appointment_id, sequence, id"

    appointment_id = fields.Many2one("booking.appointment", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="appointment_id.company_id")
    question_id = fields.Many2one("booking.question", ondelete="set null", index="btree_not_null")
    sequence = fields.Integer()
    label = fields.Char(required=True, help="The question as it was asked, kept should it change or go.")
    personal = fields.Boolean()
    value_text = fields.Text(string="Text answer")
    value_boolean = fields.Boolean(string="Checked")
    kind = fields.Char(help="The field type of the question when it was answered.")
    display_value = fields.Char(compute="_compute_display_value", string="Answer")

    def _compute_display_value(self):
        for answer in self:
            if answer.kind == "checkbox":
                answer.display_value = self.env._("Yes") if answer.value_boolean else self.env._("No")
            else:
                answer.display_value = answer.value_text
