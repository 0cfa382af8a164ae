from odoo import api, fields, models
from odoo.fields import Domain


class BookingAppointment(models.Model):
    """What the booker said, as one text: to be searched, read in lists and exported."""

    _inherit = "booking.appointment"

    answer_text = fields.Text(
        compute="_compute_answer_text",
        search="_search_answer_text",
        string="All answers",
        help="What the booker said in the form, one question a line: to be read in lists and exported.",
    )

    @api.depends("answer_ids.label", "answer_ids.display_value")
    @api.depends_context("lang")
    def _compute_answer_text(self):
        for appointment in self:
            appointment.answer_text = "\n".join(
                self.env._("%(label)s: %(value)s", label=answer.label, value=answer.display_value)
                for answer in appointment.answer_ids
                if answer.display_value
            )

    def _search_answer_text(self, operator, value):
        if operator not in ("ilike", "not ilike", "like", "not like"):
            return NotImplemented
        domain = Domain("answer_ids", "any", Domain("display_value", operator.removeprefix("not "), value))
        return ~domain if operator.startswith("not ") else domain
