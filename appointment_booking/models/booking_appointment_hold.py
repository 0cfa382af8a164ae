import logging
from datetime import timedelta

from psycopg2 import errors

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ..tools.own_transaction import own_cursor
from .booking_appointment_overbook import AdvisorTaken

_logger = logging.getLogger(__name__)

# Under a daily limit, bookers of one advisor pass one by one, and where appointments are spread evenly those of a type:
# each round lets at least one through.
HOLD_TRIES = 60


class SlotTaken(Exception):
    """The slot that a visitor asked for cannot be had: invented, past, closed, or taken by somebody else."""


class HoldExpired(Exception):
    """The time to fill in the form is over; the slot is no longer kept for the visitor."""


class BookingAppointment(models.Model):
    """The short life of a slot that is held while a visitor fills in the form."""

    _inherit = "booking.appointment"

    hold_until = fields.Datetime(copy=False, help="When the slot is given back if the form has not been sent.")
    advisor_chosen = fields.Boolean(
        string="Advisor chosen by the booker",
        readonly=True,
        copy=False,
        help="The booker asked for this advisor; else the distribution of the type decided.",
    )
    visitor_key = fields.Char(
        copy=False, groups="base.group_system", help="Tells the holds of one browser: a second replaces the first."
    )

    _hold_until_index = models.Index("(hold_until) WHERE state = 'hold'")
    _visitor_key_index = models.Index("(visitor_key) WHERE state = 'hold'")
    _hold_has_end = models.Constraint("CHECK (state != 'hold' OR hold_until IS NOT NULL)")

    @api.model
    def _hold_in_own_transaction(self, booking_type, start, **choices):
        """Do :meth:`_hold` in a transaction of its own, again on a fresh snapshot while others get in the way.

        Odoo's own retry gives up after five tries with long pauses; here waiting is done on a lock, so that the next
        try can follow at once, and the last loser gets a page like any other.

        :return: the access token of the held appointment
        :raise SlotTaken: when no advisor can take the slot
        """
        for attempt in range(HOLD_TRIES):
            try:
                with own_cursor(self.env.registry) as cr:
                    env = self.env(cr=cr)
                    fresh = {
                        key: value.with_env(env) if isinstance(value, models.BaseModel) else value
                        for key, value in choices.items()
                    }
                    hold = self.with_env(env)._hold(booking_type.with_env(env), start, **fresh)
                    return hold._portal_ensure_token()
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as error:
                _logger.debug("Hold of %s, try %s: %s", start, attempt + 1, error)
        raise SlotTaken

    @api.model
    def _hold(self, booking_type, start, *, reason, agency, visitor_key, users=None, lang=None, tz=None, **values):
        """Hold a slot for a visitor.

        :param booking_type: the ``booking.type``
        :param start: naive UTC datetime, exactly one of the offered starts
        :param reason: ``booking.reason`` of the type, or empty
        :param agency: ``booking.agency`` of the type, or empty
        :param visitor_key: tells the visitor's browser; its earlier hold is replaced
        :param users: ``res.users`` whom the visitor chose, or ``None`` for any advisor
        :param values: more of what the visitor said, as ``postcode``
        :return: the held ``booking.appointment``
        :raise SlotTaken: when no advisor can take the slot
        """
        if booking_type._get_mode(users) == "uniform":
            booking_type._claim_distribution()
        former = self.search([("state", "=", "hold"), ("visitor_key", "=", visitor_key)])
        slots = booking_type._get_slots(
            start, start + timedelta(minutes=1), reason=reason, agency=agency, users=users, leaving_out=former
        )
        values |= {
            "state": "hold",
            "type_id": booking_type.id,
            "reason_id": reason.id,
            "agency_id": agency.id,
            "start": start,
            "hold_until": booking_type._get_hold_end(),
            "visitor_key": visitor_key,
            "advisor_chosen": users is not None,
            "lang": lang or self.env.lang,
            "tz": tz,
        }
        for user_id in booking_type._order_advisors(slots.get(start, []), start, former):
            hold = self._try_hold(dict(values, user_id=user_id), former)
            if hold:
                return hold
        raise SlotTaken

    @api.model
    def _try_hold(self, values, former):
        """Insert a hold for one advisor; return it, or nothing when PostgreSQL says that the time is taken.

        Inserts for the same advisor queue on an advisory lock: two that met inside the exclusion constraint would
        wait for each other until PostgreSQL breaks the deadlock. Leaving the savepoint on an error gives it back.
        """
        try:
            with self.env.cr.savepoint():
                self.env.cr.execute(
                    SQL("SELECT pg_advisory_xact_lock(hashtext(%s), %s)", self._table, values["user_id"])
                )
                booking_type = self.env["booking.type"].browse(values["type_id"])
                if booking_type.max_per_day:
                    booking_type.advisor_ids.filtered(lambda a: a.user_id.id == values["user_id"])._claim()
                files = former._take_files(values["type_id"])
                former.unlink()
                hold = self.new(values)
                self._drop_expired_holds(values["user_id"], hold.start, hold.busy_stop)
                quiet = self.with_context(mail_create_nolog=True, mail_auto_subscribe_no_notify=True)
                hold = quiet.create(values).with_env(self.env)
                hold._give_files(files)
                return hold
        except (errors.ExclusionViolation, AdvisorTaken):
            return self.browse()

    @api.model
    def _drop_expired_holds(self, user_id, start, stop):
        """Make room: delete the holds of an advisor that overlap a time and were not confirmed in theirs."""
        self.search(
            [
                ("user_id", "=", user_id),
                ("state", "=", "hold"),
                ("hold_until", "<=", fields.Datetime.now()),
                ("start", "<", stop),
                ("busy_stop", ">", start),
            ]
        ).unlink()

    def _forget_expired_holds(self, user_ids):
        """Make room for what staff enter or move; a visitor's own way does it by :meth:`_try_hold`."""
        if not self.env.su:
            self.sudo().search(
                [
                    ("id", "not in", self.ids),
                    ("user_id", "in", list(user_ids)),
                    ("state", "=", "hold"),
                    ("hold_until", "<=", fields.Datetime.now()),
                ]
            ).unlink()

    @api.autovacuum
    def _gc_expired_holds(self):
        self.search([("state", "=", "hold"), ("hold_until", "<=", fields.Datetime.now())]).unlink()

    def _is_held(self):
        """Tell whether the slot is still kept for its visitor."""
        self.ensure_one()
        return self.state == "hold" and self.hold_until > fields.Datetime.now()

    def _release(self):
        """Give a held slot back."""
        self.filtered(lambda appointment: appointment.state == "hold").unlink()

    def _release_soon(self, seconds=20):
        """Give a held slot back in a moment: the page was left, or perhaps only loaded again."""
        soon = fields.Datetime.now() + timedelta(seconds=seconds)
        for hold in self.filtered(lambda appointment: appointment._is_held() and appointment.hold_until > soon):
            hold.hold_until = soon

    def _resume_hold(self):
        """Take back :meth:`_release_soon`: the page is in sight again, the first end holds."""
        for hold in self.filtered(lambda appointment: appointment._is_held()):
            hold.hold_until = hold.create_date + timedelta(minutes=hold.type_id.hold_minutes)

    def _confirm(self, booker, answers):
        """Turn a hold into a planned appointment, once.

        :param booker: dict with ``last_name``, ``first_name``, ``email``, ``phone`` (E.164); missing ones are empty
        :param answers: list of values of ``booking.answer``
        :raise HoldExpired: when the slot is no longer held
        """
        self.ensure_one()
        if not self._is_held():
            raise HoldExpired
        name = " ".join(filter(None, [booker.get("first_name"), booker.get("last_name")]))
        partner, match = self.env["res.partner"]._booking_find_or_create(
            name=name, email=booker.get("email"), phone=booker.get("phone"), lang=self.lang, company=self.company_id
        )
        self.write(
            {
                "state": "planned",
                "name": self._next_reference(),
                "hold_until": False,
                "visitor_key": False,
                "partner_id": partner.id,
                "partner_match": match,
                "booker_name": name,
                "booker_email": booker.get("email"),
                "booker_phone": booker.get("phone"),
                "answer_ids": [fields.Command.create(answer) for answer in answers],
            }
        )
        self._notify("booked")
        self._notify("assigned")
