import pytz

from odoo import _, api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.translate import html_translate

from odoo.addons.base.models.res_partner import _tz_get


class BookingType(models.Model):
    """What can be booked, with all its rules."""

    _name = "booking.type"
    _description = "Appointment Type"
    _inherit = ["booking.guarded", "mail.thread", "website.seo.metadata", "website.published.multi.mixin"]
    _order = "sequence, name, id"
    _mail_post_access = "read"

    # What visitors read
    name = fields.Char(
        required=True, translate=True, tracking=True, help="The title that visitors read, and the base of the address."
    )
    short_name = fields.Char(translate=True, help="Used where space is short, as in text messages.")
    technical_name = fields.Char(
        help="Seen in the back office only: tells types apart that visitors know by the same name."
    )
    category_id = fields.Many2one(
        "booking.type.category", ondelete="set null", help="The heading under which the catalogue lists this type."
    )
    welcome_text = fields.Text(
        translate=True, help="Invites the visitor to book: shown at the top of the first page, and in the catalogue."
    )
    description = fields.Html(
        translate=html_translate,
        sanitize_attributes=False,
        sanitize_form=False,
        help="More about what is offered, shown under the welcome text. It can be edited on the website.",
    )

    # Who is in charge
    active = fields.Boolean(default=True, tracking=True)
    is_published = fields.Boolean(
        string="Published",
        tracking=True,
        help="Visitors can book only while this is on. Off, the address answers “not found” to them, "
        "and you see a preview.",
    )
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    team_ids = fields.Many2many(
        "booking.team",
        string="Teams",
        default=lambda self: self.env["booking.team"].search([("manager_ids", "in", self.env.uid)]),
        help="The managers of these teams may change this type and see its appointments.",
    )

    # How it is held
    channel = fields.Selection(
        [
            ("in_person", "In person"),
            ("video", "Video conference"),
            ("phone", "Phone"),
            ("other", "Other"),
        ],
        required=True,
        default="in_person",
        tracking=True,
        help="In person: the address is on the page and in the messages. Video conference: they carry the link. "
        "Phone: the page says that an advisor will call, and asks for a number. Other: nothing is said.",
    )
    video_provider = fields.Selection(
        [
            ("discuss", "Odoo (WebRTC, in the browser)"),
            ("teams", "Microsoft Teams"),
            ("google_meet", "Google Meet"),
        ],
        required=True,
        default="discuss",
        help="Odoo opens a room of its own for each appointment. The rooms of Teams and Meet come from the advisor's "
        "calendar, once it is synchronised with Outlook or Google.",
    )
    reason_ids = fields.One2many("booking.reason", "type_id", string="Reasons", copy=True)
    agency_ids = fields.Many2many("booking.agency", string="Agencies", help="Where appointments of this type are held.")
    tz = fields.Selection(
        _tz_get,
        string="Time zone",
        required=True,
        default=lambda self: self.env.user.tz or "UTC",
        help="Hours are told in this zone where neither the visitor nor an agency names another.",
    )

    # When
    duration = fields.Integer(
        required=True, default=30, tracking=True, help="How long an appointment lasts, in minutes."
    )
    slot_step = fields.Integer(
        string="A slot every", required=True, default=30, help="How often a slot may start, in minutes."
    )
    gap = fields.Integer(
        string="Gap between appointments",
        help="Minutes an advisor keeps free between two appointments, to absorb a delay or prepare.",
    )
    min_notice = fields.Integer(
        string="Minimum notice",
        default=4,
        help="Slots that start in less than these hours are not offered: nobody is booked by surprise.",
    )
    horizon_days = fields.Integer(
        string="Booking horizon", required=True, default=60, help="How many days ahead a visitor may book."
    )
    max_per_day = fields.Integer(
        string="Maximum per day and advisor",
        help="Appointments of this type that one advisor takes on one day. 0 means no limit.",
    )
    show_weekends = fields.Boolean(help="Off, Saturdays and Sundays are neither shown nor offered.")
    hold_minutes = fields.Integer(
        string="Slot held for",
        required=True,
        default=10,
        help="Minutes during which the chosen slot is kept for the visitor who fills in the form.",
    )

    # With whom
    advisor_ids = fields.One2many("booking.advisor", "type_id", string="Advisors", copy=True)

    # The form
    question_ids = fields.One2many(
        "booking.question",
        "type_id",
        string="Form",
        copy=True,
        default=lambda self: [(0, 0, values) for values in self.env["booking.question"]._recommended()],
    )

    appointment_count = fields.Integer(compute="_compute_appointment_count", string="Upcoming appointments")
    setup_warning = fields.Char(compute="_compute_setup_warning", help="What keeps visitors from booking.")
    setup_page = fields.Char(compute="_compute_setup_warning", help="The page of the form on which that is mended.")

    _duration_positive = models.Constraint("CHECK (duration > 0)", "An appointment lasts at least a minute.")
    _slot_step_positive = models.Constraint("CHECK (slot_step > 0)", "Slots start at least a minute apart.")
    _hold_positive = models.Constraint("CHECK (hold_minutes > 0)", "A slot is held for at least a minute.")
    _limits_not_negative = models.Constraint(
        "CHECK (gap >= 0 AND min_notice >= 0 AND max_per_day >= 0 AND horizon_days >= 0)",
        "Gap, notice, horizon and daily maximum cannot be negative.",
    )

    @api.constrains("team_ids")
    def _check_manager_keeps_access(self):
        """A team manager who takes their last team off a type would lock themselves out of it."""
        if self.env.user.has_group("appointment_booking.group_booking_admin"):
            return
        for booking_type in self:
            if self.env.user not in booking_type.team_ids.manager_ids:
                raise ValidationError(_("Keep at least one team that you manage on “%s”.", booking_type.name))

    @api.onchange("duration")
    def _onchange_duration(self):
        if self.duration > 0:
            self.slot_step = self.duration

    def _compute_appointment_count(self):
        counts = dict(
            self.env["booking.appointment"]._read_group(
                [("type_id", "in", self.ids), ("state", "=", "planned"), ("start", ">=", fields.Datetime.now())],
                ["type_id"],
                ["__count"],
            )
        )
        for booking_type in self:
            booking_type.appointment_count = counts.get(booking_type, 0)

    @api.depends("advisor_ids.user_id", "agency_ids", "channel", "reason_ids", "question_ids", "video_provider")
    def _compute_setup_warning(self):
        """Say in one line what cannot work yet, the first thing to mend first."""
        for booking_type in self:
            booking_type.setup_page, booking_type.setup_warning = booking_type._setup_problem()

    def _setup_problem(self):
        """Return ``(page of the form, message)`` of the first problem; both are empty when visitors can book."""
        self.ensure_one()
        if not self.advisor_ids:
            return "team", _("No advisor takes these appointments yet: add one under Team.")
        if self.channel == "in_person" and not self.agency_ids:
            return "places", _("No agency yet: visitors would not know where to go. Add one under Places.")
        # Whether there are hours is no secret, be it of advisors whose hours the reader may not see.
        rules = (
            self.env["booking.availability"]
            .sudo()
            .search([("user_id", "in", self.advisor_ids.user_id.ids), ("kind", "!=", "closed")])
        )
        usable = rules.filtered(
            lambda rule: (
                (not rule.type_ids or self._origin in rule.type_ids)
                and (not self.agency_ids or not rule.agency_id or rule.agency_id in self.agency_ids._origin)
            )
        )
        if not usable:
            return "hours", _(
                "No advisor has hours at any agency of this type: nobody can book. Enter them under Hours."
            )
        if "email" not in self.question_ids.mapped("role"):
            return "form", _("The form does not ask for an e-mail: bookers get no confirmation.")
        connectors = {"teams": "microsoft_calendar", "google_meet": "google_calendar"}
        connector = self.channel == "video" and connectors.get(self.video_provider)
        if connector and connector not in self.env.registry._init_modules:
            return "general", _(
                "The chosen video rooms come from a calendar synchronisation that is not installed here."
            )
        return False, False

    # Website

    @api.depends("slug")
    def _compute_website_url(self):
        for booking_type in self:
            booking_type.website_url = f"/booking/{booking_type.slug}" if booking_type.slug else "#"

    @api.depends_context("uid")
    def _compute_can_publish(self):
        """Whoever may change a type may put it on the website: it is part of the managers' work."""
        for booking_type in self:
            booking_type.can_publish = booking_type.has_access("write")

    def _get_zone(self, agency=None):
        """Return the pytz zone in which hours of this type are told when the booker's is unknown."""
        return pytz.timezone(agency.tz if agency else self.tz)

    def action_view_appointments(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("appointment_booking.booking_appointment_action")
        action["domain"] = [("type_id", "=", self.id), ("state", "!=", "hold")]
        action["context"] = {"default_type_id": self.id}
        return action

    def action_view_week(self):
        """Open the week picture of the advisors."""
        self.ensure_one()
        action = self.env["ir.actions.client"]._for_xml_id("appointment_booking.booking_week_action")
        return dict(action, name=self.name, params={"user_ids": self.advisor_ids.user_id.ids})

    def action_preview(self):
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": self.website_url, "target": "new"}
