from collections import defaultdict
from datetime import date, timedelta, timezone
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..engine import Candidate, Member, fair_loads, on_offer, order
from .booking_appointment import LIVE_STATES

DAY = timedelta(days=1)
MONTHS = {"month": 1, "quarter": 3}

DISTRIBUTION_FIELDS = (
    "distribution",
    "no_preference",
    "fallback_distribution",
    "uniform_tolerance",
    "load_period",
    "load_no_shows",
    "tz",
)


class BookingType(models.Model):
    """With whom: how the appointments of a type are distributed among its advisors.

    Appointments are counted by the period in which they take place, on the clock of the type: each month, or quarter,
    is shared out on its own, so that a busy December gives nobody a quiet January.
    """

    _inherit = "booking.type"

    distribution = fields.Selection(
        [
            ("visitor", "Visitor's choice"),
            ("priority", "By priority"),
            ("optimised", "Optimised"),
            ("uniform", "Uniform"),
        ],
        required=True,
        default="priority",
        tracking=True,
        help="Visitor's choice: a step more shows the advisors. By priority: the free advisor highest on the list is "
        "taken; at equal priority, the one with fewer appointments. Optimised: the free advisor with the fewest "
        "appointments is taken; at equal number, the one highest on the list. Uniform: the same, and who is ahead of "
        "the others is not offered until they have caught up.",
    )
    no_preference = fields.Boolean(
        string="Visitors may have no preference",
        default=True,
        tracking=True,
        help="The first choice is “No preference”. Who then takes the appointment is decided as set here.",
    )
    fallback_distribution = fields.Selection(
        [("priority", "By priority"), ("optimised", "Optimised"), ("uniform", "Uniform")],
        string="Without a preference",
        required=True,
        default="priority",
        tracking=True,
        help="How appointments are distributed to which the visitor has chosen nobody.",
    )
    uniform_tolerance = fields.Integer(
        string="Tolerance",
        tracking=True,
        help="How many appointments an advisor may be ahead of the one with the fewest and still be offered. At 0, "
        "whoever is ahead waits until the others have caught up. Nobody waits for an advisor who has no free slot.",
    )
    load_period = fields.Selection(
        [("month", "Month"), ("quarter", "Quarter"), ("all", "All time")],
        string="Counted by",
        required=True,
        default="month",
        tracking=True,
        help="The appointments of the month, or quarter, in which a slot lies decide who takes it.",
    )
    load_no_shows = fields.Boolean(
        string="No-shows count",
        default=True,
        tracking=True,
        help="Off, an appointment to which the booker did not come does not count, and the advisor gets another one.",
    )

    effective_distribution = fields.Selection(
        [("priority", "By priority"), ("optimised", "Optimised"), ("uniform", "Uniform")],
        compute="_compute_effective_distribution",
        help="What decides where the visitor has chosen nobody; empty where every visitor chooses.",
    )

    _tolerance_not_negative = models.Constraint(
        "CHECK (uniform_tolerance >= 0)", "The tolerance cannot be negative: at 0 all are kept level."
    )

    @api.depends("distribution", "no_preference", "fallback_distribution")
    def _compute_effective_distribution(self):
        for booking_type in self:
            always_chosen = booking_type.distribution == "visitor" and not booking_type.no_preference
            booking_type.effective_distribution = False if always_chosen else booking_type._get_mode()

    def _get_mode(self, users=None):
        """Return the mode of the engine that decides.

        :param users: ``res.users`` whom the visitor chose, or ``None`` where nobody was chosen
        """
        self.ensure_one()
        if users is not None:
            return "visitor"
        if self.distribution != "visitor":
            return self.distribution
        return self.fallback_distribution if self.no_preference else "priority"

    # Loads

    def _get_period(self, instant):
        """Return the first day of the period in which an instant (naive UTC) lies, or ``None`` where all time is one.

        :return: ``date`` on the clock of the type
        """
        if self.load_period == "all":
            return None
        day = instant.replace(tzinfo=timezone.utc).astimezone(ZoneInfo(self.tz)).date()
        return day.replace(day=1, month=day.month - (day.month - 1) % MONTHS[self.load_period])

    def _get_loads(self, first, last, leaving_out=None):
        """Return the loads of the advisors of several types, in a number of queries that does not depend on them.

        Counted are appointments that are planned, held or being booked; cancelled ones are not, and no-shows as the
        type says. Newcomers are credited with what the others had when they joined (``engine.fair_loads``).

        :param first: naive UTC; loads are told of the periods from the one in which it lies
        :param last: naive UTC; to the one in which it lies
        :param leaving_out: ``booking.appointment`` that do not count, as one being moved
        :return: ``{type id: {first day of the period: {user id: load}}}``; periods without appointments are missing
        """
        booked = self._count_appointments(first, last, leaving_out)
        advisors = self._get_active_advisors().grouped("type_id")
        loads = {}
        for booking_type in self:
            members = booking_type._get_members(advisors.get(booking_type, self.env["booking.advisor"]))
            loads[booking_type.id] = {
                period: fair_loads(members, by_user) for period, by_user in booked.get(booking_type.id, {}).items()
            }
        return loads

    def _get_active_advisors(self):
        """Return the ``booking.advisor`` of these types: read, since what is cached may leave out who has come back."""
        advisors = self.env["booking.advisor"].sudo().with_context(active_test=True)
        return advisors.search([("type_id", "in", self.ids)])

    def _get_members(self, advisors):
        """Return advisors of the type as the engine's members. By priority only those of one rank are compared."""
        ranks = advisors._ranks() if self._get_mode() == "priority" else {}
        marks = {mark: era for era, mark in enumerate(sorted(set(advisors.mapped("joined_after"))))}
        return [
            Member(advisor.user_id.id, marks[advisor.joined_after], ranks.get(advisor.user_id.id))
            for advisor in advisors
        ]

    def _count_appointments(self, first, last, leaving_out=None):
        """Return ``{type id: {period: {user id: {era: appointments}}}}``; see ``booking.advisor.joined_after``."""
        appointment = self.env["booking.appointment"]
        appointment.flush_model(["type_id", "user_id", "state", "hold_until", "start", "attendance"])
        self.flush_recordset(DISTRIBUTION_FIELDS)
        self.env["booking.advisor"].flush_model(["type_id", "active", "joined_after"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT a.type_id,
                       CASE WHEN t.load_period != 'all'
                            THEN DATE_TRUNC(t.load_period, a.start AT TIME ZONE 'UTC' AT TIME ZONE t.tz)::date END,
                       a.user_id,
                       -- the era: how many times somebody had joined when this one was booked
                       WIDTH_BUCKET(a.id - 1, joins.marks),
                       COUNT(*)
                  FROM booking_appointment a
                  JOIN booking_type t ON t.id = a.type_id
                  JOIN (
                       SELECT type_id, ARRAY_AGG(DISTINCT joined_after ORDER BY joined_after) AS marks
                         FROM booking_advisor
                        WHERE active AND type_id = ANY(%(types)s)
                     GROUP BY type_id
                       ) joins ON joins.type_id = t.id
                 WHERE a.type_id = ANY(%(types)s)
                   AND a.state = ANY(%(states)s)
                   AND (a.state != 'hold' OR a.hold_until > %(now)s)
                   AND (t.load_no_shows OR a.attendance IS DISTINCT FROM 'absent')
                   AND a.id != ALL(%(leaving_out)s)
                   AND %(in_period)s
              GROUP BY 1, 2, 3, 4
                """,
                types=list(self.ids),
                states=list(LIVE_STATES),
                now=fields.Datetime.now(),
                leaving_out=list(leaving_out.ids) if leaving_out else [],
                in_period=self._get_period_condition(first, last),
            )
        )
        booked = defaultdict(lambda: defaultdict(lambda: defaultdict(dict)))
        for type_id, period, user_id, era, count in rows:
            booked[type_id][period][user_id][era] = count
        return booked

    def _get_period_condition(self, first, last):
        """Return a condition that holds for all appointments of the periods asked for, and for few others."""
        if "all" in self.mapped("load_period"):
            return SQL("TRUE")
        since: date = min(booking_type._get_period(first) for booking_type in self)
        until: date = max(
            booking_type._get_period(last) + relativedelta(months=MONTHS[booking_type.load_period])
            for booking_type in self
        )
        # a day more on either side: the days of the type's zone begin before or after those of UTC
        return SQL("a.start >= %s AND a.start < %s", since - DAY, until + DAY)

    # What follows from them

    def _keep_even(self, slots, loads):
        """Return the slots of the whole horizon without those of advisors who are ahead of the others.

        :param slots: ``{naive UTC start: [user ids]}``
        :param loads: ``{period: {user id: load}}``
        """
        periods = defaultdict(dict)
        for start, user_ids in slots.items():
            periods[self._get_period(start)][start] = user_ids
        kept = {}
        for period, within in periods.items():
            kept.update(on_offer(within, "uniform", loads.get(period, {}), self.uniform_tolerance))
        return kept

    def _order_advisors(self, user_ids, start, leaving_out=None):
        """Return free advisors in the order in which to try them for a slot, as the distribution of the type says.

        :param user_ids: ids of the free advisors
        :param start: naive UTC start of the slot: the appointments of its period are what is shared out
        :param leaving_out: ``booking.appointment`` that do not count
        """
        self.ensure_one()
        if len(user_ids) < 2:
            return list(user_ids)
        ranks = self._get_active_advisors()._ranks()
        loads = self._get_loads(start, start, leaving_out)[self.id].get(self._get_period(start), {})
        candidates = [Candidate(user_id, ranks[user_id], loads.get(user_id, 0)) for user_id in user_ids]
        return order(candidates, self._get_mode())

    def _claim_distribution(self):
        """Write the row that stands for the distribution of the type, before loads are compared.

        Of two bookings that compare them at once, PostgreSQL then fails one, which starts again and sees the other's.
        The row is that of the advisor who has been on the list for longest. Only an even spread needs it.
        """
        self.ensure_one()
        self.with_context(active_test=False).advisor_ids.sorted("id")[:1]._claim()
