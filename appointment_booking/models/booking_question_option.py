from odoo import fields, models


class BookingQuestionOption(models.Model):
    """An answer among which a booker chooses."""

    _name = "booking.question.option"
    _description = "Option of a Question"
    _inherit = ["booking.guarded"]
    _order = "question_id, sequence, id"

    question_id = fields.Many2one("booking.question", required=True, ondelete="cascade", index=True)
    type_id = fields.Many2one(related="question_id.type_id", string="Appointment type")
    company_id = fields.Many2one(related="question_id.type_id.company_id")
    name = fields.Char(string="Label", required=True, translate=True)
    code = fields.Char(
        string="Value in links",
        help="What a link says to choose this option beforehand. Leave empty to use the label.",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    def unlink(self):
        """Take options off the form. Those that somebody has chosen are kept for the statistics."""
        chosen = self.env["booking.answer"].sudo().search([("option_ids", "in", self.ids)]).option_ids & self
        chosen.active = False
        return super(BookingQuestionOption, self - chosen).unlink()
