from odoo import fields, models


class BookingTeam(models.Model):
    """Who manages whom: rights on types, availability and appointments follow the teams."""

    _name = "booking.team"
    _description = "Booking Team"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company)
    manager_ids = fields.Many2many(
        "res.users",
        "booking_team_manager_rel",
        "team_id",
        "user_id",
        string="Managers",
        domain="[('share', '=', False)]",
        help="They set up the appointment types of this team, and see the hours and appointments of its members.",
    )
    member_ids = fields.Many2many(
        "res.users",
        "booking_team_member_rel",
        "team_id",
        "user_id",
        string="Members",
        domain="[('share', '=', False)]",
        help="The advisors of this team.",
    )
    own_hours = fields.Boolean(
        string="Members edit their own hours",
        default=True,
        help="Off, only the managers of this team change the hours of its members. An advisor of several teams edits "
        "their hours when all of them allow it.",
    )
    type_ids = fields.Many2many("booking.type", string="Appointment types")
    color = fields.Integer()
