from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..engine import Window, expand, local_days, merge, subtract
from ..engine.zones import spells
from .booking_appointment import LIVE_STATES

DAYS = 7


class Week:
    """Seven days on the clocks of a zone, and where the minutes of a window lie in them."""

    def __init__(self, first, tz):
        self.tz = tz
        # A day more on both sides: the local days begin before or after those of UTC.
        self.window = Window(datetime.combine(first - timedelta(days=1), time()), (DAYS + 2) * 1440)
        dates = [first + timedelta(days=index) for index in range(DAYS)]
        self.days = [day for day in local_days(tz, self.window) if day.date in dates]

    def pieces(self, start, stop):
        """Return an interval of the window as ``{"day", "from", "to"}``, cut at midnight, in minutes of the clock."""
        for index, day in enumerate(self.days):
            low, high = max(start, day.start), min(stop, day.stop)
            if low < high:
                end = 1440 if high == day.stop else self._clock(high)
                yield {"day": index, "from": self._clock(low), "to": max(end, self._clock(low) + 1)}

    def _clock(self, minute):
        offset = next(spell.offset for spell in spells(self.tz, self.window) if spell.start <= minute < spell.stop)
        return (minute + offset) % 1440


class BookingAvailability(models.Model):
    """The picture of a week: open hours, exceptions, appointments and what else keeps an advisor busy."""

    _inherit = "booking.availability"

    @api.model
    def get_week(self, user_ids, week_start):
        """Return what the week picture shows, in a number of queries that does not depend on what is shown.

        :param user_ids: the advisors to show; those whose hours the current user may not see are left out. Without
            any, the current user if they may be booked, else everybody.
        :param week_start: the first of the seven days
        :return: ``tz``, ``days``, ``choices`` (whom the current user may see), ``user_ids`` (whom the picture shows),
            ``agencies`` and ``blocks``. A block has a ``kind``: ``open``, ``closed``, ``appointment``, ``hold`` or
            ``busy``. What others do in busy times is not told.
        """
        choices = self._get_week_users()
        users = choices.filtered(lambda user: user.id in (user_ids or ()))
        if not users:
            own = choices.filtered(lambda user: user == self.env.user and user.booking_availability_ids)
            users = own or choices
        zones = set(users.mapped("tz"))
        week = Week(fields.Date.to_date(week_start), (zones.pop() if len(zones) == 1 else self.env.user.tz) or "UTC")
        rules = self._get_week_rules(users, week)
        return {
            "tz": week.tz,
            "days": [fields.Date.to_string(day.date) for day in week.days],
            "choices": [
                {"id": user.id, "name": user.name, "has_hours": bool(user.booking_availability_ids)} for user in choices
            ],
            "user_ids": users.ids,
            "agencies": self._get_week_agencies(rules.agency_id),
            "blocks": [*rules._get_week_blocks(week), *self._get_week_taken(users, week)],
        }

    @api.model
    def _get_week_users(self):
        """Return the users whose hours the current user may see: what the record rules say, told of users."""
        user = self.env.user
        own = Domain("id", "=", user.id)
        booked = Domain.OR(
            Domain(name, "!=", False)
            for name in ("booking_advisor_ids", "booking_availability_ids", "booking_team_ids")
        )
        domain = own
        if user.has_group("appointment_booking.group_booking_admin"):
            domain = booked
        elif user.has_group("appointment_booking.group_booking_manager"):
            domain = Domain("booking_team_ids.manager_ids", "in", user.ids) | own & booked
        users = self.env["res.users"]
        return users.search(domain & Domain("share", "=", False)) or user

    @api.model
    def _get_week_agencies(self, agencies):
        """Return the agencies with the number by which their look is chosen: the same in every picture."""
        everywhere = self.env["booking.agency"].with_context(active_test=False).search([], order="id")
        places = {agency_id: place for place, agency_id in enumerate(everywhere.ids)}
        return [{"id": agency.id, "name": agency.name, "place": places[agency.id]} for agency in agencies.sorted()]

    @api.model
    def _get_week_rules(self, users, week):
        first, last = week.days[0].date, week.days[-1].date
        return self.search(
            [
                ("user_id", "in", users.ids),
                "|",
                ("date_from", "=", False),
                ("date_from", "<=", last + timedelta(days=1)),
                "|",
                ("date_to", "=", False),
                ("date_to", ">=", first - timedelta(days=1)),
            ]
        )

    def _get_week_blocks(self, week):
        """Return the hours of these records as blocks, each of which opens its record."""
        for availability in self:
            block = {
                "kind": "closed" if availability.kind == "closed" else "open",
                "user_id": availability.user_id.id,
                "record_id": availability.id,
                "agency_id": availability.agency_id.id,
                "once": availability.kind != "recurring",
                "note": availability.note or "",
            }
            # Taken as open, an exception expands to the time that it closes.
            rules = [rule._replace(closed=False) for rule in availability._to_rules()]
            # Hours through a change of the clocks come in two openings; on the wall they are one.
            for start, stop in merge(opening[:2] for opening in expand(rules, week.window)):
                for piece in week.pieces(start, stop):
                    yield {**block, **piece}

    @api.model
    def _get_week_taken(self, users, week):
        """Return the appointments that the current user may see, and as plain busy time all else."""
        schedule = self.env["booking.schedule"]._load(users.ids, week.window.start, week.window.stop)
        told = {user_id: [] for user_id in schedule.advisors}
        appointments = self.env["booking.appointment"].search(
            [
                ("user_id", "in", list(told)),
                ("state", "in", LIVE_STATES),
                "|",
                ("state", "!=", "hold"),
                ("hold_until", ">", fields.Datetime.now()),
                ("start", "<", week.window.stop),
                ("stop", ">", week.window.start),
            ],
            order="start",
        )
        for appointment in appointments:
            start, stop = week.window.to_interval(appointment.start, appointment.stop)
            told[appointment.user_id.id].append((start, stop))
            for piece in week.pieces(start, stop):
                yield {**appointment._get_week_block(), **piece}
        for user_id, advisor in schedule.advisors.items():
            # The calendar has an entry of each appointment: what it takes is told already.
            known = merge(told[user_id])
            for taken in merge([*advisor.busy, *((start, stop) for start, stop, _gap, _type in advisor.appointments)]):
                for start, stop in subtract(taken, known):
                    for piece in week.pieces(start, stop):
                        yield {"kind": "busy", "user_id": user_id, **piece}

    @api.onchange("kind")
    def _onchange_kind(self):
        """Hours added from a day of the week picture are on that day, once they are no longer weekly."""
        day = self.env.context.get("booking_day")
        if self.kind == "recurring":
            if day and self.date_from == self.date_to == fields.Date.to_date(day):
                self.date_from = self.date_to = False
        elif not self.date_from:
            self.date_from = self.date_to = day


class BookingAppointment(models.Model):
    _inherit = "booking.appointment"

    def _get_week_block(self):
        self.ensure_one()
        block = {"kind": "hold" if self.state == "hold" else "appointment", "user_id": self.user_id.id}
        if self.state == "hold":
            return block
        # Who may see the appointment may read the names of what it is about.
        names = self.sudo()
        return {
            **block,
            "record_id": self.id,
            "state": self.state,
            "agency_id": self.agency_id.id,
            "name": names.booker_name or names.partner_id.name or names.name,
            "what": names.reason_id.name or names.type_id.name or "",
        }
