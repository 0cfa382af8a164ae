from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import NamedTuple

from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.appointment_booking.engine import EVERY_DAY, WEEKDAYS, Diary, Rule, Window, expand, local_days

from .booking_availability import WEEKDAYS as WEEKDAY_FIELDS
from .booking_appointment import LIVE_STATES

# What lies this far around the window still matters: all-day events and daily limits of zones a day ahead or behind.
AROUND = timedelta(days=1)


class Hours(NamedTuple):
    """A rule of an advisor, and for what it counts; empty means everything."""

    rule: Rule
    agency_id: int | None
    type_ids: frozenset


class Advisor(NamedTuple):
    """What is known of a user in a window. Instants are minutes of the window."""

    tz: str
    hours: list  # of Hours
    busy: list  # of (start, stop)
    appointments: list  # of (start, stop, gap, type id)


class Schedule:
    """What is known of some advisors in a window: plain data, from which the diaries of any type are made."""

    def __init__(self, window, advisors):
        self.window = window
        self.advisors = advisors  # {user id: Advisor}

    def diary(self, user_id, *, type_id, agency_id=None, weekends=True, counted=True):
        """Return the engine's diary of an advisor for one type.

        :param agency_id: the place where the appointment would be held; ``None`` where places do not matter
        :param weekends: whether Saturdays and Sundays are offered
        :param counted: whether the type has a daily limit, so that days must be counted
        """
        advisor = self.advisors[user_id]
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
            days=self._counted_days(advisor, type_id) if counted else (),
        )

    def _counted_days(self, advisor, type_id):
        starts = [start for start, _stop, _gap, of_type in advisor.appointments if of_type == type_id]
        return [
            (day.start, day.stop, sum(day.start <= start < day.stop for start in starts))
            for day in local_days(advisor.tz, self.window)
        ]


def _without_weekends(rule):
    return rule._replace(weekdays=rule.weekdays & WEEKDAYS)


class BookingSchedule(models.AbstractModel):
    """Loads what the slot engine needs: four queries, whatever the number of advisors, agencies, events and days."""

    _name = "booking.schedule"
    _description = "Loader of Advisors' Schedules"

    def _load(self, user_ids, start: datetime, stop: datetime, leaving_out=None):
        """Return the :class:`Schedule` of some users from ``start`` to ``stop`` (naive UTC).

        :param leaving_out: ``booking.appointment`` that do not count, as an appointment being moved
        """
        window = Window.between(start, stop)
        zones = self._load_zones(user_ids)
        advisors = {user_id: Advisor(tz, [], [], []) for user_id, tz in zones.items()}
        if advisors:
            around = (list(advisors), start - AROUND, stop + AROUND)
            self._add_hours(advisors, *around)
            self._add_appointments(advisors, window, *around, leaving_out)
            self._add_busy(advisors, window, *around, leaving_out)
        return Schedule(window, advisors)

    def _load_zones(self, user_ids):
        """Return ``{user id: name of the time zone}`` of the active ones, in the order given."""
        self.env["res.users"].flush_model(["partner_id", "active"])
        self.env["res.partner"].flush_model(["tz"])
        self.env.cr.execute(
            SQL(
                """
                SELECT u.id, COALESCE(p.tz, 'UTC')
                  FROM res_users u
                  JOIN res_partner p ON p.id = u.partner_id
                 WHERE u.id = ANY(%s) AND u.active
                """,
                list(user_ids),
            )
        )
        zones = dict(self.env.cr.fetchall())
        return {user_id: zones[user_id] for user_id in user_ids if user_id in zones}

    def _add_hours(self, advisors, user_ids, start, stop):
        availability = self.env["booking.availability"]
        availability.flush_model()
        availability.hours_ids.flush_model()
        type_rel = availability._fields["type_ids"]
        self.env.cr.execute(
            SQL(
                """
                SELECT a.user_id, a.kind, a.agency_id, a.date_from, a.date_to, a.tz,
                       h.hour_from, h.hour_to, %s,
                       ARRAY(SELECT rel.%s FROM %s rel WHERE rel.%s = a.id)
                  FROM booking_availability a
             LEFT JOIN booking_availability_hours h ON h.availability_id = a.id
                 WHERE a.user_id = ANY(%s)
                   AND a.active
                   AND (a.date_from IS NULL OR a.date_from <= %s)
                   AND (a.date_to IS NULL OR a.date_to >= %s)
                """,
                SQL(", ").join(SQL.identifier("a", day) for day in WEEKDAY_FIELDS),
                SQL.identifier(type_rel.column2),
                SQL.identifier(type_rel.relation),
                SQL.identifier(type_rel.column1),
                user_ids,
                stop.date(),
                start.date(),
            )
        )
        for user_id, kind, agency_id, date_from, date_to, tz, hour_from, hour_to, *days, type_ids in self.env.cr.fetchall():
            weekdays = sum(1 << bit for bit, on in enumerate(days) if on) if kind == "recurring" else EVERY_DAY
            rule = Rule(
                weekdays,
                date_from,
                date_to,
                # no hours: the whole day is closed
                0 if hour_from is None else round(hour_from * 60),
                1440 if hour_to is None else round(hour_to * 60),
                tz,
                kind == "closed",
            )
            advisors[user_id].hours.append(Hours(rule, agency_id, frozenset(type_ids)))

    def _add_appointments(self, advisors, window, user_ids, start, stop, leaving_out):
        appointment = self.env["booking.appointment"]
        appointment.flush_model(["user_id", "start", "stop", "gap", "type_id", "state", "hold_until"])
        self.env.cr.execute(
            SQL(
                """
                SELECT user_id, start, stop, gap, type_id
                  FROM booking_appointment
                 WHERE user_id = ANY(%s)
                   AND tsrange(start, busy_stop) && tsrange(%s, %s)
                   AND state = ANY(%s)
                   AND (state != 'hold' OR hold_until > %s)
                   AND id != ALL(%s)
                """,
                user_ids,
                start,
                stop,
                list(LIVE_STATES),
                fields.Datetime.now(),
                list(leaving_out.ids) if leaving_out else [],
            )
        )
        for user_id, start, stop, gap, type_id in self.env.cr.fetchall():
            advisors[user_id].appointments.append((*window.to_interval(start, stop), gap or 0, type_id))

    def _add_busy(self, advisors, window, user_ids, start, stop, leaving_out):
        """Add calendar events that are not free, declined or cancelled, and time off and closing days."""
        self.env["calendar.event"].flush_model(["active", "show_as", "start", "stop", "allday", "start_date", "stop_date"])
        self.env["calendar.attendee"].flush_model(["event_id", "partner_id", "state"])
        self.env["resource.calendar.leaves"].flush_model()
        self.env["resource.resource"].flush_model(["user_id", "calendar_id", "active"])
        mirrors = leaving_out.calendar_event_id.ids if leaving_out else []
        self.env.cr.execute(
            SQL(
                """
                SELECT u.id, e.start, e.stop,
                       CASE WHEN e.allday THEN e.start_date END, CASE WHEN e.allday THEN e.stop_date END
                  FROM res_users u
                  JOIN calendar_attendee a ON a.partner_id = u.partner_id
                  JOIN calendar_event e ON e.id = a.event_id
                 WHERE u.id = ANY(%(users)s)
                   AND a.state != 'declined'
                   AND e.active AND e.show_as = 'busy'
                   AND e.start < %(stop)s AND e.stop > %(start)s
                   AND e.id != ALL(%(mirrors)s)
             UNION ALL
                SELECT u.id, l.date_from, l.date_to, NULL, NULL
                  FROM res_users u
                  JOIN res_company c ON c.id = u.company_id
             LEFT JOIN resource_resource r ON r.user_id = u.id AND r.active
                  JOIN resource_calendar_leaves l
                    ON CASE WHEN l.resource_id IS NULL
                            THEN (l.company_id IS NULL OR l.company_id = u.company_id)
                             AND (l.calendar_id IS NULL
                                  OR l.calendar_id = COALESCE(r.calendar_id, c.resource_calendar_id))
                            ELSE l.resource_id = r.id
                       END
                 WHERE u.id = ANY(%(users)s)
                   AND COALESCE(l.time_type, 'leave') = 'leave'
                   AND l.date_from < %(stop)s AND l.date_to > %(start)s
                """,
                users=user_ids,
                start=start,
                stop=stop,
                mirrors=mirrors,
            )
        )
        days_off = defaultdict(list)
        for user_id, start, stop, first_day, last_day in self.env.cr.fetchall():
            if first_day:
                days_off[user_id].append(_whole_days(first_day, last_day, advisors[user_id].tz))
            else:
                advisors[user_id].busy.append(window.to_interval(start, stop))
        for user_id, rules in days_off.items():
            advisors[user_id].busy.extend(opening[:2] for opening in expand(rules, window))


def _whole_days(first: date, last: date, tz: str):
    """An all-day event has no hours: it takes the days of whoever attends it, on the clock of their own zone."""
    return Rule(EVERY_DAY, first, last, 0, 1440, tz)
