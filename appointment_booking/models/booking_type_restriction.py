from datetime import date, timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import consteq
from odoo.tools.misc import hmac

# What restrictions say of slots, kept on the type: read with it, they take no query of their own.
RESTRICTION_FIELDS = ("closed_dates", "booking_opens_at", "booking_closes_at")


class BookingState(NamedTuple):
    """Whether visitors can book now."""

    state: str  # before, open or after
    text: str  # in words, with the zone; empty while it is open
    short: str = ""  # where space is short


class BookingType(models.Model):
    """The restrictions of a type, and what follows from them for its pages and slots."""

    _inherit = "booking.type"

    restriction_ids = fields.One2many(
        "booking.restriction", "type_id", string="Restrictions", copy=True, context={"active_test": False}
    )
    closed_dates = fields.Json(compute="_compute_restricted", store=True)
    booking_opens_at = fields.Datetime(compute="_compute_restricted", store=True)
    booking_closes_at = fields.Datetime(compute="_compute_restricted", store=True)
    needs_code = fields.Boolean(string="Access code needed", compute="_compute_restricted", store=True)
    is_listed = fields.Boolean(
        string="Listed", compute="_compute_restricted", store=True, help="Named by the catalogue and the search."
    )

    @api.depends(
        "restriction_ids.active",
        "restriction_ids.kind",
        "restriction_ids.date_from",
        "restriction_ids.date_to",
        "restriction_ids.every_year",
        "restriction_ids.opens_at",
        "restriction_ids.closes_at",
        "restriction_ids.listed",
    )
    def _compute_restricted(self):
        for booking_type in self:
            by_kind = booking_type._get_restrictions().grouped("kind")
            none = booking_type.restriction_ids.browse()
            opening, codes = by_kind.get("opening", none), by_kind.get("code", none)
            booking_type.closed_dates = by_kind.get("closed", none)._as_closed_dates() or False
            booking_type.booking_opens_at = max(filter(None, opening.mapped("opens_at")), default=False)
            booking_type.booking_closes_at = min(filter(None, opening.mapped("closes_at")), default=False)
            booking_type.needs_code = bool(codes)
            booking_type.is_listed = all(codes.mapped("listed"))

    def _get_restrictions(self, *kinds):
        """Return the restrictions that are on, of some kinds or of all."""
        restrictions = self.with_context(active_test=False).restriction_ids
        return restrictions.filtered(lambda known: known.active and (not kinds or known.kind in kinds))

    # When booking is open

    def _is_booking_open(self):
        """Tell whether slots are offered at all now."""
        now = fields.Datetime.now()
        opens, closes = self.booking_opens_at, self.booking_closes_at
        return (not opens or opens <= now) and (not closes or now < closes)

    def _get_opening(self):
        """Return the :class:`BookingState` of the type now, on its clock."""
        self.ensure_one()
        now = fields.Datetime.now()
        if self.booking_closes_at and self.booking_closes_at <= now:
            when = self._tell_instant_in_full(self.booking_closes_at)
            short = self._tell_instant_short(self.booking_closes_at)
            return BookingState(
                "after", self.env._("Booking closed on %s", when), self.env._("Booking closed on %s", short)
            )
        if self.booking_opens_at and self.booking_opens_at > now:
            when = self._tell_instant_in_full(self.booking_opens_at)
            short = self._tell_instant_short(self.booking_opens_at)
            return BookingState(
                "before", self.env._("Booking opens on %s", when), self.env._("Booking opens on %s", short)
            )
        return BookingState("open", "")

    def _tell_instant_in_full(self, instant):
        """Return ``Friday, March 6, 2026, 10:00 (Paris time (UTC+1))`` on the clock of the type."""
        journey, tz = self.env["booking.journey"], self.tz or "UTC"
        wording = journey._wording_of(tz)
        return self.env._(
            "%(day)s, %(hour)s – %(zone)s",
            day=wording.full_day(wording.local(instant).date()),
            hour=wording.hour(instant),
            zone=journey._tell_zone(tz, instant),
        )

    def _tell_instant_short(self, instant):
        """Return ``Fri, Mar 6, 10:00`` on the clock of the type."""
        wording = self.env["booking.journey"]._wording_of(self.tz or "UTC")
        day = wording.short_day(wording.local(instant).date())
        return self.env._("%(day)s, %(hour)s", day=day, hour=wording.hour(instant))

    # Closed dates

    def _get_closed_dates(self, entries=None):
        """Return ``((first date, last date), ...)`` that are closed from last year to the end of the horizon.

        :param entries: closed dates as they are kept; those of the type if not given
        """
        entries = self.closed_dates if entries is None else entries
        if not entries:
            return ()
        today = fields.Date.today()
        years = range(today.year - 1, (today + relativedelta(days=self.horizon_days + 2)).year + 1)
        found = []
        for first, last, every_year in entries:
            first, last = date.fromisoformat(first), date.fromisoformat(last)
            # Each year on its own from the dates that were entered, so that a February 29 comes back.
            shifts = [relativedelta(years=year - first.year) for year in years] if every_year else [relativedelta()]
            found += [(first + shift, last + shift) for shift in shifts]
        return tuple(found)

    def _find_closing(self, first, last):
        """Return the restriction that closes one of the days from ``first`` to ``last``, or none."""
        for restriction in self._get_restrictions("closed") if self.closed_dates else ():
            dates = self._get_closed_dates(restriction._as_closed_dates())
            if any(begin <= last and first <= end for begin, end in dates):
                return restriction
        return self.env["booking.restriction"]

    def _get_hold_end(self):
        """Return until when (naive UTC) a slot is held that a visitor chooses now: not beyond the end of booking."""
        end = fields.Datetime.now() + timedelta(minutes=self.hold_minutes)
        return min(end, self.booking_closes_at or end)

    # Access codes

    def _get_link_with_code(self, code):
        return f"/booking/{self.slug}?{urlencode({'code': code})}"

    def _get_code_seal(self):
        """Return what a visitor who knew a code is given: it is worth nothing once the codes have changed."""
        self.ensure_one()
        codes = sorted(_fold_code(known.code) for known in self._get_restrictions("code"))
        return hmac(self.env(su=True), "appointment_booking.code", [self.id, codes])

    def _is_code(self, typed):
        """Tell whether what was typed is a code of this type, in a time that does not depend on how much is right."""
        self.ensure_one()
        env, scope = self.env(su=True), "appointment_booking.typed_code"
        sealed = hmac(env, scope, _fold_code(typed))
        # Not any(): each is compared, however early one fits.
        return sum([consteq(sealed, hmac(env, scope, _fold_code(k.code))) for k in self._get_restrictions("code")]) > 0

    # What is told elsewhere

    @api.depends("restriction_ids.kind", "restriction_ids.active", "restriction_ids.closes_at", "question_ids.role")
    def _compute_setup_warning(self):
        return super()._compute_setup_warning()

    def _setup_problem(self):
        page, problem = super()._setup_problem()
        if problem:
            return page, problem
        roles = set(self.question_ids.mapped("role"))
        restrictions = self._get_restrictions()
        if "domains" in restrictions.mapped("kind") and "email" not in roles:
            return "form", self.env._("Only some e-mail domains may book, but the form does not ask for an e-mail.")
        if "count" in restrictions.mapped("kind") and not roles & {"email", "phone"} and self.sign_in != "required":
            return "form", self.env._(
                "The appointments of a person are limited, but the form asks neither for an e-mail nor for a phone."
            )
        if self._get_opening().state == "after":
            return "restrictions", self.env._("Booking has closed: visitors can book no more.")
        return page, problem


def _fold_code(code):
    return "".join((code or "").split()).casefold()
