from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from odoo import models
from odoo.fields import Datetime, Domain

from ..engine import Cause, Diary, Rules, explain, merge
from ..tools.schedule import Schedule, whole_days
from .booking_appointment import LIVE_STATES
from .booking_schedule import AROUND

MINUTE = timedelta(minutes=1)


class Obstacle(NamedTuple):
    """Why a slot is not on offer."""

    cause: str  # for programs: a Cause of the engine, or one of what the engine does not know
    text: str


class Diagnosis(NamedTuple):
    """What keeps an advisor's slot off the offer; nothing does if there are no obstacles."""

    obstacles: list  # of Obstacle
    taker: Any  # res.users who would get the appointment if it were booked now without naming anybody; may be empty
    notes: list = ()  # of Obstacle: what does not keep the slot off the offer, but from some visitors


class Asked(NamedTuple):
    """What was asked, and what the engine is asked in turn."""

    user: Any
    start: datetime
    reason: Any
    agency: Any
    duration: int
    schedule: Schedule
    diary: Diary
    rules: Rules
    minute: int  # of the start, in the window of the schedule
    wording: Any

    def tell(self, instant):
        """Return an instant (naive UTC) in words: day and hour."""
        return f"{self.wording.day(self.wording.local(instant).date())}, {self.wording.hour(instant)}"

    def tell_minutes(self, start, stop):
        """Return hours from one minute of the window to another, in words, with the days where they differ."""
        first, last = (self.schedule.window.to_datetime(minute) for minute in (start, stop))
        same_day = self.wording.local(first).date() == self.wording.local(last).date()
        if same_day:
            return f"{self.wording.hour(first)} – {self.wording.hour(last)}"
        return f"{self.tell(first)} – {self.tell(last)}"

    def stands_in_the_way(self, cause, **known):
        """Tell whether a diary that holds nothing but this keeps the slot off the offer."""
        return cause in explain(Diary(open=self.diary.open, **known), self.rules, self.minute)


class BookingType(models.Model):
    """Why a slot is, or is not, on offer (A19): told by the code that offers slots, put into words here."""

    _inherit = "booking.type"

    def _diagnose(self, user, start, *, reason=None, agency=None):
        """Return the :class:`Diagnosis` of an advisor's slot.

        Slots without obstacles are exactly those that :meth:`_get_slots` offers of this advisor on a published type.
        Who asks must be allowed to change the type; events and appointments are named as far as they may read them.

        :param user: ``res.users``, on the list of the type or not
        :param start: naive UTC, a whole minute
        :param reason: ``booking.reason`` of this type, or nothing
        :param agency: ``booking.agency``, or nothing
        """
        self.ensure_one()
        self.check_access("write")
        booking_type = self.sudo()
        reason = (reason or self.env["booking.reason"]).sudo()
        agency = (agency or self.env["booking.agency"]).sudo()
        user = user.sudo()
        obstacles = [*booking_type._get_page_obstacles(), *booking_type._get_choice_obstacles(reason, agency)]
        unlisted = booking_type._get_list_obstacle(user, reason)
        if unlisted:
            # Who is not on the list is not this manager's concern: nothing more is told of them.
            return Diagnosis([*obstacles, unlisted], self.env["res.users"])
        asked = booking_type._ask_engine(user, start, reason, agency)
        causes = explain(asked.diary, asked.rules, asked.minute)
        for cause in causes:
            obstacles += booking_type._tell_cause(cause, asked, causes)
        slots = booking_type._get_slots(start, start + MINUTE, reason=reason, agency=agency)
        takers = booking_type._order_advisors(slots.get(start, []), start)
        if not causes and booking_type.distribution == "uniform" and user.id not in takers:
            obstacles.append(Obstacle("distribution", booking_type._tell_distribution(asked)))
        return Diagnosis(obstacles, self.env["res.users"].browse(takers[:1]))

    def _get_next_start(self, user, since, *, reason=None, agency=None):
        """Return the next start (naive UTC) from ``since`` on that is on offer with an advisor, or nothing."""
        self.check_access("write")
        booking_type = self.sudo()
        # Where appointments are spread evenly nobody is asked for by name: somebody ahead is not offered.
        users = None if booking_type.distribution == "uniform" else user.sudo()
        for start, stop in self.env["booking.journey"].sudo()._get_looks(booking_type, since):
            slots = booking_type._get_slots(start, stop, reason=reason, agency=agency, users=users)
            found = next((at for at, user_ids in slots.items() if user.id in user_ids), None)
            if found:
                return found
        return None

    # What the engine does not know

    def _get_page_obstacles(self):
        if not self.active:
            return [Obstacle("inactive", self.env._("The appointment type is archived: it has no page."))]
        if not self.website_published:
            return [
                Obstacle("unpublished", self.env._("The appointment type is not published: visitors do not find it."))
            ]
        return []

    def _get_choice_obstacles(self, reason, agency):
        if agency and agency not in self.agency_ids:
            return [Obstacle("agency", self.env._("%s is not an agency of this appointment type.", agency.name))]
        if agency and reason.agency_ids and agency not in reason.agency_ids:
            return [
                Obstacle(
                    "agency",
                    self.env._("“%(reason)s” is not handled at %(agency)s.", reason=reason.name, agency=agency.name),
                )
            ]
        return []

    def _get_list_obstacle(self, user, reason):
        """Return why a user takes no appointments of this type, or for this reason; nothing if they do."""
        name = user.name
        if not user.active:
            return Obstacle("unlisted", self.env._("The account of %s is archived.", name))
        if user.id in self._get_user_ids(reason).get(self.id, []):
            return None
        advisors = self.with_context(active_test=False).advisor_ids
        if user not in advisors.user_id:
            return Obstacle("unlisted", self.env._("%s is not on the list of advisors of this appointment type.", name))
        if user not in advisors.filtered("active").user_id:
            return Obstacle("unlisted", self.env._("%s is archived on the list of advisors.", name))
        return Obstacle(
            "reason",
            self.env._("“%(reason)s” is given to other advisors only, not to %(name)s.", reason=reason.name, name=name),
        )

    def _tell_distribution(self, asked):
        """Say who is ahead of whom."""
        # The loads as the offer compares them: of the period in which the slot lies.
        loads = self._get_loads(asked.start, asked.start)[self.id].get(self._get_period(asked.start), {})
        others = self.advisor_ids.filtered(lambda advisor: advisor.active and advisor.user_id != asked.user)
        told = [
            self.env._("%(name)s: %(count)s", name=advisor.user_id.name, count=loads.get(advisor.user_id.id, 0))
            for advisor in others
        ]
        return self.env._(
            "Appointments are spread evenly, and %(name)s is ahead with %(count)s (tolerance: %(tolerance)s). "
            "Their slots are hidden until the others who can be booked have caught up: %(others)s.",
            name=asked.user.name,
            count=loads.get(asked.user.id, 0),
            tolerance=self.uniform_tolerance,
            others=", ".join(told),
        )

    # What the engine says, and what it means

    def _ask_engine(self, user, start, reason, agency):
        duration = reason.effective_duration or self.duration
        schedule = self.env["booking.schedule"]._load([user.id], start, start + timedelta(minutes=duration))
        return Asked(
            user=user,
            start=start,
            reason=reason,
            agency=agency,
            duration=duration,
            schedule=schedule,
            diary=schedule.diary(user.id, **self._get_choices(agency.id)),
            rules=self._get_engine_rules(schedule.window, start, start + MINUTE, duration),
            minute=schedule.window.to_minute(start),
            wording=self.env["booking.journey"]._wording_of(agency.tz or self.tz),
        )

    def _tell_cause(self, cause, asked, causes):
        tell = {
            Cause.OPENING: self._tell_opening,
            Cause.GRID: self._tell_grid,
            Cause.BUSY: self._tell_busy,
            Cause.APPOINTMENT: self._tell_appointment,
            Cause.GAP: self._tell_gap,
            Cause.DAY_LIMIT: self._tell_day_limit,
            Cause.NOTICE: self._tell_notice,
            Cause.HORIZON: self._tell_horizon,
        }[cause]
        texts = tell(asked)
        if cause == Cause.BUSY and not texts and Cause.APPOINTMENT in causes:
            return []  # the calendar entry of the appointment that is told
        return [Obstacle(cause.value, text) for text in texts]

    def _tell_opening(self, asked):
        next_opening = self._find_next_opening(asked)
        if next_opening:
            coming = self.env._("The next hours: %s.", asked.tell(next_opening))
        else:
            coming = self.env._("There are no later hours within the booking horizon.")
        return [f"{self._tell_why_closed(asked)} {coming}"]

    def _tell_why_closed(self, asked):
        """Say what would have to be otherwise for these hours to be open: asked of the engine, one thing at a time."""
        choices = self._get_choices(asked.agency.id)
        advisor = asked.schedule.advisors[asked.user.id]

        def open_if(hours=None, **other):
            schedule = asked.schedule.with_hours(asked.user.id, advisor.hours if hours is None else hours)
            diary = schedule.diary(asked.user.id, **{**choices, **other})
            return Cause.OPENING not in explain(diary, asked.rules, asked.minute)

        name = asked.user.name
        for start, stop in merge(opening[:2] for opening in asked.diary.open):
            if start <= asked.minute < stop:
                return self.env._(
                    "The hours of %(name)s end at %(hour)s, before an appointment of %(minutes)s minutes would.",
                    name=name,
                    hour=asked.wording.hour(asked.schedule.window.to_datetime(stop)),
                    minutes=asked.duration,
                )
        if open_if(weekends=True):
            return self.env._("This appointment type is not offered on weekends.")
        if open_if(hours=[hours for hours in advisor.hours if not hours.rule.closed]):
            return self.env._("An exception in the availability of %s closes this hour.", name)
        if open_if(agency_id=None):
            return self.env._("%s is at another agency in these hours.", name)
        if open_if(hours=[hours._replace(type_ids=frozenset()) for hours in advisor.hours]):
            return self.env._("%s keeps these hours for other appointment types.", name)
        return self.env._("%s has no booking hours then.", name)

    def _find_next_opening(self, asked):
        _opens, closes = self._get_offered_period()
        if asked.start >= closes:
            return None
        schedule = self.env["booking.schedule"]._load([asked.user.id], asked.start, closes)
        diary = schedule.diary(asked.user.id, **self._get_choices(asked.agency.id))
        after, end = schedule.window.to_minute(asked.start), schedule.window.to_minute(closes)
        for start, stop in merge(opening[:2] for opening in diary.open):
            if after < start <= end and stop - start >= asked.duration:
                return schedule.window.to_datetime(start)
        return None

    def _tell_grid(self, asked):
        grids = [o.starts(self.slot_step) for o in asked.diary.open if o.start <= asked.minute < o.stop]
        near = sorted({start for grid in grids for start in grid if abs(start - asked.minute) < self.slot_step})
        hours = [asked.wording.hour(asked.schedule.window.to_datetime(start)) for start in near]
        return [
            self.env._(
                "A slot starts every %(step)s minutes; near this hour: %(hours)s.",
                step=self.slot_step,
                hours=", ".join(hours),
            )
            if hours
            else self.env._("A slot starts every %s minutes, and none at this one.", self.slot_step)
        ]

    def _tell_busy(self, asked):
        """Say what is in the way of all that makes the advisor busy: the loader knows the hours, not the names."""
        names = self._name_busy(asked)
        told = []
        for interval in sorted(set(asked.diary.busy)):
            if not asked.stands_in_the_way(Cause.BUSY, busy=[interval]):
                continue
            hours = asked.tell_minutes(*interval)
            known = names.get(interval)
            if known is None:
                known = [self.env._("%s is busy", asked.user.name)]
            told += [self.env._("%(what)s (%(hours)s).", what=what, hours=hours) for what in known]
        return told

    def _name_busy(self, asked):
        """Return ``{(start, stop): [what it is]}``; what the calendar says of told appointments is nothing new."""
        window, partner = asked.schedule.window, asked.user.partner_id
        around = window.start - AROUND, window.stop + AROUND
        names = defaultdict(list)
        events = self.env["calendar.event"].search(
            [("partner_ids", "in", partner.ids), ("start", "<", around[1]), ("stop", ">", around[0])]
        )
        appointments = self._get_appointments_around(asked)
        for event in events:
            if event.allday:
                days = [(moment.date() - window.start.date()).days for moment in (event.start, event.stop)]
                interval = next(iter(whole_days(*days, asked.schedule.zones[asked.user.id], window)), None)
            else:
                interval = window.to_interval(event.start, event.stop)
            if event in appointments.calendar_event_id:
                names[interval] += []
            else:
                names[interval].append(self._name_event(event, asked))
        whose = Domain("resource_id", "=", False) | Domain("resource_id.user_id", "=", asked.user.id)
        when = Domain("date_from", "<", around[1]) & Domain("date_to", ">", around[0])
        leaves = self.env["resource.calendar.leaves"].search(whose & when)
        for leave in leaves:
            interval = window.to_interval(leave.date_from, leave.date_to)
            if leave.resource_id:
                names[interval].append(self.env._("%s has time off", asked.user.name))
            else:
                names[interval].append(self.env._("Closing day “%s”", leave.name or ""))
        return names

    def _name_event(self, event, asked):
        """Return the title of an event to those who may read it; what is private stays so."""
        seen = event.sudo(False)
        if not seen.has_access("read") or seen._check_private_event_conditions():
            return self.env._("%s has something in their calendar", asked.user.name)
        return self.env._("%(name)s has “%(title)s” in their calendar", name=asked.user.name, title=event.name)

    def _get_appointments_around(self, asked):
        window = asked.schedule.window
        return self.env["booking.appointment"].search(
            [
                ("user_id", "=", asked.user.id),
                ("state", "in", LIVE_STATES),
                ("start", "<", window.stop + AROUND),
                ("busy_stop", ">", window.start - AROUND),
                "|",
                ("state", "!=", "hold"),
                ("hold_until", ">", Datetime.now()),
            ]
        )

    def _get_appointments_in_the_way(self, asked, cause):
        """Return ``[(appointment, hours in words)]``, told apart by the engine."""
        found = []
        for appointment in self._get_appointments_around(asked).sorted("start"):
            start, stop = asked.schedule.window.to_interval(appointment.start, appointment.stop)
            if asked.stands_in_the_way(cause, appointments=[(start, stop, appointment.gap)]):
                found.append((appointment, asked.tell_minutes(start, stop)))
        return found

    def _tell_appointment(self, asked):
        told = []
        for appointment, hours in self._get_appointments_in_the_way(asked, Cause.APPOINTMENT):
            if appointment.state == "hold":
                text = self.env._(
                    "A visitor who is filling in the form holds %(name)s (%(hours)s), until %(until)s at the latest.",
                    name=asked.user.name,
                    hours=hours,
                    until=asked.wording.hour(appointment.hold_until),
                )
            else:
                text = self.env._("%(what)s (%(hours)s).", what=self._name_appointment(appointment), hours=hours)
            told.append(text)
        return told

    def _tell_gap(self, asked):
        return [
            self.env._(
                "%(minutes)s minutes are kept free before and after an appointment: %(what)s (%(hours)s).",
                minutes=max(self.gap, appointment.gap),
                what=self._name_appointment(appointment),
                hours=hours,
            )
            for appointment, hours in self._get_appointments_in_the_way(asked, Cause.GAP)
        ]

    def _name_appointment(self, appointment):
        if appointment.state == "hold":
            return self.env._("A visitor is booking")
        if not appointment.sudo(False).has_access("read"):
            return self.env._("Another appointment")
        return self.env._("Appointment with %s", appointment.display_name)

    def _tell_day_limit(self, asked):
        [count] = [count for start, stop, count in asked.diary.days if start <= asked.minute < stop]
        return [
            self.env._(
                "%(name)s takes %(limit)s of this type a day; taken on that day: %(count)s.",
                name=asked.user.name,
                count=count,
                limit=self.max_per_day,
            )
        ]

    def _tell_notice(self, asked):
        opens, _closes = self._get_offered_period()
        if asked.start < Datetime.now():
            return [self.env._("This hour is over.")]
        return [
            self.env._(
                "Slots are offered %(hours)s hours ahead at the latest: now those from %(from)s on.",
                **{"hours": self.min_notice, "from": asked.tell(opens)},
            )
        ]

    def _tell_horizon(self, asked):
        _opens, closes = self._get_offered_period()
        return [
            self.env._(
                "Slots are offered %(days)s days ahead: now those until %(until)s.",
                days=self.horizon_days,
                until=asked.tell(closes),
            )
        ]
