from datetime import datetime, time, timedelta

from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ..engine import Window, expand, local_days, merge, subtract
from ..engine.zones import spells
from .booking_appointment import LIVE_STATES
from .booking_availability import WEEKDAYS

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
    def get_week(self, user_ids, week_start, filters=None):
        """Return what the week picture shows, in a number of queries that does not depend on what is shown.

        :param user_ids: the advisors to show; those whose hours the current user may not see are left out. Without
            any, those of the team; without a team, the current user if they may be booked, else everybody.
        :param week_start: the first of the seven days
        :param filters: ``team_id``, ``agency_id`` and ``type_id``, each of which leaves out who and what is not of it
        :return: ``tz``, ``days``, ``choices`` (whom the current user may see), ``teams``, ``places`` and ``types``
            (what may be filtered by), ``user_ids`` (whom the picture shows), ``agencies`` and ``blocks``. A block has
            a ``kind``: ``open``, ``closed``, ``appointment``, ``hold`` or ``busy``. What others do in busy times is
            not told.
        :raise UserError: when the question makes no sense
        """
        first = self._week_day(week_start)
        asked = filters if isinstance(filters, dict) else {}
        filters = {name: value for name, value in asked.items() if value and isinstance(value, int)}
        choices = self._get_week_users()
        teams = self._get_week_teams(choices)
        users = self._choose_week_users(choices, teams, user_ids, filters)
        zones = set(users.mapped("tz"))
        week = Week(first, (zones.pop() if len(zones) == 1 else self.env.user.tz) or "UTC")
        rules = self._get_week_rules(users, week)._filter_week_rules(filters)
        if filters.get("agency_id"):
            users &= rules.filtered(lambda rule: rule.kind != "closed").user_id
            rules = rules.filtered(lambda rule: rule.user_id in users)
        editable = set(self._get_editable_users().ids)
        return {
            "tz": week.tz,
            "days": [fields.Date.to_string(day.date) for day in week.days],
            "choices": [
                {
                    "id": user.id,
                    "name": user.name,
                    "has_hours": bool(user.booking_availability_ids),
                    "editable": user.id in editable,
                }
                for user in choices
            ],
            "teams": [{"id": team.id, "name": team.name} for team in teams],
            "places": [{"id": a.id, "name": a.name} for a in self.env["booking.agency"].search([])],
            "types": [{"id": t.id, "name": t.name} for t in self.env["booking.type"].search([])],
            "user_ids": users.ids,
            "agencies": self._get_week_agencies(rules.agency_id),
            "blocks": [*rules._get_week_blocks(week, editable), *self._get_week_taken(users, week)],
        }

    @api.model
    def _week_day(self, value):
        """Return a day that a browser named.

        :raise UserError: when it is none, or so far away that no calendar could show it
        """
        try:
            day = fields.Date.to_date(value)
        except (TypeError, ValueError):
            day = None
        if not day or not 1970 <= day.year <= 2200:
            raise UserError(_("This is not a day that can be shown."))
        return day

    @api.model
    def _get_week_teams(self, users):
        """Return the teams by which these users may be told apart: none for who sees only themselves."""
        if len(users) < 2:
            return self.env["booking.team"]
        return self.env["booking.team"].search([("member_ids", "in", users.ids)])

    @api.model
    def _choose_week_users(self, choices, teams, user_ids, filters):
        asked = user_ids if isinstance(user_ids, list | tuple) else ()
        wanted = {user_id for user_id in asked if isinstance(user_id, int)}
        users = choices.filtered(lambda user: user.id in wanted)
        team = teams.filtered(lambda team: team.id == filters.get("team_id"))
        if team:
            users = choices & team.member_ids
        elif not users:
            own = choices.filtered(lambda user: user == self.env.user and user.booking_availability_ids)
            users = choices if filters else own or choices
        if filters.get("type_id"):
            booking_type = self.env["booking.type"].search([("id", "=", filters["type_id"])])
            users &= booking_type.advisor_ids.user_id
        return users

    def _filter_week_rules(self, filters):
        """Leave out the hours in which nothing of the filters can be booked; what closes stays."""
        agency_id, type_id = filters.get("agency_id"), filters.get("type_id")
        return self.filtered(
            lambda rule: (
                rule.kind == "closed"
                or (not agency_id or not rule.agency_id or rule.agency_id.id == agency_id)
                and (not type_id or not rule.type_ids or type_id in rule.type_ids.ids)
            )
        )

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

    def _get_week_blocks(self, week, editable):
        """Return the hours of these records as blocks, each of which opens its record.

        :param editable: the numbers of the users whose hours the current user may change
        """
        for availability in self:
            single = availability.date_from == availability.date_to
            block = {
                "kind": "closed" if availability.kind == "closed" else "open",
                "user_id": availability.user_id.id,
                "record_id": availability.id,
                "agency_id": availability.agency_id.id,
                "once": availability.kind != "recurring",
                "single": availability.kind != "recurring" and single,
                "many_days": availability.kind == "recurring" and sum(availability[day] for day in WEEKDAYS) > 1,
                "editable": availability.user_id.id in editable,
                "types": ", ".join(availability.sudo().type_ids.mapped("name")),
                "note": availability.note or "",
            }
            rules = availability._to_rules()
            for rule, hours in zip(rules, availability.hours_ids or [availability.hours_ids], strict=True):
                # Taken as open, an exception expands to the time that it closes.
                openings = expand([rule._replace(closed=False)], week.window)
                # Hours through a change of the clocks come in two openings; on the wall they are one.
                for start, stop in merge(opening[:2] for opening in openings):
                    for piece in week.pieces(start, stop):
                        whole = (piece["from"], piece["to"]) == (rule.minute_from, rule.minute_to)
                        yield {
                            **block,
                            **piece,
                            "hours_id": hours.id,
                            # On another clock, or through midnight, what is seen is not what was entered.
                            "movable": bool(hours) and whole and rule.tz == week.tz and block["editable"],
                        }

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
