from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import email_normalize

from ..models.booking_appointment_advisors import FREE, TAKEN
from ..models.booking_appointment_overbook import OUTSIDE
from ..models.booking_restriction import write_phone

MINUTE = timedelta(minutes=1)
WEEK = timedelta(days=7)


class BookingDesk(models.TransientModel):
    """Staff book for somebody in one window (C03): who, what, and when.

    The slots are those that a visitor would see, found by the same code. Who may book outside availability names any
    hour instead; an advisor who has an appointment then is booked twice only with a reason.
    """

    _name = "booking.desk"
    _description = "Book an Appointment"

    # For whom
    partner_id = fields.Many2one("res.partner", string="Contact", ondelete="cascade")
    booker_name = fields.Char(string="Name", compute="_compute_booker", store=True, readonly=False)
    booker_email = fields.Char(string="E-mail", compute="_compute_booker", store=True, readonly=False)
    booker_phone = fields.Char(string="Phone", compute="_compute_booker", store=True, readonly=False)

    # What and where
    type_id = fields.Many2one("booking.type", string="Appointment type", required=True, ondelete="cascade")
    reason_ids = fields.Many2many("booking.reason", compute="_compute_choices")
    agency_ids = fields.Many2many("booking.agency", compute="_compute_choices")
    asks_agency = fields.Boolean(compute="_compute_choices")
    reason_id = fields.Many2one(
        "booking.reason",
        compute="_compute_reason_id",
        store=True,
        readonly=False,
        domain="[('id', 'in', reason_ids)]",
        ondelete="cascade",
    )
    agency_id = fields.Many2one(
        "booking.agency",
        compute="_compute_agency_id",
        store=True,
        readonly=False,
        domain="[('id', 'in', agency_ids)]",
        ondelete="cascade",
    )
    channel = fields.Selection(
        selection=lambda self: self.env["booking.type"]._fields["channel"]._description_selection(self.env),
        compute="_compute_channel",
    )

    # With whom
    may_take_ids = fields.Many2many("res.users", compute="_compute_choices")
    asked_user_id = fields.Many2one(
        "res.users",
        string="With",
        domain="[('id', 'in', may_take_ids)]",
        ondelete="cascade",
        help="Leave it empty for the slots of all advisors.",
    )
    user_id = fields.Many2one(
        "res.users", string="Advisor", compute="_compute_user_id", store=True, readonly=False, ondelete="cascade"
    )
    advisors = fields.Json(compute="_compute_advisors", string="Advisors at that hour")

    # When
    may_any_hour = fields.Boolean(compute="_compute_may_any_hour")
    any_hour = fields.Boolean(string="Any hour", help="Also outside the hours that visitors can book.")
    day = fields.Date(help="The week in which it lies is shown.")
    week = fields.Json(compute="_compute_week", string="Free slots")
    start = fields.Datetime(string="Hour")
    clicked = fields.Datetime(help="The hour that was clicked in the agenda.")
    clicked_says = fields.Char(compute="_compute_clicked_says")
    when = fields.Char(compute="_compute_when", string="Chosen")
    standing = fields.Char(compute="_compute_advisors")
    overbook_reason = fields.Char(string="Reason of the double booking")
    outside_reason = fields.Char(string="Reason for this hour")
    tell_booker = fields.Boolean(string="Tell the booker", default=True)

    @api.model
    def default_get(self, fields_list):
        """Begin with the only type there is, and in the week of an hour that was clicked."""
        values = super().default_get(fields_list)
        if "type_id" in fields_list and not values.get("type_id"):
            types = self.env["booking.type"].search([], limit=2)
            values["type_id"] = types.id if len(types) == 1 else False
        if values.get("start"):
            start = fields.Datetime.to_datetime(values["start"])
            values["day"] = fields.Datetime.context_timestamp(self, start).date()
            values["clicked"] = start
        return values

    @api.model_create_multi
    def create(self, vals_list):
        desks = super().create(vals_list)
        desks.type_id.check_access("read")
        return desks

    def write(self, vals):
        result = super().write(vals)
        self.type_id.check_access("read")
        return result

    @api.depends("partner_id")
    def _compute_booker(self):
        """Take what is known of the contact; what was typed for somebody new stays until one is picked."""
        for desk in self:
            partner = desk.partner_id
            if partner:
                desk.booker_name, desk.booker_email, desk.booker_phone = partner.name, partner.email, partner.phone
            else:
                desk.booker_name = desk.booker_name
                desk.booker_email = desk.booker_email
                desk.booker_phone = desk.booker_phone

    @api.depends("type_id", "reason_id")
    @api.depends_context("uid")
    def _compute_choices(self):
        journey = self.env["booking.journey"].sudo()
        for desk in self:
            booking_type = desk.type_id._origin.sudo()
            agencies = journey._get_agencies(booking_type, desk.reason_id._origin.sudo())
            desk.reason_ids = booking_type.reason_ids
            desk.agency_ids = agencies
            desk.asks_agency = len(agencies) > 1 and booking_type.choose_agency
            desk.may_take_ids = desk._get_may_take()

    def _get_may_take(self):
        """Return whom the current user may give appointments of the type: managers its advisors, others themselves."""
        booking_type = self.type_id._origin
        if not booking_type:
            return self.env["res.users"]
        if booking_type.has_access("write"):
            return booking_type.sudo().advisor_ids.user_id.filtered("active").sudo(False)
        return self.env.user

    @api.depends("type_id")
    def _compute_reason_id(self):
        for desk in self:
            reasons = desk.type_id.sudo().reason_ids
            kept = desk.reason_id.type_id == desk.type_id and desk.reason_id
            desk.reason_id = kept or (reasons if len(reasons) == 1 else False)

    @api.depends("type_id", "reason_id")
    def _compute_agency_id(self):
        for desk in self:
            agencies = desk.agency_ids
            kept = desk.agency_id in agencies and desk.agency_id
            desk.agency_id = kept or (agencies if len(agencies) == 1 else False)

    @api.depends("type_id")
    def _compute_channel(self):
        for desk in self:
            desk.channel = desk.type_id.sudo().channel

    @api.depends_context("uid")
    def _compute_may_any_hour(self):
        self.may_any_hour = self.env.user.has_group(OUTSIDE)

    # The slots

    @api.depends("type_id", "reason_id", "agency_id", "asked_user_id", "day", "any_hour")
    @api.depends_context("lang", "uid", "tz")
    def _compute_week(self):
        for desk in self:
            desk.week = False if desk.any_hour else desk._get_week()

    def _get_week(self):
        """Return the week of free slots for the picture, as JSON: ``title``, ``days``, ``previous`` and ``next``.

        Without slots, ``says`` tells what is missing. A day has a ``title`` and ``slots``: ``start`` (UTC), ``hour``,
        ``label`` and the names of the ``advisors`` who are free.
        """
        missing = self._tell_missing()
        if missing:
            return {"says": missing, "days": []}
        journey, tz = self.env["booking.journey"].sudo(), self._get_tz()
        wording = journey._wording_of(tz)
        booking_type = self.type_id._origin.sudo()
        opens, closes = booking_type._get_offered_period()
        first_day, last_day = (wording.local(instant).date() for instant in (opens, closes))
        day = self.day or self._find_first_day(wording) or first_day
        monday = journey._get_week_start(min(max(day, first_day), max(first_day, last_day)))
        bounds = journey._get_day_bounds(monday, tz)
        slots = self._get_slots(bounds[monday][0], bounds[monday + WEEK - timedelta(days=1)][1])
        names = {user.id: user.name for user in self._get_free_users(slots)}
        starts_by_day = {}
        for start in slots:
            starts_by_day.setdefault(wording.local(start).date(), []).append(start)
        shown = journey._get_shown_days(booking_type, monday, starts_by_day)
        coming = None if slots else self._find_first_day(wording, bounds[shown[-1]][1])
        return {
            "title": wording.period(shown[0], shown[-1]),
            "zone": journey._tell_zone(tz, opens) if self._is_elsewhere(tz) else "",
            "says": "" if slots else self.env._("No free slot in this week."),
            "previous": str(monday - timedelta(days=1)) if monday > first_day else False,
            "next": str(monday + WEEK) if monday + WEEK <= last_day else False,
            "coming": coming and {"day": str(coming), "label": wording.day(coming)},
            "days": [
                {
                    "date": str(day),
                    "title": wording.day(day),
                    "weekday": wording.weekday(day),
                    "number": wording.day_of_month(day),
                    "slots": [
                        {
                            "start": fields.Datetime.to_string(start),
                            "hour": wording.hour(start),
                            "label": f"{wording.day(day)}, {wording.hour(start)}",
                            "advisors": ", ".join(names[user_id] for user_id in slots[start]),
                        }
                        for start in starts_by_day.get(day, ())
                    ],
                }
                for day in shown
            ],
        }

    def _tell_missing(self):
        """Return what must be chosen before slots can be shown, or nothing."""
        if not self.type_id._origin.has_access("read") or not self.type_id:
            return self.env._("Choose an appointment type to see the free slots.")
        if self.reason_ids and not self.reason_id:
            return self.env._("Choose a reason to see the free slots.")
        if self.asks_agency and not self.agency_id:
            return self.env._("Choose an agency to see the free slots.")
        return ""

    def _get_tz(self):
        """Return the zone on whose clock hours are told: that of who books, as everywhere in the back office."""
        return self.env.context.get("tz") or self.env.user.tz or self._get_place_tz()

    def _get_place_tz(self):
        return self.agency_id.sudo().tz or self.type_id.sudo().tz or "UTC"

    def _is_elsewhere(self, tz):
        now = fields.Datetime.now()
        return not self.env["booking.journey"]._wording_of(tz).same_clock(self._get_place_tz(), now)

    def _get_slots(self, start, stop):
        """Return the slots as visitors see them, of the advisors who were asked for."""
        booking_type = self.type_id._origin.sudo()
        may_take = self._get_may_take()
        users = (self.asked_user_id._origin & may_take) or None
        if users is None and not booking_type.with_env(self.env).has_access("write"):
            users = may_take
        return booking_type._get_slots(
            start,
            stop,
            reason=self.reason_id._origin.sudo(),
            agency=self.agency_id._origin.sudo(),
            users=users,
        )

    def _find_first_day(self, wording, since=None):
        """Return the day of the first free slot, or nothing."""
        for start, stop in self.env["booking.journey"].sudo()._get_looks(self.type_id._origin.sudo(), since):
            for found in self._get_slots(start, stop):
                return wording.local(found).date()
        return None

    def _get_free_users(self, slots):
        return self.env["res.users"].sudo().browse({user_id for free in slots.values() for user_id in free})

    # The chosen hour

    @api.onchange("type_id", "reason_id", "agency_id", "asked_user_id")
    def _onchange_clicked(self):
        """Take the hour that was clicked as soon as it is known what for: a free slot, or any hour for who may."""
        if self.type_id and self.asked_user_id._origin not in self._get_may_take():
            self.asked_user_id = False
        if self.clicked and self.start in (False, self.clicked) and not self._tell_missing():
            is_free = self._is_slot(self.clicked)
            self.any_hour = self.may_any_hour and not is_free
            self.start = self.clicked if is_free or self.any_hour else False

    @api.onchange("type_id", "reason_id", "agency_id", "asked_user_id", "any_hour")
    def _onchange_what(self):
        """Let go of an hour that is not free for what is asked now; its week stays in sight."""
        if self.any_hour:
            self.start = self.start or self.clicked
        elif self.start and not self._tell_missing() and not self._is_slot(self.start):
            self.start = False

    def _is_slot(self, start):
        return bool(self._get_slots(start, start + MINUTE).get(start))

    @api.depends("clicked", "start", "any_hour", "type_id", "reason_id", "agency_id", "asked_user_id")
    @api.depends_context("lang", "uid", "tz")
    def _compute_clicked_says(self):
        for desk in self:
            is_gone = desk.clicked and not desk.start and not desk.any_hour and not desk._tell_missing()
            desk.clicked_says = is_gone and self.env._(
                "%s is not free. Choose one of these slots.", desk._tell_hour(desk.clicked)
            )

    def _tell_hour(self, start):
        wording = self.env["booking.journey"]._wording_of(self._get_tz())
        return f"{wording.full_day(wording.local(start).date())}, {wording.hour(start)}"

    @api.depends("start", "type_id", "reason_id")
    @api.depends_context("lang", "uid", "tz")
    def _compute_when(self):
        for desk in self:
            desk.when = desk.start and desk._tell_hour(desk.start)
            if desk.start and desk.type_id:
                wording = self.env["booking.journey"]._wording_of(desk._get_tz())
                desk.when = f"{desk.when} – {wording.hour(desk._get_stop())}"

    def _get_stop(self):
        minutes = self.type_id._origin.sudo()._get_slot_duration(self.reason_id._origin.sudo())
        return self.start + timedelta(minutes=minutes)

    @api.depends("start", "type_id", "reason_id", "agency_id", "asked_user_id", "any_hour")
    def _compute_user_id(self):
        """Propose who would get the appointment if a visitor booked that hour."""
        for desk in self:
            takers = [advisor["id"] for advisor in desk._get_advisors() if advisor["standing"] != TAKEN]
            asked = desk.asked_user_id._origin.id
            if desk.any_hour and desk.start and asked:
                desk.user_id = asked
            elif desk.user_id._origin.id in takers and (not asked or asked == desk.user_id._origin.id):
                desk.user_id = desk.user_id
            else:
                desk.user_id = takers[0] if takers else False

    @api.depends("start", "type_id", "reason_id", "agency_id", "asked_user_id", "any_hour", "user_id")
    @api.depends_context("lang", "uid")
    def _compute_advisors(self):
        for desk in self:
            advisors = desk._get_advisors()
            desk.advisors = advisors
            chosen = desk.user_id._origin.id
            desk.standing = next((one["standing"] for one in advisors if one["id"] == chosen), False)

    def _get_advisors(self):
        """Return the advisors at the chosen hour: of a slot those who are free, of any hour all, with how free."""
        appointment = self.env["booking.appointment"]
        if not self.start or self._tell_missing():
            return []
        booking_type = self.type_id._origin.sudo()
        if self.any_hour:
            users = self._get_may_take().sudo()
            standings = appointment._look_at_advisors(
                users,
                self.start,
                self._get_stop(),
                gap=booking_type.gap,
                booking_type=booking_type,
                agency=self.agency_id._origin,
            )
            return appointment._offer_advisors(users, standings)
        free = self._get_slots(self.start, self.start + MINUTE).get(self.start, [])
        users = self.env["res.users"].sudo().browse(booking_type._order_advisors(free, self.start))
        return appointment._offer_advisors(users, dict.fromkeys(users.ids, FREE))

    # Booking

    def action_book(self):
        """Book, tell who is to be told, and say so.

        :raise UserError: when something is missing, or the hour has been taken meanwhile
        """
        self.ensure_one()
        # What the form shows was worked out by the browser's last question: everything is asked again.
        self._check_chosen()
        partner, match = self._get_contact()
        values = {
            "type_id": self.type_id.id,
            "reason_id": self.reason_id.id,
            "agency_id": self._get_place().id,
            "user_id": self.user_id.id,
            "start": self.start,
            "advisor_chosen": bool(self.asked_user_id),
            "partner_id": partner.id,
            "partner_match": match,
            "booker_name": self.booker_name or partner.name,
            "booker_email": self.booker_email,
            "booker_phone": self.booker_phone,
            "lang": partner.lang or self.env.lang,
            "tell_booker": self.tell_booker,
        }
        appointments = self.env["booking.appointment"]
        if self.any_hour and self._is_taken():
            appointment = appointments._create_overbooked(values, self.overbook_reason)
        elif self.any_hour:
            appointment = appointments.create({**values, "outside_reason": self.outside_reason})
        else:
            appointment = appointments.create(values)
        # What PostgreSQL refuses is refused here, and not after the window has closed.
        self.env.flush_all()
        return self._tell_booked(appointment)

    def _check_chosen(self):
        self.type_id.check_access("read")
        if missing := self._tell_missing():
            raise UserError(missing)
        if not self.start or not self.user_id:
            raise UserError(self.env._("Choose an hour."))
        if not (self.partner_id or (self.booker_name or "").strip()):
            raise UserError(self.env._("Pick a contact, or type the name of a new one."))
        if self.reason_id and self.reason_id not in self.reason_ids:
            raise UserError(self.env._("This reason belongs to another appointment type."))
        if self.agency_id and self.agency_id not in self.agency_ids:
            raise UserError(self.env._("Choose an agency of this appointment type."))
        if self.user_id not in self._get_may_take():
            raise AccessError(self.env._("You may not book appointments for this advisor."))
        if self.any_hour:
            if not self.env.user.has_group(OUTSIDE):
                raise AccessError(self.env._("Only who may book outside availability names any hour."))
        elif self.user_id.id not in self._get_slots(self.start, self.start + MINUTE).get(self.start, []):
            raise UserError(self.env._("This slot has been taken meanwhile. Choose another one."))

    def _is_taken(self):
        standing = {advisor["id"]: advisor["standing"] for advisor in self._get_advisors()}
        return standing.get(self.user_id.id) == TAKEN

    def _get_contact(self):
        """Return ``(contact, how)``: the one that was picked, else one found or created by what was typed."""
        if self.partner_id:
            self.partner_id.check_access("read")
            return self.partner_id, False
        company = self.type_id.sudo().company_id or self.env.company
        country = self.agency_id.sudo().country_id or company.country_id
        return self.env["res.partner"]._booking_find_or_create_for(
            name=" ".join(self.booker_name.split()),
            email=email_normalize(self.booker_email or "") or self.booker_email,
            phone=write_phone(self.booker_phone, country) if self.booker_phone else False,
            lang=self.env.lang,
            company=company,
        )

    def _get_place(self):
        """Return the agency: the chosen one, or where the advisor is at that hour."""
        booking_type, reason = self.type_id.sudo(), self.reason_id.sudo()
        if self.agency_id or not booking_type._get_unchosen_agencies(reason):
            return self.agency_id
        return booking_type._find_agency_at(self.user_id.id, self.start, reason)

    def _tell_booked(self, appointment):
        action = {
            "type": "ir.actions.act_window",
            "res_model": "booking.appointment",
            "res_id": appointment.id,
            "views": [[False, "form"]],
        }
        return {
            "type": "ir.actions.client",
            "tag": "booking_desk_booked",
            "params": {
                "message": self.env._(
                    "%(who)s: %(when)s, with %(advisor)s.",
                    who=appointment.booker_name,
                    when=self.when,
                    advisor=self.user_id.sudo().name,
                ),
                "action": action,
            },
        }
