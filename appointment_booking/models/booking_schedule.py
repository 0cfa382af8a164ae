from collections import defaultdict
from datetime import datetime, time, timedelta
from functools import cache, cached_property, partial
from typing import NamedTuple

from odoo import fields, models
from odoo.tools import SQL

from ..engine import (
    EVERY_DAY,
    WEEKDAYS,
    Diary,
    Rule,
    Window,
    count_by_day,
    expand,
    first_start,
    free_starts,
    local_days,
    merge,
    offers,
    subtract,
)
from .booking_appointment import LIVE_STATES
from .booking_availability import WEEKDAYS as WEEKDAY_FIELDS

DAY = timedelta(days=1)

# What lies this far around the window still matters: the days of zones that are ahead or behind, which are counted as a
# whole, and all-day events, which Odoo keeps at some hours of the day in UTC.
AROUND = 2 * DAY

# Stands for an agency at which nobody has hours of their own: no record has this id.
ELSEWHERE = 0


class Hours(NamedTuple):
    """A rule of an advisor, and for what it counts; empty means everything."""

    rule: Rule
    agency_id: int | None
    type_ids: frozenset


class Advisor(NamedTuple):
    """What is known of a user in a window. Instants are minutes of the window."""

    hours: list  # of Hours
    busy: list  # of (start, stop)
    appointments: list  # of (start, stop, gap, type id)


class Workplace(NamedTuple):
    """Where a user belongs, which decides about whole days."""

    user_id: int
    tz: str
    company_id: int
    calendar_id: int | None  # working hours: those of a resource of the user, else the company's


class Schedule:
    """What is known of some advisors in a window: plain data, from which the diaries of any type are made."""

    def __init__(self, window, advisors, busy, read_workplaces):
        self.window = window
        self._advisors = advisors
        self._busy = busy  # {(start, stop): ids of users who are busy then}
        self._read_workplaces = read_workplaces
        self._closed = {}  # {(zone, closed dates): intervals}

    @property
    def user_ids(self):
        """The users of whom something is known, in their order."""
        return list(self._advisors)

    @cached_property
    def advisors(self):
        """``{user id: Advisor}``."""
        for interval, user_ids in self._busy.items():
            for user_id in user_ids:
                self._advisors[user_id].busy.append(interval)
        return self._advisors

    @cached_property
    def zones(self):
        """``{user id: time zone}``, read when it is asked for: what has hours needs no zone."""
        return {workplace.user_id: workplace.tz for workplace in self._read_workplaces()}

    def with_hours(self, user_id, hours):
        """Return the schedule that an advisor alone would have with other hours: what takes all of them is left out."""
        changed = self.advisors[user_id]._replace(hours=hours)
        return Schedule(self.window, {user_id: changed}, {}, self._read_workplaces)

    def offers(self, user_ids, rules, **choices):
        """Return the engine's offers of some advisors.

        :param user_ids: who is asked, in their order; those of whom nothing is known are left out
        :param choices: those of :meth:`diary`
        """
        diaries, shared = {}, {}
        for user_id in user_ids:
            advisor = self._advisors.get(user_id)
            if not advisor:
                continue
            # Most advisors have nothing but hours here, and most of these the same ones.
            hours = None if advisor.busy or advisor.appointments else tuple(advisor.hours)
            diaries[user_id] = shared.get(hours) or self._diary(user_id, advisor, **choices)
            if hours is not None:
                shared[hours] = diaries[user_id]
        return offers(diaries, rules, self._busy)

    def first_starts(self, user_ids, agency_ids, rules, *, type_id, **choices):
        """Return ``{agency id: first minute at which one of the advisors is free there, or None}``.

        An advisor is looked at for the agencies where they have hours, and once for all the others, so that the work
        grows with the hours that are kept, not with the number of agencies times that of advisors.

        :param agency_ids: ids; ``None`` among them where places do not matter
        :param choices: those of :meth:`diary`
        """
        at, anywhere = self.users_by_agency(user_ids, type_id)
        choices["type_id"] = type_id
        elsewhere = sorted(
            (start, user_id)
            for user_id in (anywhere if any(agency_ids) else ())
            if (start := first_start(self.diary(user_id, agency_id=ELSEWHERE, **choices), rules)) is not None
        )
        found = {}
        for agency_id in agency_ids:
            here = at.get(agency_id, ()) if agency_id else dict.fromkeys(u for u in user_ids if u in self.advisors)
            first = next((start for start, user_id in elsewhere if user_id not in here), None)
            for user_id in here:
                diary = self.diary(user_id, agency_id=agency_id, **choices)
                earlier = first_start(diary, rules, rules.latest + 1 if first is None else first)
                first = first if earlier is None else earlier
            found[agency_id] = first
        return found

    def starts_within(self, user_ids, agency_ids, rules, *, type_id, **choices):
        """Return ``{minute: [user ids]}`` of slots that lie as a whole in somebody's hours at one of the agencies.

        :param agency_ids: ids of the agencies that count; hours kept for no agency count, too
        :param choices: those of :meth:`diary`
        """
        at, anywhere = self.users_by_agency(user_ids, type_id)
        wanted = set(agency_ids)
        places = defaultdict(set)
        for agency_id in wanted.intersection(at):
            for user_id in at[agency_id]:
                places[user_id].add(agency_id)
        for user_id in anywhere:
            if len(places[user_id]) < len(wanted):
                places[user_id].add(ELSEWHERE)
        takers = defaultdict(list)
        for user_id in user_ids:
            starts = set()
            for agency_id in places.get(user_id, ()):
                starts.update(free_starts(self.diary(user_id, type_id=type_id, agency_id=agency_id, **choices), rules))
            for start in starts:
                takers[start].append(user_id)
        return {start: takers[start] for start in sorted(takers)}

    def users_by_agency(self, user_ids, type_id):
        """Return ``({agency id: {user id: None}}, [user ids])``: hours of their own there, and hours for all agencies.

        Closed hours at an agency count as hours of its own: they make a difference there.
        """
        at, anywhere = defaultdict(dict), []
        for user_id in user_ids:
            advisor = self._advisors.get(user_id)
            if not advisor:
                continue
            places = dict.fromkeys(
                hours.agency_id for hours in advisor.hours if not hours.type_ids or type_id in hours.type_ids
            )
            for agency_id in places:
                if agency_id:
                    at[agency_id][user_id] = None
            if None in places:
                anywhere.append(user_id)
        return at, anywhere

    def openings(self, user_id):
        """Return ``{agency id: [(start, stop)]}``: when the advisor may be booked there for any type.

        Hours for every agency stand under ``None``. What is closed at one agency, or for some types, leaves the rest.
        """
        hours = self.advisors[user_id].hours
        kept = defaultdict(list)
        for one in hours:
            if not one.rule.closed:
                kept[one.agency_id, one.type_ids].append(one.rule)
        openings = defaultdict(list)
        for (agency_id, type_ids), rules in kept.items():
            closed = [
                one.rule
                for one in hours
                if one.rule.closed
                and one.agency_id in (None, agency_id)
                and (not one.type_ids or (type_ids and type_ids <= one.type_ids))
            ]
            openings[agency_id] += [opening[:2] for opening in expand([*rules, *closed], self.window)]
        return openings

    def busy_elsewhere(self, user_id):
        """Return the merged intervals in which the advisor is busy with anything but an appointment."""
        advisor = self.advisors[user_id]
        # The calendar has an entry of each appointment.
        known = merge((start, stop) for start, stop, _gap, _type in advisor.appointments)
        return [left for taken in merge(advisor.busy) for left in subtract(taken, known)]

    def diary(self, user_id, **choices):
        """Return the engine's diary of an advisor for one type.

        :param type_id: the type
        :param agency_id: the place where the appointment would be held; ``None`` where places do not matter
        :param weekends: whether Saturdays and Sundays are offered
        :param counted: whether the type has a daily limit, so that days must be counted
        :param closed: ``((first date, last date), ...)`` on which the type takes no appointments, on the clock of the
            advisor's hours
        """
        return self._diary(user_id, self.advisors[user_id], **choices)

    def _diary(self, user_id, advisor, *, type_id, agency_id=None, weekends=True, counted=True, closed=()):
        rules = [
            hours.rule if weekends or hours.rule.closed else _without_weekends(hours.rule)
            for hours in advisor.hours
            if (not hours.type_ids or type_id in hours.type_ids)
            and (agency_id is None or hours.agency_id is None or hours.agency_id == agency_id)
        ]
        return Diary(
            open=expand(rules, self.window),
            busy=advisor.busy,
            appointments=[taken[:3] for taken in advisor.appointments],
            days=self._count_days(user_id, advisor, type_id) if counted else (),
            closed=[span for tz in sorted({rule.tz for rule in rules}) for span in self._close(tz, closed)]
            if closed
            else (),
        )

    def _close(self, tz, closed):
        """Return the intervals of closed dates in a zone."""
        if (tz, closed) not in self._closed:
            self._closed[tz, closed] = [
                (day.start, day.stop)
                for day in local_days(tz, self.window)
                if any(first <= day.date <= last for first, last in closed)
            ]
        return self._closed[tz, closed]

    def _count_days(self, user_id, advisor, type_id):
        starts = [start for start, _stop, _gap, of_type in advisor.appointments if of_type == type_id]
        return count_by_day(local_days(self.zones[user_id], self.window), starts)


def _without_weekends(rule):
    return rule if rule.weekdays | WEEKDAYS == WEEKDAYS else rule._replace(weekdays=rule.weekdays & WEEKDAYS)


class BookingSchedule(models.AbstractModel):
    """Loads what the slot engine needs: three queries, whatever the number of advisors, agencies, events and days.

    One more is needed where days count as a whole: for all-day events, closing days and daily limits.

    What follows from hours on the clock is worked out by the engine. SQL compares and counts minutes of UTC only.
    """

    _name = "booking.schedule"
    _description = "Loader of Advisors' Schedules"

    def _load(self, users, start: datetime, stop: datetime, leaving_out=None):
        """Return the :class:`Schedule` of some users from ``start`` to ``stop`` (naive UTC).

        Its window is widened to whole days of UTC: so the engine's work on opening hours is the same all day long, and
        is done once, even for who looks at "the next two weeks from now".

        :param users: ids, or a query with the columns ``user_id`` and ``position`` that finds them
        :param leaving_out: ``booking.appointment`` that do not count, as an appointment being moved
        """
        window = Window.between(_midnight(start), _midnight(max(start, stop - datetime.resolution) + DAY))
        advisors, longest_gap = self._load_advisors(users, window)
        read_workplaces = cache(partial(self._read_workplaces, list(advisors)))
        busy = {}
        if advisors:
            busy = self._add_taken(
                advisors, window, longest_gap, leaving_out or self.env["booking.appointment"], read_workplaces
            )
        return Schedule(window, advisors, busy, read_workplaces)

    def _load_advisors(self, users, window):
        """Return ``{user id: Advisor}`` of the active users, in their order, with their hours, and the longest gap.

        Hours at an agency that has been archived are no longer worked anywhere. Most advisors work the same hours as
        others: each set is fetched once, with all who work it.
        """
        availability = self.env["booking.availability"]
        availability.flush_model()
        availability.hours_ids.flush_model()
        availability.agency_id.flush_model(["active"])
        self.env["booking.type"].flush_model(["gap"])
        self.env["res.users"].flush_model(["active"])
        types = availability._fields["type_ids"]
        if not isinstance(users, SQL):
            users = SQL("SELECT * FROM UNNEST(%s::int[]) WITH ORDINALITY AS one (user_id, position)", list(users))
        rows = self.env.execute_query(
            SQL(
                """
                SELECT ARRAY_AGG(u.id), ARRAY_AGG(asked.position), a.kind, a.agency_id,
                       ARRAY(SELECT rel.%(type)s FROM %(types)s rel WHERE rel.%(availability)s = a.id),
                       CASE WHEN a.kind = 'recurring' THEN %(weekdays)s ELSE %(every_day)s END, a.date_from, a.date_to,
                       -- no hours: the whole day
                       COALESCE(ROUND(h.hour_from * 60)::int, 0), COALESCE(ROUND(h.hour_to * 60)::int, 1440), a.tz,
                       (SELECT MAX(gap) FROM booking_type)
                  FROM (%(users)s) asked
                  JOIN res_users u ON u.id = asked.user_id AND u.active
             LEFT JOIN booking_availability a
                    ON a.user_id = u.id
                   AND a.active
                   AND (a.agency_id IS NULL OR a.agency_id IN (SELECT id FROM booking_agency WHERE active))
                   AND (a.date_from IS NULL OR a.date_from <= %(stop)s)
                   AND (a.date_to IS NULL OR a.date_to >= %(start)s)
             LEFT JOIN booking_availability_hours h ON h.availability_id = a.id
              GROUP BY 3, 4, 5, 6, 7, 8, 9, 10, 11
                """,
                users=users,
                start=(window.start - AROUND).date(),
                stop=(window.stop + AROUND).date(),
                weekdays=SQL(" + ").join(
                    SQL("CASE WHEN %s THEN %s ELSE 0 END", SQL.identifier("a", day), 1 << bit)
                    for bit, day in enumerate(WEEKDAY_FIELDS)
                ),
                every_day=EVERY_DAY,
                types=SQL.identifier(types.relation),
                type=SQL.identifier(types.column2),
                availability=SQL.identifier(types.column1),
            )
        )
        advisors, position = {}, {}
        for working, places, kind, agency_id, type_ids, *rule, _longest_gap in rows:
            position.update(zip(working, places, strict=True))
            hours = [Hours(Rule(*rule, kind == "closed"), agency_id, frozenset(type_ids))] if kind else []
            for user_id in working:
                advisor = advisors.get(user_id) or advisors.setdefault(user_id, Advisor([], [], []))
                advisor.hours.extend(hours)
        in_order = {user_id: advisors[user_id] for user_id in sorted(advisors, key=position.__getitem__)}
        return in_order, timedelta(minutes=(rows and rows[0][-1]) or 0)

    def _read_workplaces(self, user_ids):
        """Return the :class:`Workplace` of users; several of those who are a resource of several companies."""
        self.env["res.users"].flush_model(["partner_id", "company_id"])
        self.env["res.partner"].flush_model(["tz"])
        self.env["resource.resource"].flush_model(["user_id", "active", "company_id", "calendar_id"])
        self.env["res.company"].flush_model(["resource_calendar_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT u.id, COALESCE(p.tz, 'UTC'), c.id, COALESCE(r.calendar_id, c.resource_calendar_id)
                  FROM res_users u
                  JOIN res_partner p ON p.id = u.partner_id
             LEFT JOIN resource_resource r ON r.user_id = u.id AND r.active
                  JOIN res_company c ON c.id = COALESCE(r.company_id, u.company_id)
                 WHERE u.id = ANY(%s)
                """,
                user_ids,
            )
        )
        return [Workplace(*row) for row in rows]

    def _add_taken(self, advisors, window, longest_gap, leaving_out, read_workplaces):
        """Add appointments and all-day events to the advisors; return who else is busy when, by the interval.

        A thousand advisors may have a hundred events each, and fetching rows takes longer than finding them. But most
        begin and end at the same round hours: each interval is fetched once, with all who are busy then.
        """
        busy, closing, days = defaultdict(list), [], []
        user_ids = list(advisors)
        rarer = [
            self._appointments_query(user_ids, window, leaving_out, longest_gap),
            self._days_query(user_ids, window, leaving_out),
            self._time_off_query(user_ids, window),
            self._closing_days_query(window),
        ]
        # Events with hours, the bulk of it, are asked for alone: PostgreSQL answers that noticeably sooner.
        for query in (self._events_query(user_ids, window, leaving_out), SQL(" UNION ALL ").join(rarer)):
            for source, start, stop, first, second, taken in self.env.execute_query(query):
                if source == "appointment":
                    appointment = start, stop, first, second
                    for user_id in taken:
                        advisors[user_id].appointments.append(appointment)
                elif source == "days":
                    days.append((start, stop, taken))
                elif source == "closing":
                    closing.append(((start, stop), first, second))
                else:
                    busy[start, stop] += taken
        if days or closing:
            self._add_whole_days(advisors, busy, days, closing, read_workplaces(), window)
        return busy

    def _add_whole_days(self, advisors, busy, days, closing, workplaces, window):
        """Add all-day events to those who attend them, and closing days to those whose workplace is closed."""
        zones = {workplace.user_id: workplace.tz for workplace in workplaces}
        for first, last, taken in days:
            for user_id in taken:
                advisors[user_id].busy.extend(_whole_days(first, last, zones[user_id], window))
        users = defaultdict(list)
        for workplace in workplaces:
            users[workplace.company_id, workplace.calendar_id].append(workplace.user_id)
        for interval, company_id, calendar_id in closing:
            for (company, calendar), user_ids in users.items():
                if company_id in (None, company) and calendar_id in (None, calendar):
                    busy[interval] += user_ids

    def _appointments_query(self, user_ids, window, leaving_out, longest_gap):
        appointment = self.env["booking.appointment"]
        appointment.flush_model(["user_id", "start", "stop", "busy_stop", "gap", "type_id", "state", "hold_until"])
        around = AROUND + longest_gap
        return SQL(
            """
            SELECT 'appointment', %(start)s, %(stop)s, COALESCE(gap, 0), type_id, ARRAY_AGG(user_id)
              FROM booking_appointment
             WHERE user_id = ANY(%(users)s)
               AND tsrange(start, busy_stop) && tsrange(%(after)s, %(before)s)
               AND state = ANY(%(states)s)
               AND (state != 'hold' OR hold_until > %(now)s)
               AND id != ALL(%(leaving_out)s)
          GROUP BY start, stop, gap, type_id
            """,
            start=_minute("start", window),
            stop=_minute_up("stop", window),
            users=user_ids,
            after=window.start - around,
            before=window.stop + around,
            states=list(LIVE_STATES),
            now=fields.Datetime.now(),
            leaving_out=list(leaving_out.ids),
        )

    def _events_query(self, user_ids, window, leaving_out):
        """Events that have hours and are not free, declined or cancelled."""
        return SQL(
            """
            SELECT 'busy', %(start)s, %(stop)s, NULL, NULL, ARRAY_AGG(u.id)
              FROM %(attended)s
               AND NOT e.allday
               AND e.start < %(before)s AND e.stop > %(after)s
          GROUP BY e.start, e.stop
            """,
            start=_minute("e.start", window),
            stop=_minute_up("e.stop", window),
            attended=self._attended(user_ids, leaving_out),
            after=window.start,
            before=window.stop,
        )

    def _days_query(self, user_ids, window, leaving_out):
        """All-day events, in days since that of the window: how many minutes they take depends on who attends."""
        return SQL(
            """
            SELECT 'days', e.start::date - %(day)s, e.stop::date - %(day)s, NULL, NULL, ARRAY_AGG(u.id)
              FROM %(attended)s
               AND e.allday
               AND e.start < %(before)s AND e.stop > %(after)s
          GROUP BY e.start, e.stop
            """,
            day=window.start.date(),
            attended=self._attended(user_ids, leaving_out),
            after=window.start - AROUND,
            before=window.stop + AROUND,
        )

    def _attended(self, user_ids, leaving_out):
        """The users ``u`` and the events ``e`` that make them busy, as the middle of a query."""
        self.env["calendar.event"].flush_model(["active", "show_as", "start", "stop", "allday"])
        self.env["calendar.attendee"].flush_model(["event_id", "partner_id", "state"])
        return SQL(
            """
                   res_users u
              JOIN calendar_attendee a ON a.partner_id = u.partner_id
              JOIN calendar_event e ON e.id = a.event_id
             WHERE u.id = ANY(%(users)s)
               AND a.state IS DISTINCT FROM 'declined'
               AND e.active AND e.show_as = 'busy'
               %(other)s
            """,
            users=user_ids,
            other=SQL("AND e.id != ALL(%s)", mirrors) if (mirrors := leaving_out.calendar_event_id.ids) else SQL(),
        )

    def _time_off_query(self, user_ids, window):
        self.env["resource.calendar.leaves"].flush_model(["resource_id", "time_type", "date_from", "date_to"])
        self.env["resource.resource"].flush_model(["user_id", "active"])
        return SQL(
            """
            SELECT 'busy', %(start)s, %(stop)s, NULL, NULL, ARRAY_AGG(r.user_id)
              FROM resource_resource r
              JOIN resource_calendar_leaves l ON l.resource_id = r.id
             WHERE r.user_id = ANY(%(users)s)
               AND r.active
               AND COALESCE(l.time_type, 'leave') = 'leave'
               AND l.date_from < %(before)s AND l.date_to > %(after)s
          GROUP BY l.date_from, l.date_to
            """,
            start=_minute("l.date_from", window),
            stop=_minute_up("l.date_to", window),
            users=user_ids,
            after=window.start,
            before=window.stop,
        )

    def _closing_days_query(self, window):
        """Public holidays and the like: of all, or of those with certain working hours, in a company."""
        self.env["resource.calendar.leaves"].flush_model(["company_id", "calendar_id"])
        return SQL(
            """
            SELECT 'closing', %(start)s, %(stop)s, l.company_id, l.calendar_id, NULL
              FROM resource_calendar_leaves l
             WHERE l.resource_id IS NULL
               AND COALESCE(l.time_type, 'leave') = 'leave'
               AND l.date_from < %(before)s AND l.date_to > %(after)s
            """,
            start=_minute("l.date_from", window),
            stop=_minute_up("l.date_to", window),
            after=window.start,
            before=window.stop,
        )


class CalendarAttendee(models.Model):
    _inherit = "calendar.attendee"

    # Who is asked is known: their events are found without reading everybody's.
    _booking_busy_index = models.Index("(partner_id, event_id) WHERE state IS DISTINCT FROM 'declined'")


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    # For many advisors: what has ended, which is nearly everything after some years, is not read.
    _booking_busy_index = models.Index("(stop, start) WHERE active AND show_as = 'busy'")
    # All-day events are few among many, and asked for apart.
    _booking_days_index = models.Index("(stop, start) WHERE active AND show_as = 'busy' AND allday")


def _midnight(instant: datetime) -> datetime:
    return datetime.combine(instant, time())


def _minute(column: str, window: Window) -> SQL:
    """What :meth:`Window.to_minute` says, in SQL."""
    return SQL("FLOOR(DATE_PART('epoch', %s - %s) / 60)::int", SQL.identifier(*column.split(".")), window.start)


def _minute_up(column: str, window: Window) -> SQL:
    """What :meth:`Window.to_minute_up` says, in SQL."""
    return SQL("CEIL(DATE_PART('epoch', %s - %s) / 60)::int", SQL.identifier(*column.split(".")), window.start)


def _whole_days(first: int, last: int, tz: str, window: Window):
    """Yield what an all-day event takes: it has no hours, but the days of whoever attends, on the clock of their zone.

    :param first: the first day, as a number of days since that on which the window starts in UTC
    :param last: the last day, likewise
    """
    days = local_days(tz, window)
    zero = window.start.toordinal() - days[0].date.toordinal()
    touched = days[max(first + zero, 0) : max(last + zero + 1, 0)]
    if touched:
        yield touched[0].start, touched[-1].stop
