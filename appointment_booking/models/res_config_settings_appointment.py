from odoo import fields, models

# Those by e-mail would go to bookers as well, who have our reminders.
ON_SCREEN = "[('alarm_type', '=', 'notification')]"


class ResCompany(models.Model):
    """What the form of an appointment starts with when no type is chosen."""

    _inherit = "res.company"

    booking_category_id = fields.Many2one(
        "booking.category", string="Category of new appointments", ondelete="set null"
    )
    booking_duration = fields.Integer(string="Duration of new appointments", default=30)
    booking_place = fields.Char(string="Place of new appointments")
    booking_subject = fields.Char(string="Subject of new appointments")
    booking_alarm_ids = fields.Many2many(
        "calendar.alarm",
        "booking_company_alarm_rel",
        string="Reminders of new appointments",
        domain=ON_SCREEN,
    )

    _booking_duration_positive = models.Constraint(
        "CHECK (booking_duration > 0)", "An appointment lasts at least a minute."
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    booking_category_id = fields.Many2one(related="company_id.booking_category_id", readonly=False)
    booking_duration = fields.Integer(related="company_id.booking_duration", readonly=False)
    booking_place = fields.Char(related="company_id.booking_place", readonly=False)
    booking_subject = fields.Char(related="company_id.booking_subject", readonly=False)
    booking_alarm_ids = fields.Many2many(related="company_id.booking_alarm_ids", readonly=False, domain=ON_SCREEN)
