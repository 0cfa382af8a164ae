from datetime import datetime, timedelta
from typing import Any, NamedTuple

from odoo import api, models

from ..engine import Cause, Rules, explain

# How free an advisor is, the best first. Only "taken" stands in the way of an appointment; about the rest decides who
# may book outside availability.
FREE, OUTSIDE_HOURS, TOO_CLOSE, BUSY, TAKEN = "free", "outside", "close", "busy", "taken"
STANDINGS = (FREE, OUTSIDE_HOURS, TOO_CLOSE, BUSY, TAKEN)


class Wish(NamedTuple):
    """An appointment as it is to be: whose time it takes, when (naive UTC), and for which type and agency."""

    user_id: int
    start: datetime
    stop: datetime
    gap: int = 0
    booking_type: Any = None  # without one, the advisor's hours for all types count
    agency_id: int | None = None  # at which the hours must be; anywhere without one


class BookingAppointment(models.Model):
    """Who could take an appointment at an hour: told by the engine, before PostgreSQL refuses."""

    _inherit = "booking.appointment"

    @api.model
    def _look_at_advisors(self, users, start, stop, *, gap=0, booking_type=None, agency=None, leaving_out=None):
        """Tell how free some advisors are, with a number of queries that does not depend on them.

        :param users: ``res.users``
        :param start: naive UTC, on the grid of the type or not
        :param gap: minutes to keep free afterwards
        :param booking_type: ``booking.type`` for which their hours must be; without one, those for all types
        :param agency: ``booking.agency`` at which they must be, or nothing
        :param leaving_out: ``booking.appointment`` that do not count
        :return: ``{user id: standing}``: ``free``; ``outside`` of their hours; too ``close`` to another appointment;
            ``busy`` by an event; ``taken`` by another appointment
        """
        agency_id = agency.id if agency else None
        wishes = {user.id: Wish(user.id, start, stop, gap, booking_type, agency_id) for user in users}
        busy_stop = stop + timedelta(minutes=gap)
        taken = set(self._find_taking(users.ids, start, busy_stop, leaving_out).user_id.ids)
        standings = self._look_at_wishes(wishes, leaving_out)
        return {user_id: TAKEN if user_id in taken else standing for user_id, standing in standings.items()}

    @api.model
    def _look_at_wishes(self, wishes, leaving_out=None):
        """Tell how free the advisors of some wishes are, loading everything once. Who is taken PostgreSQL says.

        :param wishes: ``{key: Wish}``
        :param leaving_out: ``booking.appointment`` that do not count
        :return: ``{key: standing}``, as :meth:`_look_at_advisors`, but for ``taken``
        """
        if not wishes:
            return {}
        schedule = (
            self.env["booking.schedule"]
            .sudo()
            ._load(
                list({wish.user_id for wish in wishes.values()}),
                min(wish.start for wish in wishes.values()),
                max(wish.stop for wish in wishes.values()),
                leaving_out=leaving_out,
            )
        )
        return {key: self._read_standing(schedule, wish) for key, wish in wishes.items()}

    @api.model
    def _read_standing(self, schedule, wish):
        if wish.user_id not in schedule.advisors:
            return OUTSIDE_HOURS
        if wish.booking_type:
            choices = wish.booking_type.sudo()._get_choices(wish.agency_id)
        else:
            choices = {"type_id": False}
        diary = schedule.diary(wish.user_id, **{**choices, "counted": False})
        rules = Rules(duration=int((wish.stop - wish.start).total_seconds() // 60), step=1, gap=wish.gap)
        causes = set(explain(diary, rules, schedule.window.to_minute(wish.start))) - {Cause.APPOINTMENT}
        if Cause.BUSY in causes:
            return BUSY
        if causes - {Cause.GAP}:
            return OUTSIDE_HOURS
        return TOO_CLOSE if causes else FREE

    @api.model
    def _tell_standing(self, standing):
        """Return a standing in words."""
        return {
            FREE: self.env._("Free"),
            OUTSIDE_HOURS: self.env._("Outside their hours"),
            TOO_CLOSE: self.env._("Too close to another appointment"),
            BUSY: self.env._("Busy in their calendar"),
            TAKEN: self.env._("Has another appointment"),
        }[standing]

    @api.model
    def _offer_advisors(self, users, standings):
        """Return advisors as the choice among them shows them: dicts, those who are free first."""
        ranked = sorted(users, key=lambda user: STANDINGS.index(standings[user.id]))
        return [
            {
                "id": user.id,
                "name": user.name,
                "standing": standings[user.id],
                "says": self._tell_standing(standings[user.id]),
            }
            for user in ranked
        ]
