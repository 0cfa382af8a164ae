"""What is known of advisors in a window, as plain data, and the engine's answers about them. No Odoo."""

from collections import defaultdict
from functools import cached_property
from typing import NamedTuple

from ..engine import (
    WEEKDAYS,
    Diary,
    Roll,
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
    to_bits,
)

# Stands for an agency at which nobody has hours of their own: no record has this id.
ELSEWHERE = 0


class Hours(NamedTuple):
    """A rule of an advisor, and for what it counts; empty means everything."""

    rule: Rule
    agency_id: int | None
    type_ids: frozenset


class Advisor(NamedTuple):
    """What is known of a user in a window. Instants are minutes of the window."""

    partner_id: int  # who attends events
    hours: list  # of Hours
    busy: list  # of (start, stop); what the schedule tells by bits is added by its property ``advisors`` only
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
        self._busy = busy  # [(start, stop, bits of the advisors who are busy then, by their places)]
        self._read_workplaces = read_workplaces
        self._closed = {}  # {(zone, closed dates): intervals}

    @property
    def user_ids(self):
        """The users of whom something is known, in their order."""
        return list(self._advisors)

    @cached_property
    def advisors(self):
        """``{user id: Advisor}``."""
        roll = Roll(dict(enumerate(self._advisors.values())))
        for start, stop, bits in self._busy:
            for advisor in roll.members(bits):
                advisor.busy.append((start, stop))
        return self._advisors

    @cached_property
    def zones(self):
        """``{user id: time zone}``, read when it is asked for: what has hours needs no zone."""
        return {workplace.user_id: workplace.tz for workplace in self._read_workplaces()}

    def with_hours(self, user_id, hours):
        """Return the schedule that an advisor alone would have with other hours: what takes all of them is left out."""
        changed = self.advisors[user_id]._replace(hours=hours)
        return Schedule(self.window, {user_id: changed}, [], self._read_workplaces)

    def offers(self, user_ids, rules, **choices):
        """Return the engine's offers of some advisors, in the order of the schedule.

        :param user_ids: who is asked, in any order; those of whom nothing is known are left out
        :param choices: those of :meth:`diary`
        """
        asked = sorted({(place, user_id) for user_id in user_ids if (place := self._places.get(user_id)) is not None})
        diaries, shared = {}, {}
        for _place, user_id in asked:
            advisor = self._advisors[user_id]
            # Most advisors have nothing but hours here, and most of these the same ones.
            hours = None if advisor.busy or advisor.appointments else tuple(advisor.hours)
            diaries[user_id] = shared.get(hours) or self._diary(user_id, advisor, **choices)
            if hours is not None:
                shared[hours] = diaries[user_id]
        places = [place for place, _user_id in asked]
        busy = self._busy
        if len(asked) < len(self._advisors):
            bits = to_bits(places)
            busy = [taken for taken in busy if taken[2] & bits]
        return offers(diaries, rules, busy, places)

    @cached_property
    def _places(self):
        """``{user id: place}``, which is what bits stand for."""
        return {user_id: place for place, user_id in enumerate(self._advisors)}

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


def whole_days(first: int, last: int, tz: str, window: Window):
    """Yield what an all-day event takes: it has no hours, but the days of whoever attends, on the clock of their zone.

    :param first: the first day, as a number of days since that on which the window starts in UTC
    :param last: the last day, likewise
    """
    days = local_days(tz, window)
    zero = window.start.toordinal() - days[0].date.toordinal()
    touched = days[max(first + zero, 0) : max(last + zero + 1, 0)]
    if touched:
        yield touched[0].start, touched[-1].stop
