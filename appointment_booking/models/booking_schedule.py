from collections import defaultdict
from datetime import datetime, time, timedelta
from functools import cache, partial

from odoo import fields, models
from odoo.tools import SQL

from ..engine import EVERY_DAY, Rule, Window, to_bits
from ..tools.schedule import Advisor, Hours, Schedule, Workplace, whole_days
from .booking_appointment import LIVE_STATES
from .booking_availability import WEEKDAYS as WEEKDAY_FIELDS

DAY = timedelta(days=1)

# What lies this far around the window still matters: the days of zones that are ahead or behind, which are counted as a
# whole, and all-day events, which Odoo keeps at some hours of the day in UTC.
AROUND = 2 * DAY

# Up to so many advisors are one number for PostgreSQL: the bits of a bigint but its sign.
BITS = 63


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
        busy = []
        if advisors:
            busy = self._add_taken(
                advisors, window, longest_gap, leaving_out or self.env["booking.appointment"], read_workplaces
            )
        return Schedule(window, advisors, busy, read_workplaces)

    def _load_advisors(self, users, window):
        """Return ``{user id: Advisor}`` of the active users, in their order, with their hours.

        With it comes, as a timedelta, the longest gap of any type: so far around the window appointments matter.

        Hours at an agency that has been archived are no longer worked anywhere. Most advisors work the same hours as
        others: each set is fetched once, with all who work it.
        """
        availability = self.env["booking.availability"]
        availability.flush_model()
        availability.hours_ids.flush_model()
        availability.agency_id.flush_model(["active"])
        self.env["booking.type"].flush_model(["gap"])
        self.env["res.users"].flush_model(["active", "partner_id"])
        types = availability._fields["type_ids"]
        if not isinstance(users, SQL):
            users = SQL("SELECT * FROM UNNEST(%s::int[]) WITH ORDINALITY AS one (user_id, position)", list(users))
        rows = self.env.execute_query(
            SQL(
                """
                SELECT ARRAY_AGG(u.id), ARRAY_AGG(u.partner_id), ARRAY_AGG(asked.position), a.kind, a.agency_id,
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
              GROUP BY 4, 5, 6, 7, 8, 9, 10, 11, 12
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
        for user_ids, partner_ids, positions, kind, agency_id, type_ids, *rule, _longest_gap in rows:
            position.update(zip(user_ids, positions, strict=True))
            hours = [Hours(Rule(*rule, kind == "closed"), agency_id, frozenset(type_ids))] if kind else []
            for user_id, partner_id in zip(user_ids, partner_ids, strict=True):
                advisor = advisors.get(user_id) or advisors.setdefault(user_id, Advisor(partner_id, [], [], []))
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
        """Add appointments to the advisors; return who else is busy when: ``[(start, stop, bits of the advisors)]``.

        A thousand advisors may have a hundred events each, and fetching rows takes longer than finding them. But most
        begin and end at the same round hours: each interval is fetched once, with all who are busy then.
        """
        # Events with hours, the bulk of it, are asked for alone: PostgreSQL answers that noticeably sooner.
        busy = self.env.execute_query(self._events_query(advisors, window, leaving_out))
        if len(advisors) > BITS:
            busy = [(start, stop, to_bits(places)) for start, stop, places in busy]
        rarer = SQL(" UNION ALL ").join(
            [
                self._appointments_query(advisors, window, leaving_out, longest_gap),
                self._days_query(advisors, window, leaving_out),
                self._time_off_query(advisors, window),
                self._closing_days_query(window),
            ]
        )
        place = {user_id: index for index, user_id in enumerate(advisors)}
        away, days, closing = defaultdict(int), [], []
        for source, start, stop, first, second, user_ids in self.env.execute_query(rarer):
            if source == "appointment":
                for user_id in user_ids:
                    advisors[user_id].appointments.append((start, stop, first, second))
            elif source == "time off":
                away[start, stop] |= to_bits(place[user_id] for user_id in user_ids)
            elif source == "days":
                days.append((start, stop, user_ids))
            else:
                closing.append((start, stop, first, second))
        if days or closing:
            for interval, there in self._get_whole_days(days, closing, read_workplaces(), window):
                away[interval] |= to_bits(place[user_id] for user_id in there)
        return busy + [(start, stop, bits) for (start, stop), bits in away.items()]

    def _get_whole_days(self, days, closing, workplaces, window):
        """Yield ``(interval, user ids)``: all-day events and who attends, closing days and whose workplace is closed.

        :param days: ``[(first day, last day, user ids)]``
        :param closing: ``[(start, stop, company id, calendar id)]``; ``None`` stands for all of them
        """
        zones, users = {}, defaultdict(list)
        for workplace in workplaces:
            zones[workplace.user_id] = workplace.tz
            users[workplace.company_id, workplace.calendar_id].append(workplace.user_id)
        attendees = defaultdict(list)
        for first, last, user_ids in days:
            for user_id in user_ids:
                attendees[first, last, zones[user_id]].append(user_id)
        for (first, last, tz), user_ids in attendees.items():
            for interval in whole_days(first, last, tz, window):
                yield interval, user_ids
        for start, stop, company_id, calendar_id in closing:
            for (company, calendar), user_ids in users.items():
                if company_id in (None, company) and calendar_id in (None, calendar):
                    yield (start, stop), user_ids

    def _appointments_query(self, advisors, window, leaving_out, longest_gap):
        appointment = self.env["booking.appointment"]
        appointment.flush_model(["user_id", "start", "stop", "busy_stop", "gap", "type_id", "state", "hold_until"])
        around = AROUND + longest_gap
        return SQL(
            """
            SELECT 'appointment', %(start)s, %(stop)s, COALESCE(gap, 0), type_id, ARRAY_AGG(user_id)
              FROM booking_appointment
             WHERE user_id = ANY(%(users)s::int[])
               AND tsrange(start, busy_stop) && tsrange(%(after)s, %(before)s)
               AND state = ANY(%(states)s)
               AND (state != 'hold' OR hold_until > %(now)s)
               %(leaving_out)s
          GROUP BY start, stop, gap, type_id
            """,
            start=_minute("start", window),
            stop=_minute_up("stop", window),
            users=_array(advisors),
            after=window.start - around,
            before=window.stop + around,
            states=list(LIVE_STATES),
            now=fields.Datetime.now(),
            leaving_out=SQL("AND id != ALL(%s)", leaving_out.ids) if leaving_out else SQL(),
        )

    def _events_query(self, advisors, window, leaving_out):
        """Events that have hours and are not free, declined or cancelled, and who attends them.

        That is told by bits, or by the places of advisors if they are more than PostgreSQL has bits for.
        """
        few = len(advisors) <= BITS
        return SQL(
            """
            SELECT %(start)s, %(stop)s, %(who)s
              FROM UNNEST(%(partners)s::int[], %(marks)s::bigint[]) AS who (partner_id, mark)
                   %(attended)s
               AND NOT e.allday
               AND e.start < %(before)s AND e.stop > %(after)s
          GROUP BY e.start, e.stop
            """,
            start=_minute("e.start", window),
            stop=_minute_up("e.stop", window),
            who=SQL("BIT_OR(who.mark)") if few else SQL("ARRAY_AGG(who.mark)"),
            partners=_array(advisor.partner_id for advisor in advisors.values()),
            marks=_array(1 << place if few else place for place in range(len(advisors))),
            attended=self._attended(leaving_out),
            after=window.start,
            before=window.stop,
        )

    def _days_query(self, advisors, window, leaving_out):
        """All-day events, in days since that of the window: how many minutes they take depends on who attends."""
        return SQL(
            """
            SELECT 'days', e.start::date - %(day)s, e.stop::date - %(day)s, NULL, NULL, ARRAY[who.user_id]
              FROM UNNEST(%(users)s::int[], %(partners)s::int[]) AS who (user_id, partner_id)
                   %(attended)s
               AND e.allday
               AND e.start < %(before)s AND e.stop > %(after)s
            """,
            day=window.start.date(),
            users=_array(advisors),
            partners=_array(advisor.partner_id for advisor in advisors.values()),
            attended=self._attended(leaving_out),
            after=window.start - AROUND,
            before=window.stop + AROUND,
        )

    def _attended(self, leaving_out):
        """The events ``e`` that make ``who`` busy, as the middle of a query."""
        self.env["calendar.event"].flush_model(["active", "show_as", "start", "stop", "allday"])
        self.env["calendar.attendee"].flush_model(["event_id", "partner_id", "state"])
        return SQL(
            """
              JOIN calendar_attendee a ON a.partner_id = who.partner_id
              JOIN calendar_event e ON e.id = a.event_id
             WHERE a.state IS DISTINCT FROM 'declined'
               AND e.active AND e.show_as = 'busy'
               %s
            """,
            SQL("AND e.id != ALL(%s)", mirrors) if (mirrors := leaving_out.calendar_event_id.ids) else SQL(),
        )

    def _time_off_query(self, advisors, window):
        self.env["resource.calendar.leaves"].flush_model(["resource_id", "time_type", "date_from", "date_to"])
        self.env["resource.resource"].flush_model(["user_id", "active"])
        return SQL(
            """
            SELECT 'time off', %(start)s, %(stop)s, NULL, NULL, ARRAY[r.user_id]
              FROM resource_resource r
              JOIN resource_calendar_leaves l ON l.resource_id = r.id
             WHERE r.user_id = ANY(%(users)s::int[])
               AND r.active
               AND COALESCE(l.time_type, 'leave') = 'leave'
               AND l.date_from < %(before)s AND l.date_to > %(after)s
            """,
            start=_minute("l.date_from", window),
            stop=_minute_up("l.date_to", window),
            users=_array(advisors),
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


def _array(numbers) -> str:
    """Whole numbers as PostgreSQL reads an array of them: psycopg2 would write the items of a list one by one."""
    return "{%s}" % ",".join(map(str, numbers))


def _minute(column: str, window: Window) -> SQL:
    """What :meth:`Window.to_minute` says, in SQL."""
    return SQL("FLOOR(DATE_PART('epoch', %s - %s) / 60)::bigint", SQL.identifier(*column.split(".")), window.start)


def _minute_up(column: str, window: Window) -> SQL:
    """What :meth:`Window.to_minute_up` says, in SQL."""
    return SQL("CEIL(DATE_PART('epoch', %s - %s) / 60)::bigint", SQL.identifier(*column.split(".")), window.start)
