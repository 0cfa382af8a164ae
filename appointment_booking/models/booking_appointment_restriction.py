import logging
from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL, email_normalize

from ..engine import days_that_matter, is_within
from ..tools.own_transaction import own_cursor
from ..tools.people_list import is_listed
from .booking_appointment_hold import HOLD_TRIES, SlotTaken
from .booking_restriction import write_phone

_logger = logging.getLogger(__name__)

# The days of zones that are ahead or behind.
AROUND = timedelta(days=2)
MOST_CONTACTS = 50


class Restricted(Exception):
    """A restriction of the type stands in the way."""

    def __init__(self, restriction, message=None):
        super().__init__(restriction.kind)
        self.kind = restriction.kind
        self.message = restriction._get_message() if message is None else message


class Person(NamedTuple):
    """By what somebody is recognised, as for :meth:`_find_of_same_person`."""

    emails: frozenset  # normalised
    phones: frozenset  # E.164
    partner_ids: frozenset  # of an account, or of known contacts with such an e-mail or phone


class BookingAppointment(models.Model):
    """What the restrictions of a type forbid: when a slot is held, when it is confirmed, and when it is moved.

    Staff are bound by none of them, and read which one a booking breaks.
    """

    _inherit = "booking.appointment"

    restriction_warning = fields.Char(
        compute="_compute_restriction_warning", help="What visitors could not book like this. You can."
    )

    # Whose appointments they are is asked by each of these, whatever the type.
    _booker_email_index = models.Index("(lower(booker_email))")
    _booker_phone_index = models.Index("(booker_phone)")

    # Visitors

    @api.model
    def _hold(self, booking_type, start, **choices):
        """Whoever is signed in reads before they fill in a form that they cannot book.

        :raise Restricted: when a restriction concerns their account
        """
        if not self.env.user._is_public():
            person = self._recognise({})
            if found := self._find_restriction(booking_type, start, person, kinds=("blocked", "count")):
                raise Restricted(found)
        return super()._hold(booking_type, start, **choices)

    def _confirm_online(self, booker, answers):
        """Do :meth:`_confirm`; where the appointments of a person are counted, in a transaction of its own.

        There it is done again on a fresh snapshot while other forms of the same person get in the way, as for a hold.
        """
        self.ensure_one()
        if not self.type_id._get_restrictions("count"):
            return self._confirm(booker, answers)
        for attempt in range(HOLD_TRIES):
            try:
                with own_cursor(self.env.registry) as cr:
                    return self.with_env(self.env(cr=cr))._confirm(booker, answers)
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as error:
                _logger.debug("Confirmation of %s, try %s: %s", self.id, attempt + 1, error)
        raise SlotTaken

    def _confirm(self, booker, answers):
        """Confirm a hold, unless a restriction stands in the way.

        :raise Restricted: when one does
        """
        self.ensure_one()
        if self._is_held():
            self._check_restrictions(booker)
        return super()._confirm(booker, answers)

    def _check_restrictions(self, booker):
        booking_type = self.type_id
        kinds = set(booking_type._get_restrictions().mapped("kind")) - {"code", "opening"}
        state = booking_type._get_opening()
        if state.state != "open":
            raise Restricted(booking_type._get_restrictions("opening")[:1], state.text)
        if not kinds:
            return
        person = self._recognise(booker)
        # Who books the same hour twice is led to their first appointment: that helps more than to hear of a limit.
        if "count" in kinds and booking_type.one_at_a_time and self._find_of_same_person(booker):
            kinds.remove("count")
        found = self._find_restriction(
            booking_type, self.start, person, kinds=kinds, stop=self.stop, agency=self.agency_id, typed=booker
        )
        if found:
            raise Restricted(found)

    def _resume_hold(self):
        result = super()._resume_hold()
        self._end_hold_with_booking()
        return result

    def _wait_for_sign_in(self):
        result = super()._wait_for_sign_in()
        self._end_hold_with_booking()
        return result

    def _end_hold_with_booking(self):
        """No slot is kept longer than one can book: what the page promises holds."""
        for hold in self.filtered("hold_until"):
            closes = hold.type_id.booking_closes_at
            if closes and hold.hold_until > closes:
                hold.hold_until = closes

    # Bookers who move

    def _find_obstacle(self, change):
        obstacle = super()._find_obstacle(change)
        if not obstacle and change == "move" and not self.type_id._is_booking_open():
            return "not_open"
        return obstacle

    def _move(self, start, agency, users=None, **choices):
        """Moving is no new booking: what the appointment itself takes up is no matter, nor how it came to be booked.

        :raise Restricted: when the person would have too many in the period, or is blocked
        """
        self.ensure_one()
        found = self._find_restriction(
            self.type_id, start, self._get_person(), kinds=("blocked", "count"), agency=agency, moving=self
        )
        if found:
            raise Restricted(found)
        return super()._move(start, agency, users, **choices)

    # The rules

    @api.model
    def _find_restriction(self, booking_type, start, person, *, kinds, stop=None, agency=None, typed=None, moving=None):
        """Return the first restriction that stands in the way of a person's appointment, or none.

        Where appointments are counted, the rows that stand for the person are written first.

        :param start: naive UTC
        :param person: :class:`Person`
        :param kinds: which restrictions are asked
        :param typed: what was typed into the form, by role
        :param moving: the appointment that is moved to ``start``; it does not count
        """
        restrictions = booking_type.sudo()._get_restrictions().filtered(lambda known: known.kind in kinds)
        by_kind = restrictions.grouped("kind")
        if "closed" in by_kind:
            tz = (agency and agency.tz) or booking_type.tz
            wording = self.env["booking.journey"]._wording_of(tz)
            last = stop - timedelta(microseconds=1) if stop else start
            closing = booking_type._find_closing(wording.local(start).date(), wording.local(last).date())
            if closing:
                return closing
        for blocked in by_kind.get("blocked", ()):
            entries = blocked._get_entries()
            known = [*((email, "") for email in person.emails), *(("", phone) for phone in person.phones)]
            if any(is_listed(entries, email, phone) for email, phone in known):
                return blocked
        for domains in by_kind.get("domains", ()):
            email = (typed or {}).get("email") or next(iter(person.emails), "")
            if not is_listed(domains._get_entries(), email, ""):
                return domains
        if counted := by_kind.get("count"):
            return self._find_full(booking_type, counted, start, person, agency, moving)
        return restrictions.browse()

    @api.model
    def _find_full(self, booking_type, counted, start, person, agency=None, moving=None):
        """Return the first of some restrictions that leaves a person no more appointments, or none."""
        if not (person.emails or person.phones or person.partner_ids):
            return counted.browse()
        contacts = {f"contact {partner_id}" for partner_id in person.partner_ids}
        self.env["booking.person.claim"].sudo()._claim(booking_type, person.emails | person.phones | contacts)
        day = self._day_on_clock(start, (agency and agency.tz) or booking_type.tz)
        return self._compare_counts(
            booking_type, counted, day, person, moving, moving and moving._get_day(), is_new=not moving
        )

    @api.model
    def _compare_counts(self, booking_type, counted, day, person, leaving_out, moved_from=None, is_new=True):
        now = fields.Datetime.now()
        periods = counted.filtered(lambda known: known.period != "upcoming")
        spans = [days_that_matter(day, known.period, known.days) for known in periods]
        spans += [days_that_matter(moved_from, known.period, known.days) for known in periods if moved_from]
        since = min([now, *(fields.Datetime.to_datetime(first) - AROUND for first, _last in spans)])
        others = self._load_of_person(booking_type, person, since, leaving_out)
        for known in counted:
            if known.period == "upcoming":
                ahead = sum(state == "planned" and stop > now for _day, stop, state, _absent in others)
                if is_new and ahead >= known.max_count:
                    return known
            else:
                days = [other for other, _stop, _state, absent in others if known.count_no_shows or not absent]
                if not is_within(known.max_count, days, day, known.period, known.days, moved_from):
                    return known
        return counted.browse()

    @api.model
    def _load_of_person(self, booking_type, person, since, leaving_out=None):
        """Return the appointments of a person from an instant on, planned or held.

        :return: list of ``(day on the clock of the place, naive UTC end, state, whether the person did not come)``
        """
        self.flush_model(
            [
                "type_id",
                "state",
                "start",
                "stop",
                "attendance",
                "booker_email",
                "booker_phone",
                "partner_id",
                "agency_id",
            ]
        )
        self.env["booking.agency"].flush_model(["tz"])
        rows = self.env.execute_query(self._person_query(booking_type, person, since, leaving_out))
        return [
            (self._day_on_clock(start, tz or booking_type.tz), stop, state, bool(absent))
            for start, stop, state, absent, tz in rows
        ]

    @api.model
    def _person_query(self, booking_type, person, since, leaving_out=None):
        return SQL(
            """
            SELECT a.start, a.stop, a.state, a.attendance = 'absent', g.tz
              FROM booking_appointment a
         LEFT JOIN booking_agency g ON g.id = a.agency_id
             WHERE (LOWER(a.booker_email) = ANY(%(emails)s)
                    OR a.booker_phone = ANY(%(phones)s)
                    OR a.partner_id = ANY(%(partners)s))
               AND a.type_id = %(type)s
               AND a.state IN ('planned', 'done')
               AND a.stop > %(since)s
               AND a.id != ALL(%(leaving_out)s)
            """,
            emails=sorted(person.emails),
            phones=sorted(person.phones),
            partners=sorted(person.partner_ids),
            type=booking_type.id,
            since=since,
            leaving_out=list(leaving_out.ids) if leaving_out else [],
        )

    @api.model
    def _day_on_clock(self, instant, tz):
        return self.env["booking.journey"]._wording_of(tz or "UTC").local(instant).date()

    def _get_day(self):
        return self._day_on_clock(self.start, self.agency_id.tz or self.type_id.tz)

    @api.model
    def _recognise(self, booker):
        """Return the :class:`Person` who typed something, or who is signed in."""
        emails, phones, partner = {booker.get("email")}, {booker.get("phone")}, self.env["res.partner"]
        if not self.env.user._is_public():
            partner = self.env.user.sudo().partner_id
        return self._as_person(emails, phones, partner)

    def _get_person(self):
        """Return the :class:`Person` who has an appointment."""
        self.ensure_one()
        country = self.agency_id.country_id or self.company_id.country_id
        phone = self.booker_phone and write_phone(self.booker_phone, country)
        return self._as_person({self.booker_email}, {phone}, self.sudo().partner_id)

    @api.model
    def _as_person(self, emails, phones, partner):
        emails = {email_normalize(email or "", strict=False) for email in (*emails, partner.email_normalized)}
        phones = set(phones) | {partner.phone_sanitized}
        emails, phones = frozenset(filter(None, emails)), frozenset(filter(None, phones))
        contacts = partner.ids
        if emails or phones:
            known = self.env["res.partner"].sudo()
            domain = ["|", ("email_normalized", "in", list(emails)), ("phone_sanitized", "in", list(phones))]
            contacts += known.search(domain, limit=MOST_CONTACTS).ids
        return Person(emails, phones, frozenset(contacts))

    # Staff

    @api.depends("type_id", "partner_id", "booker_email", "booker_phone", "start", "stop", "state", "agency_id")
    @api.depends_context("lang", "uid")
    def _compute_restriction_warning(self):
        """Say what a visitor could not have booked, of appointments that lie ahead."""
        now = fields.Datetime.now()
        for appointment in self:
            ahead = appointment.state == "planned" and appointment.start and appointment.start > now
            appointment.restriction_warning = appointment._tell_broken() if ahead and appointment.type_id else False

    def _tell_broken(self):
        """Return the restrictions that an appointment breaks, in words."""
        booking_type = self.type_id._origin.sudo()
        restrictions = booking_type._get_restrictions()
        if not restrictions:
            return ""
        person = self._get_person()
        broken = []
        if (state := booking_type._get_opening()).state != "open" and not self._origin:
            broken.append(f"{state.text}.")
        start, stop = self.start, self.stop or self.start
        asked = {"agency": self.agency_id, "stop": stop, "typed": {"email": self.booker_email}}
        kinds = ("closed", "blocked", *(("domains",) if self.booker_email else ()))
        for kind in kinds:
            broken += self._find_restriction(booking_type, start, person, kinds=(kind,), **asked).mapped("summary")
        if (counted := restrictions.filtered(lambda known: known.kind == "count")) and any(person):
            full = self._compare_counts(booking_type, counted, self._get_day(), person, self._origin)
            broken += full.mapped("summary")
        return " ".join(broken)
