from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

from ..engine import Rules
from .booking_type_distribution import DISTRIBUTION_FIELDS
from .booking_type_restriction import RESTRICTION_FIELDS

# How far the catalogue looks first: most types have a free slot soon, so the rest of the horizon is rarely loaded.
FIRST_LOOK = timedelta(days=14)

# What decides about slots: read alone, the texts of a type stay where they are.
RULE_FIELDS = (
    "duration",
    "slot_step",
    "gap",
    "min_notice",
    "horizon_days",
    "max_per_day",
    "show_weekends",
    *DISTRIBUTION_FIELDS,
    *RESTRICTION_FIELDS,
    "choose_agency",
)


class BookingType(models.Model):
    """The slots that a type offers. What is true of a slot is decided here and in the engine, nowhere else."""

    _inherit = "booking.type"

    def _get_offered_period(self):
        """Return the first and the last instant (naive UTC) at which a slot may start: notice and horizon."""
        self.ensure_one()
        now = fields.Datetime.now()
        return now + timedelta(hours=self.min_notice), now + timedelta(days=self.horizon_days)

    def _get_slots(self, start, stop, *, reason=None, agency=None, users=None, leaving_out=None):
        """Return the free slots that start in a period.

        :param start: naive UTC, included
        :param stop: naive UTC, excluded
        :param reason: ``booking.reason`` of this type; decides the duration and the advisors
        :param agency: ``booking.agency`` where the appointment would be held; without one, places do not matter: a
            type that does not let visitors choose takes a slot at any of its agencies
        :param users: ``res.users`` among whom the visitor chooses: they are on offer however many appointments they
            have; ``None`` for any advisor, as the distribution of the type says
        :param leaving_out: ``booking.appointment`` that do not count, as one being moved
        :return: ``{naive UTC start: [user ids who are free]}``, sorted
        """
        self.fetch(RULE_FIELDS)
        places = agency or self.env["booking.agency"]
        if not places and (anywhere := self._get_unchosen_agencies(reason)):
            return self._get_slots_within(anywhere, start, stop, reason, users, leaving_out)
        slots = self._get_slots_by_agency(
            start, stop, reason=reason, agencies=places, users=users, leaving_out=leaving_out
        )
        return slots[places.id]

    def _get_slots_by_agency(self, start, stop, *, reason=None, agencies=None, users=None, leaving_out=None):
        """Return ``{agency id: slots}`` as :meth:`_get_slots` does, loading everything once.

        Without agencies the only key is ``False``: places do not matter.
        """
        self.ensure_one()
        schedule, rules, loads = self._load_schedule(start, stop, agencies, reason, users, leaving_out)
        agency_ids = agencies.ids if agencies else [False]
        return {
            agency_id: self._to_slots(schedule, offers, start, stop, loads)
            for agency_id, offers in self._offer_by_agency(schedule, schedule.user_ids, rules, agency_ids).items()
        }

    def _offer_by_agency(self, schedule, user_ids, rules, agency_ids):
        """Return ``{agency id: the engine's offers}``; of each agency only those are asked who have hours there."""
        at, anywhere = schedule.users_by_agency(user_ids, self.id)
        found = {}
        for agency_id in agency_ids:
            here = [*anywhere, *at.get(agency_id, ())] if agency_id else user_ids
            found[agency_id] = schedule.offers(here, rules, **self._get_choices(agency_id))
        return found

    def _get_slots_within(self, agencies, start, stop, reason=None, users=None, leaving_out=None):
        """Return slots as :meth:`_get_slots` does, each of which can be held at one of the agencies at least."""
        self.ensure_one()
        schedule, rules, loads = self._load_schedule(start, stop, agencies, reason, users, leaving_out)
        offers = schedule.starts_within(schedule.user_ids, agencies.ids, rules, **self._get_choices())
        return self._to_slots(schedule, offers, start, stop, loads)

    def _get_first_by_agency(self, start, stop, agencies, *, reason=None, users=None, leaving_out=None):
        """Return ``{agency id: first free start (naive UTC) in the period, or None}``, loading everything once."""
        self.ensure_one()
        schedule, rules, loads = self._load_schedule(start, stop, agencies, reason, users, leaving_out)
        if loads is not None:
            # Who is ahead of the others is only known from all the slots of the horizon.
            by_agency = self._offer_by_agency(schedule, schedule.user_ids, rules, agencies.ids)
            return {
                agency_id: next(iter(self._to_slots(schedule, offers, start, stop, loads)), None)
                for agency_id, offers in by_agency.items()
            }
        first = schedule.first_starts(schedule.user_ids, agencies.ids, rules, **self._get_choices())
        return {
            agency_id: None if minute is None else schedule.window.to_datetime(minute)
            for agency_id, minute in first.items()
        }

    def _load_schedule(self, start, stop, agencies, reason, users, leaving_out):
        """Return ``(schedule of the users asked, engine's rules, loads)`` for slots that start in a period.

        Loads are ``None`` but where appointments are spread evenly: then the whole horizon is loaded.
        """
        self.fetch(RULE_FIELDS)
        duration = self._get_slot_duration(reason)
        looked_at = start, stop
        if even := self._get_mode(users) == "uniform":
            # Nobody waits for an advisor who cannot be booked at all: to know who can takes the whole horizon.
            opens, closes = self._get_offered_period()
            looked_at = opens, closes + timedelta(minutes=1)
        asked = self._get_advisors_query(reason, users, agencies) if self._is_booking_open() else ()
        schedule = self.env["booking.schedule"]._load(
            asked, looked_at[0], looked_at[1] + timedelta(minutes=duration), leaving_out=leaving_out
        )
        rules = self._get_engine_rules(schedule.window, *looked_at, duration)
        loads = self._get_loads(*looked_at, leaving_out)[self.id] if even else None
        return schedule, rules, loads

    def _to_slots(self, schedule, offers, start, stop, loads):
        """Return the engine's offers as ``{naive UTC start: [user ids who are free]}``.

        :param loads: where appointments are spread evenly: who is ahead is left out of the whole horizon, from which
            the slots from ``start`` and before ``stop`` are returned; else ``None``
        """
        slots = {schedule.window.to_datetime(minute): takers for minute, takers in offers.items()}
        if loads is None:
            return slots
        return {at: takers for at, takers in self._keep_even(slots, loads).items() if start <= at < stop}

    def _get_unchosen_agencies(self, reason=None):
        """Return the agencies among which the advisor's hours decide, since the visitor is not asked; else none."""
        if self.choose_agency or not self.agency_ids:
            return self.env["booking.agency"]
        return (self.agency_ids & reason.agency_ids) if reason and reason.agency_ids else self.agency_ids

    def _get_slot_duration(self, reason):
        """Return the minutes of a slot: those of the reason or the type, unless an appointment that moves is longer."""
        own = reason.effective_duration if reason else self.duration
        return self.env.context.get("booking_minutes") or own

    def _get_first_starts(self):
        """Return ``{type id: first free start or None}`` (naive UTC) of several types, loading everything at once."""
        first = dict.fromkeys(self.ids)
        now = fields.Datetime.now()
        end = now + timedelta(days=max(self.mapped("horizon_days"), default=0))
        even = self.filtered(lambda booking_type: booking_type.distribution == "uniform")
        if even:
            first.update(even._first_starts_between(now, end))
        for start, stop in ((now, min(now + FIRST_LOOK, end)), (now + FIRST_LOOK, end)):
            types = (self - even).filtered(lambda booking_type: not first[booking_type.id])
            if types and start < stop:
                first.update(types._first_starts_between(start, stop))
        return first

    def _first_starts_between(self, start, stop):
        durations = {booking_type: booking_type._get_shortest_duration() for booking_type in self}
        user_ids = self._get_user_ids()
        schedule = self.env["booking.schedule"]._load(
            {user_id for of_type in user_ids.values() for user_id in of_type},
            start,
            stop + timedelta(minutes=max(durations.values())),
        )
        even = self.filtered(lambda booking_type: booking_type.distribution == "uniform")
        loads = even._get_loads(start, stop) if even else {}
        found = {}
        for booking_type, duration in durations.items():
            rules = booking_type._get_engine_rules(schedule.window, start, stop, duration)
            asked = user_ids.get(booking_type.id, []) if booking_type._is_booking_open() else []
            agency_ids = booking_type.agency_ids.ids or [None]
            if booking_type in even:
                by_agency = booking_type._offer_by_agency(schedule, asked, rules, agency_ids)
                firsts = [
                    next(iter(booking_type._to_slots(schedule, offers, start, stop, loads[booking_type.id])), None)
                    for offers in by_agency.values()
                ]
            else:
                minutes = schedule.first_starts(asked, agency_ids, rules, **booking_type._get_choices())
                firsts = [None if at is None else schedule.window.to_datetime(at) for at in minutes.values()]
            found[booking_type.id] = min(filter(None, firsts), default=None)
        return found

    def _get_shortest_duration(self):
        return min(self.reason_ids.mapped("effective_duration"), default=self.duration)

    def _get_user_ids(self, reason=None):
        """Return ``{type id: ids of the users who may take an appointment}``, in the order of the type's list."""
        query = self._get_advisors_query(reason)
        return dict(
            self.env.execute_query(
                SQL("SELECT type_id, ARRAY_AGG(user_id ORDER BY position) FROM (%s) advisor GROUP BY type_id", query)
            )
        )

    def _get_advisors_query(self, reason=None, users=None, agencies=None):
        """Return a query with the columns ``type_id``, ``user_id`` and ``position``: who may take an appointment.

        With agencies, those without any hours there are left out: most, where there are hundreds of agencies. A reason
        that was given to some advisors only is not open to the others, even once those have been archived.
        """
        advisor = self.env["booking.advisor"]
        advisor.flush_model(["type_id", "user_id", "sequence", "active"])
        self.env["booking.availability"].flush_model(["user_id", "agency_id", "active"])
        only = self.env["booking.reason"]._fields["advisor_ids"]
        chosen = SQL(
            "SELECT %s FROM %s WHERE %s = %s",
            SQL.identifier(only.column2),
            SQL.identifier(only.relation),
            SQL.identifier(only.column1),
            reason.id if reason else None,
        )
        return SQL(
            """
            SELECT type_id, user_id, ROW_NUMBER() OVER (ORDER BY sequence, id) AS position
              FROM booking_advisor
             WHERE type_id = ANY(%(types)s) AND active
               %(chosen)s
               %(users)s
               %(there)s
            """,
            types=list(self.ids),
            chosen=SQL("AND (NOT EXISTS (%(chosen)s) OR id IN (%(chosen)s))", chosen=chosen) if reason else SQL(),
            users=SQL() if users is None else SQL("AND user_id = ANY(%s)", list(users.ids)),
            there=SQL(
                "AND user_id IN (SELECT user_id FROM booking_availability"
                " WHERE active AND (agency_id IS NULL OR agency_id = ANY(%s)))",
                list(agencies.ids),
            )
            if agencies
            else SQL(),
        )

    def _get_engine_rules(self, window, start, stop, duration):
        """Return the engine's rules for slots that start from ``start`` and before ``stop``."""
        opens, closes = self._get_offered_period()
        return Rules(
            duration=duration,
            step=self.slot_step,
            gap=self.gap,
            earliest=window.to_minute_up(max(start, opens)),
            latest=min(window.to_minute_up(stop) - 1, window.to_minute(closes)),
            max_per_day=self.max_per_day,
        )

    def _get_choices(self, agency_id=None):
        """Return what of this type matters for the diaries of its advisors; with an agency, at that one."""
        choices = {
            "type_id": self.id,
            "weekends": self.show_weekends,
            "counted": bool(self.max_per_day),
            "closed": self._get_closed_dates(),
        }
        return choices | {"agency_id": agency_id} if agency_id else choices
