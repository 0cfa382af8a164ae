from odoo import fields, models


def _as_new_types_start(name):
    """Show the value that a new type would start with now, also before anybody has saved the settings."""
    return lambda self: self.env["booking.type"].default_get([name]).get(name)


class ResConfigSettings(models.TransientModel):
    """The values that new appointment types start with."""

    _inherit = "res.config.settings"

    default_duration = fields.Integer(
        default_model="booking.type", string="Duration", default=_as_new_types_start("duration")
    )
    default_slot_step = fields.Integer(
        default_model="booking.type", string="A slot every", default=_as_new_types_start("slot_step")
    )
    default_gap = fields.Integer(
        default_model="booking.type", string="Gap between appointments", default=_as_new_types_start("gap")
    )
    default_min_notice = fields.Integer(
        default_model="booking.type", string="Minimum notice", default=_as_new_types_start("min_notice")
    )
    default_horizon_days = fields.Integer(
        default_model="booking.type", string="Booking horizon", default=_as_new_types_start("horizon_days")
    )
    default_hold_minutes = fields.Integer(
        default_model="booking.type", string="Slot held for", default=_as_new_types_start("hold_minutes")
    )
    default_max_per_day = fields.Integer(
        default_model="booking.type",
        string="Maximum per day and advisor",
        default=_as_new_types_start("max_per_day"),
    )
    default_channel = fields.Selection(
        selection=lambda self: self.env["booking.type"]._fields["channel"]._description_selection(self.env),
        default_model="booking.type",
        string="Channel",
        default=_as_new_types_start("channel"),
    )
    default_video_provider = fields.Selection(
        selection=lambda self: self.env["booking.type"]._fields["video_provider"]._description_selection(self.env),
        default_model="booking.type",
        string="Video rooms",
        default=_as_new_types_start("video_provider"),
    )
    default_sign_in = fields.Selection(
        selection=lambda self: self.env["booking.type"]._fields["sign_in"]._description_selection(self.env),
        default_model="booking.type",
        string="Account",
        default=_as_new_types_start("sign_in"),
    )
    default_one_at_a_time = fields.Boolean(
        default_model="booking.type",
        string="One appointment at a time",
        default=_as_new_types_start("one_at_a_time"),
    )
    booking_embed_origins = fields.Text(related="website_id.booking_embed_origins", readonly=False)
    default_show_weekends = fields.Boolean(
        default_model="booking.type", string="Show weekends", default=_as_new_types_start("show_weekends")
    )
    default_distribution = fields.Selection(
        selection=lambda self: self.env["booking.type"]._fields["distribution"]._description_selection(self.env),
        default_model="booking.type",
        string="Distribution",
        default=_as_new_types_start("distribution"),
    )
    booking_own_hours = fields.Boolean(related="company_id.booking_own_hours", readonly=False)
    default_allow_move = fields.Boolean(
        default_model="booking.type",
        string="Bookers may move their appointment",
        default=_as_new_types_start("allow_move"),
    )
    default_move_notice = fields.Integer(
        default_model="booking.type", string="Moving is possible until", default=_as_new_types_start("move_notice")
    )
    default_allow_cancel = fields.Boolean(
        default_model="booking.type",
        string="Bookers may cancel their appointment",
        default=_as_new_types_start("allow_cancel"),
    )
    default_cancel_notice = fields.Integer(
        default_model="booking.type",
        string="Cancelling is possible until",
        default=_as_new_types_start("cancel_notice"),
    )
