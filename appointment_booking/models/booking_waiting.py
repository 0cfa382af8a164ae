import secrets
from datetime import datetime, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import consteq, email_normalize
from odoo.tools.constants import GC_UNLINK_LIMIT

from .booking_appointment_restriction import Restricted
from .booking_availability import WEEKDAYS
from .booking_journey import TOKEN

MAX_NOTICES = 3
# How long the link in the first e-mail works: until then nobody has shown that the address is theirs.
CONFIRM_WITHIN = timedelta(days=1)
OPEN_STATES = ("unconfirmed", "waiting")


class BookingWaiting(models.Model):
    """Somebody who found no slot that suits and waits for one: where to reach them, and what would suit.

    The order of the queue is that in which they confirmed their e-mail. What they are told is in the notices.
    """

    _name = "booking.waiting"
    _description = "Person on the Waiting List"
    _inherit = ["booking.guarded", "mail.thread"]
    _order = "confirmed_at, id"
    _mail_post_access = "read"

    state = fields.Selection(
        [
            ("unconfirmed", "To be confirmed"),
            ("waiting", "Waiting"),
            ("finished", "Told three times"),
            ("booked", "Booked"),
            ("unsubscribed", "Unsubscribed"),
            ("expired", "Expired"),
            ("closed", "Closed"),
        ],
        required=True,
        readonly=True,
        default="waiting",
        copy=False,
        index=True,
    )
    company_id = fields.Many2one(related="type_id.company_id", store=True)

    # Who
    name = fields.Char(required=True)
    email = fields.Char(string="E-mail", required=True, help="Told here when a matching slot is free.")
    email_normalized = fields.Char(compute="_compute_email_normalized", store=True, index="btree_not_null")
    phone = fields.Char()
    partner_id = fields.Many2one(
        "res.partner", string="Contact", ondelete="set null", index="btree_not_null", help="The account that joined."
    )
    lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(),
        string="Language",
        default=lambda self: self.env.lang,
    )
    tz = fields.Char(string="Their time zone")

    # What would suit
    type_id = fields.Many2one("booking.type", string="Appointment type", required=True, ondelete="cascade", index=True)
    reason_id = fields.Many2one("booking.reason", domain="[('type_id', '=', type_id)]", ondelete="cascade")
    agency_ids = fields.Many2many(
        "booking.agency",
        string="Agencies",
        domain="[('id', 'in', type_agency_ids)]",
        help="Where they would come. Leave empty for every agency of the type.",
    )
    type_agency_ids = fields.Many2many(related="type_id.agency_ids", string="Agencies of the type")
    mon = fields.Boolean()
    tue = fields.Boolean()
    wed = fields.Boolean()
    thu = fields.Boolean()
    fri = fields.Boolean()
    sat = fields.Boolean()
    sun = fields.Boolean()
    hour_from = fields.Float(default=0, help="The appointment starts then or later, on the clock of the place.")
    hour_to = fields.Float(default=24, help="The appointment starts before this, on the clock of the place.")
    date_from = fields.Date(string="From", help="First day that suits. Leave empty for today.")
    date_to = fields.Date(string="Until", help="Last day that suits. Leave empty when it does not matter.")
    before = fields.Datetime(
        string="Only earlier than",
        help="When they joined, a slot at this time would have suited: only an earlier one is worth a message.",
    )

    # How it goes on
    confirmed_at = fields.Datetime(
        string="Waiting since", readonly=True, copy=False, help="The place in the queue: first come, first served."
    )
    expires_at = fields.Datetime(
        string="Waits until", compute="_compute_expires_at", store=True, help="When the wait ends by itself."
    )
    ended_at = fields.Datetime(readonly=True, copy=False)
    notice_ids = fields.One2many("booking.waiting.notice", "waiting_id", string="Notices", readonly=True)
    notice_count = fields.Integer(compute="_compute_notice_count", string="Times told")
    access_token = fields.Char(copy=False, groups="base.group_system", default=lambda self: secrets.token_urlsafe(32))

    _hours_in_order = models.Constraint(
        "CHECK (hour_from >= 0 AND hour_from < hour_to AND hour_to <= 24)",
        "The hours begin before they end, between 0:00 and 24:00.",
    )
    _dates_in_order = models.Constraint("CHECK (date_to >= date_from)", "The last day is not before the first one.")
    _has_place_in_queue = models.Constraint("CHECK (state != 'waiting' OR confirmed_at IS NOT NULL)")
    _access_token_index = models.UniqueIndex("(access_token)")
    _one_wait_each = models.UniqueIndex(
        "(type_id, email_normalized) WHERE state = 'waiting'",
        "This person is already on the waiting list of this appointment type.",
    )
    _queue_index = models.Index("(type_id, confirmed_at, id) WHERE state = 'waiting'")
    _expires_at_index = models.Index("(expires_at) WHERE state = 'waiting'")

    @api.depends("email")
    def _compute_email_normalized(self):
        for waiting in self:
            waiting.email_normalized = email_normalize(waiting.email)

    @api.depends("notice_ids")
    def _compute_notice_count(self):
        for waiting in self:
            waiting.notice_count = len(waiting.notice_ids)

    # Not by the type's longest wait: what somebody was told when they joined holds.
    @api.depends("confirmed_at", "date_to")
    def _compute_expires_at(self):
        """The type's longest wait, or the end of the last day that suits."""
        for waiting in self:
            waiting.expires_at = waiting.confirmed_at and waiting._get_end()

    def _get_end(self):
        end = fields.Datetime.add(self.confirmed_at, days=self.type_id.waiting_days)
        if not self.date_to or self.date_to >= end.date():
            return end
        midnight = datetime.combine(self.date_to + timedelta(days=1), datetime.min.time())
        zone = pytz.timezone(self.type_id.tz or "UTC")
        return zone.localize(midnight).astimezone(pytz.utc).replace(tzinfo=None)

    @api.constrains("reason_id", "type_id")
    def _check_reason(self):
        for waiting in self:
            if waiting.reason_id and waiting.reason_id.type_id != waiting.type_id:
                raise UserError(self.env._("This reason belongs to another appointment type."))

    @api.constrains("email")
    def _check_email(self):
        for waiting in self:
            if not waiting.email_normalized:
                raise UserError(self.env._("Enter an e-mail address in the form name@example.com."))

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("state", "waiting") == "waiting":
                vals.setdefault("confirmed_at", fields.Datetime.now())
        people = super(BookingWaiting, self.with_context(mail_create_nosubscribe=True)).create(vals_list)
        people.type_id.check_access("read")
        self.env["booking.waiting.queue"]._open(people.type_id)
        self._wake()
        return people.with_env(self.env)

    def write(self, vals):
        if vals.get("state", "waiting") not in OPEN_STATES:
            vals = dict(vals, ended_at=fields.Datetime.now())
        return super().write(vals)

    @api.model
    def _find_by_token(self, token):
        """Return the person behind a secret link, or nothing. Who has not confirmed in time is gone already."""
        if not TOKEN.fullmatch(token or ""):
            return self.browse()
        waiting = self.search([("access_token", "=", token)], limit=1)
        if not waiting or not consteq(waiting.access_token, token) or waiting._is_too_late():
            return self.browse()
        return waiting

    def _is_too_late(self):
        """Tell whether the e-mail was not confirmed in time."""
        self.ensure_one()
        return self.state == "unconfirmed" and self.create_date + CONFIRM_WITHIN < fields.Datetime.now()

    @api.model
    def _find_restricted(self, values):
        """Return why somebody may not join, as ``Restricted``: who cannot book waits in vain. Or nothing."""
        appointments, booking_type = self.env["booking.appointment"], self.env["booking.type"].browse(values["type_id"])
        typed = {"email": values["email"], "phone": values["phone"]}
        found = appointments._find_restriction(
            booking_type,
            fields.Datetime.now(),
            appointments._recognise(typed),
            kinds=("blocked", "domains"),
            typed=typed,
        )
        return Restricted(found) if found else None

    @api.model
    def _join(self, values):
        """Put somebody on the waiting list, at first on trial: an e-mail asks them to confirm that it was they.

        Whoever is signed in has shown before that their own e-mail is theirs.

        :param values: those of the wishes and of the person
        """
        user = self.env.user
        known = not user._is_public() and user.email_normalized == email_normalize(values["email"])
        waiting = self.create(dict(values, state="unconfirmed", partner_id=known and user.partner_id.id))
        if known:
            waiting._confirm()
        else:
            waiting._send("appointment_booking.mail_template_waiting_confirm")
        return waiting

    def _confirm(self):
        """Give a place in the queue. Newer wishes of the same person take the place of their older ones."""
        self.ensure_one()
        if self.state != "unconfirmed":
            return
        others = self.search(
            [
                ("type_id", "=", self.type_id.id),
                ("email_normalized", "=", self.email_normalized),
                ("state", "in", OPEN_STATES),
                ("id", "!=", self.id),
            ]
        )
        others._end("closed")
        others.flush_recordset()
        self.write({"state": "waiting", "confirmed_at": fields.Datetime.now()})
        self._wake()

    def _end(self, state):
        """End the wait of those who still wait."""
        waiting = self.filtered(lambda waiting: waiting.state in OPEN_STATES)
        if waiting:
            waiting.write({"state": state})

    def action_close(self):
        self._end("closed")

    def action_tell(self):
        """Tell them now, whoever is before them in the queue; three times in all and once a day still hold."""
        self.ensure_one()
        if self.state != "waiting":
            raise UserError(self.env._("%s does not wait any more.", self.name))
        if self._get_latest().day == self._get_today():
            raise UserError(self.env._("%s was already told today: once a day at most.", self.name))
        slots = self.sudo()._get_matching()
        if not slots:
            raise UserError(self.env._("No free slot suits %s at the moment.", self.name))
        self.sudo()._tell(slots)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("An e-mail to %s is on its way.", self.name),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _get_latest(self):
        """Return the latest notice. Those written in this transaction are last in what is cached, not first."""
        return self.notice_ids.sorted("number")[-1:]

    def _get_today(self):
        """Return the date at the place: one message each such day."""
        self.ensure_one()
        zone = pytz.timezone(self.type_id.tz or "UTC")
        return pytz.utc.localize(fields.Datetime.now()).astimezone(zone).date()

    def _get_weekdays(self):
        """Return the weekdays that suit as the engine counts them; none ticked means all."""
        self.ensure_one()
        return sum(1 << bit for bit, day in enumerate(WEEKDAYS) if self[day]) or 127

    @api.model
    def _get_days_kept(self):
        """Return for how many days what somebody left is kept after their wait."""
        value = self.env["ir.config_parameter"].sudo().get_param("appointment_booking.waiting_kept_days")
        return int(value) if value and value.isdigit() else 30

    @api.autovacuum
    def _gc_waiting(self):
        """Forget who never confirmed, and personal data some days after the end."""
        now = fields.Datetime.now()
        self.search(
            [
                "|",
                "&",
                ("state", "=", "unconfirmed"),
                ("create_date", "<", now - CONFIRM_WITHIN),
                "&",
                ("state", "not in", OPEN_STATES),
                ("ended_at", "<", now - timedelta(days=self._get_days_kept())),
            ],
            limit=GC_UNLINK_LIMIT,
        ).unlink()
