from odoo import fields, models


class ResUsers(models.Model):
    _inherit = "res.users"

    booking_advisor_ids = fields.One2many("booking.advisor", "user_id", string="Appointment types taken")
    booking_availability_ids = fields.One2many("booking.availability", "user_id", string="Booking hours")
    booking_team_ids = fields.Many2many(
        "booking.team", "booking_team_member_rel", "user_id", "team_id", string="Booking teams"
    )
