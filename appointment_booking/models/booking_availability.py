from odoo import _, api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date
from odoo.tools.date_utils import float_to_time

from odoo.addons.base.models.res_partner import _tz_get

from ..engine import Rule

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class BookingAvailability(models.Model):
    """When an advisor may be booked, in wall-clock hours of a time zone.

    Three kinds share the record because they are told in the same words:
    *recurring* opens hours on weekdays, *one-off* opens hours on dates, and
    *closed* takes hours (or whole days) away from both.
    """

    _name = "booking.availability"
    _description = "Availability"
    _inherit = ["booking.guarded"]
    _order = "user_id, kind desc, date_from, id"

    user_id = fields.Many2one(
        "res.users",
        string="Advisor",
        required=True,
        ondelete="cascade",
        index=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
    )
    agency_id = fields.Many2one(
        "booking.agency",
        ondelete="cascade",
        index="btree_not_null",
        help="Where the advisor is during these hours. Leave empty when these hours hold for every agency.",
    )
    kind = fields.Selection(
        [("recurring", "Every week"), ("one_off", "On a date"), ("closed", "Closed")],
        required=True,
        default="recurring",
    )
    mon = fields.Boolean(default=True)
    tue = fields.Boolean(default=True)
    wed = fields.Boolean(default=True)
    thu = fields.Boolean(default=True)
    fri = fields.Boolean(default=True)
    sat = fields.Boolean()
    sun = fields.Boolean()
    date_from = fields.Date(string="From", help="First day, included. Leave empty for hours that already hold.")
    date_to = fields.Date(string="Until", help="Last day, included. Leave empty for hours without an end.")
    hours_ids = fields.One2many("booking.availability.hours", "availability_id", copy=True)
    tz = fields.Selection(
        _tz_get,
        string="Time zone",
        compute="_compute_tz",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        help="The hours are those of a clock on the wall there.",
    )
    type_ids = fields.Many2many(
        "booking.type",
        string="Only for",
        help="Leave empty when these hours serve every appointment type of the advisor.",
    )
    note = fields.Char(help="Why, for colleagues: training, school holidays…")
    active = fields.Boolean(default=True)

    _dates_ordered = models.Constraint("CHECK (date_to >= date_from)", "The last day cannot be before the first.")

    @api.depends("agency_id", "user_id")
    def _compute_tz(self):
        for availability in self:
            availability.tz = availability.agency_id.tz or availability.user_id.tz or self.env.user.tz or "UTC"

    @api.constrains("kind", "hours_ids", "date_from", "date_to", *WEEKDAYS)
    def _check_complete(self):
        for availability in self:
            if availability.kind != "closed" and not availability.hours_ids:
                raise ValidationError(_("Enter the hours in which %s may be booked.", availability.user_id.name))
            if availability.kind == "recurring" and not any(availability[day] for day in WEEKDAYS):
                raise ValidationError(_("Choose at least one weekday."))
            if availability.kind != "recurring" and not (availability.date_from and availability.date_to):
                raise ValidationError(_("Enter the day, or the first and the last day."))

    @api.depends("kind", "hours_ids.hour_from", "hours_ids.hour_to", "date_from", "date_to", *WEEKDAYS)
    def _compute_display_name(self):
        for availability in self:
            if availability.kind == "recurring":
                days = ", ".join(availability._weekday_labels())
            else:
                bounds = dict.fromkeys(filter(None, [availability.date_from, availability.date_to]))
                days = " – ".join(format_date(self.env, day) for day in bounds)
            hours = ", ".join(f"{_clock(hours.hour_from)}–{_clock(hours.hour_to)}" for hours in availability.hours_ids)
            label = " ".join(filter(None, [days, hours]))
            availability.display_name = _("Closed %s", label) if availability.kind == "closed" else label

    def _weekday_labels(self):
        labels = dict(
            zip(WEEKDAYS, [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")], strict=True)
        )
        return [labels[day] for day in WEEKDAYS if self[day]]

    def _to_rules(self):
        """Return the engine's rules for these records, one for each range of hours."""
        rules = []
        for availability in self:
            weekdays = 127
            if availability.kind == "recurring":
                weekdays = sum(1 << bit for bit, day in enumerate(WEEKDAYS) if availability[day])
            ranges = [(round(h.hour_from * 60), round(h.hour_to * 60)) for h in availability.hours_ids] or [(0, 1440)]
            rules += [
                Rule(
                    weekdays=weekdays,
                    date_from=availability.date_from or None,
                    date_to=availability.date_to or None,
                    minute_from=minute_from,
                    minute_to=minute_to,
                    tz=availability.tz,
                    closed=availability.kind == "closed",
                )
                for minute_from, minute_to in ranges
            ]
        return rules


def _clock(hour):
    return "24:00" if hour == 24 else float_to_time(hour).strftime("%H:%M")
