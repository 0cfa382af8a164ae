from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.tools import SQL

from ..engine import Candidate, Rules, free_starts, order
from .booking_appointment import LIVE_STATES

# How far the catalogue looks first: most types have a free slot soon, so the rest of the horizon is rarely loaded.
FIRST_LOOK = timedelta(days=14)

# What decides about slots: read alone, the texts of a type stay where they are.
RULE_FIELDS = ("duration", "slot_step", "gap", "min_notice", "horizon_days", "max_per_day", "show_weekends")


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
        :param agency: ``booking.agency`` where the appointment would be held
        :param users: ``res.users`` among whom the visitor chose, else all advisors
        :param leaving_out: ``booking.appointment`` that do not count, as one being moved
        :return: ``{naive UTC start: [user ids who are free]}``, sorted
        """
        places = agency or self.env["booking.agency"]
        slots = self._get_slots_by_agency(
            start, stop, reason=reason, agencies=places, users=users, leaving_out=leaving_out
        )
        return slots[places.id]

    def _get_slots_by_agency(self, start, stop, *, reason=None, agencies=None, users=None, leaving_out=None):
        """Return ``{agency id: slots}`` as :meth:`_get_slots` does, loading everything once.

        Without agencies the only key is ``False``: places do not matter.
        """
        self.ensure_one()
        self.fetch(RULE_FIELDS)
        user_ids = self._get_user_ids(reason, users).get(self.id, [])
        duration = reason.effective_duration if reason else self.duration
        schedule = self.env["booking.schedule"]._load(
            user_ids, start, stop + timedelta(minutes=duration), leaving_out=leaving_out
        )
        rules = self._get_engine_rules(schedule.window, start, stop, duration)
        return {
            agency_id: {
                schedule.window.to_datetime(minute): takers
                for minute, takers in schedule.offers(user_ids, rules, **self._get_choices(agency_id)).items()
            }
            for agency_id in (agencies.ids if agencies else [False])
        }

    def _get_first_starts(self):
        """Return ``{type id: first free start or None}`` (naive UTC) of several types, loading everything at once."""
        first = dict.fromkeys(self.ids)
        now = fields.Datetime.now()
        end = now + timedelta(days=max(self.mapped("horizon_days"), default=0))
        for start, stop in ((now, min(now + FIRST_LOOK, end)), (now + FIRST_LOOK, end)):
            types = self.filtered(lambda booking_type: not first[booking_type.id])
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
        found = {}
        for booking_type, duration in durations.items():
            rules = booking_type._get_engine_rules(schedule.window, start, stop, duration)
            diaries = [
                schedule.diary(user_id, **booking_type._get_choices(agency_id))
                for agency_id in booking_type.agency_ids.ids or [False]
                for user_id in user_ids.get(booking_type.id, [])
                if user_id in schedule.advisors
            ]
            first = min((starts[0] for diary in diaries if (starts := free_starts(diary, rules))), default=None)
            found[booking_type.id] = None if first is None else schedule.window.to_datetime(first)
        return found

    def _get_shortest_duration(self):
        return min(self.reason_ids.mapped("effective_duration"), default=self.duration)

    def _get_user_ids(self, reason=None, users=None):
        """Return ``{type id: ids of the users who may take an appointment}``, in the order of the type's list.

        A reason that was given to some advisors only is not open to the others, even once those have been archived.
        """
        advisor = self.env["booking.advisor"]
        advisor.flush_model(["type_id", "user_id", "sequence", "active"])
        only = self.env["booking.reason"]._fields["advisor_ids"]
        chosen = SQL(
            "SELECT %s FROM %s WHERE %s = %s",
            SQL.identifier(only.column2),
            SQL.identifier(only.relation),
            SQL.identifier(only.column1),
            reason.id if reason else None,
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT type_id, ARRAY_AGG(user_id ORDER BY sequence, id)
                  FROM booking_advisor
                 WHERE type_id = ANY(%(types)s) AND active
                   AND (NOT EXISTS (%(chosen)s) OR id IN (%(chosen)s))
                   AND (%(users)s IS NULL OR user_id = ANY(%(users)s))
              GROUP BY type_id
                """,
                types=list(self.ids),
                chosen=chosen,
                users=None if users is None else list(users.ids),
            )
        )
        return dict(rows)

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

    def _get_choices(self, agency_id):
        """Return what of this type matters for the diaries of its advisors."""
        return {
            "type_id": self.id,
            "agency_id": agency_id or None,
            "weekends": self.show_weekends,
            "counted": bool(self.max_per_day),
        }

    def _order_advisors(self, user_ids, start):
        """Return free advisors in the order in which to try them for a slot, as the distribution of the type says.

        :param user_ids: ids of the free advisors
        :param start: naive UTC start of the slot: the appointments of its month are what is shared out
        """
        self.ensure_one()
        if len(user_ids) < 2:
            return list(user_ids)
        ranks, loads = self.advisor_ids._ranks(), self._get_loads(user_ids, start)
        candidates = [Candidate(user_id, ranks[user_id], loads.get(user_id, 0)) for user_id in user_ids]
        return order(candidates, self.distribution)

    def _get_loads(self, user_ids, start):
        """Return ``{user id: appointments of this type in the month of start}``; cancelled ones do not count."""
        month = start.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        groups = self.env["booking.appointment"]._read_group(
            [
                ("type_id", "=", self.id),
                ("user_id", "in", user_ids),
                ("state", "in", LIVE_STATES),
                ("start", ">=", month),
                ("start", "<", month + relativedelta(months=1)),
            ],
            ["user_id"],
            ["__count"],
        )
        return {user.id: count for user, count in groups}
