import logging
from datetime import timedelta

from psycopg2 import errors

from odoo import fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ..tools.own_transaction import own_cursor
from .booking_appointment_hold import HOLD_TRIES, SlotTaken
from .booking_appointment_overbook import AdvisorTaken

_logger = logging.getLogger(__name__)


class ChangeRefused(Exception):
    """The booker may not change the appointment now; the argument is what :meth:`_find_obstacle` returned."""


class ChangedMeanwhile(Exception):
    """The appointment is no longer at the hour that the booker was shown."""


class BookingAppointment(models.Model):
    """How a booker moves an appointment: one UPDATE takes the new slot and gives the old one back."""

    _inherit = "booking.appointment"

    def _move_in_own_transaction(self, start, agency, users=None, **choices):
        """Do :meth:`_move` in a transaction of its own, again on a fresh snapshot while others get in the way.

        As for a hold, waiting is done on a lock, and the last loser gets a page like any other.
        """
        for attempt in range(HOLD_TRIES):
            try:
                with own_cursor(self.env.registry) as cr:
                    env = self.env(cr=cr)
                    chosen = users if users is None else users.with_env(env)
                    self.with_env(env)._move(start, agency.with_env(env), chosen, **choices)
                    return
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as error:
                _logger.debug("Move of %s to %s, try %s: %s", self.id, start, attempt + 1, error)
        raise SlotTaken

    def _move(self, start, agency, users=None, shown_start=None, tz=None):
        """Move to another slot, for the booker. The old slot is theirs until PostgreSQL has given them the new one.

        The appointment's own row counts the moves, and is written by each: of two at once PostgreSQL fails one.

        :param start: naive UTC, exactly one of the offered starts
        :param agency: ``booking.agency`` where the appointment is held then, or empty
        :param users: ``res.users`` the booker chose among, or ``None`` for any advisor: their own one first
        :param shown_start: the hour from which the booker thinks to move
        :param tz: name of the zone whose clock the booker read
        :raise ChangeRefused: when the booker may not move it (any more)
        :raise ChangedMeanwhile: when it is at another hour than the one shown
        :raise SlotTaken: when no advisor can take the slot; the appointment stays where it is
        """
        self.ensure_one()
        if obstacle := self._find_obstacle("move"):
            raise ChangeRefused(obstacle)
        if shown_start and shown_start != self.start:
            raise ChangedMeanwhile
        booking_type = self.type_id.with_context(booking_minutes=self.duration)
        if booking_type._get_mode(users) == "uniform":
            booking_type._claim_distribution()
        slots = booking_type._get_slots(
            start, start + timedelta(minutes=1), reason=self.reason_id, agency=agency, users=users, leaving_out=self
        )
        values = {
            "start": start,
            "stop": start + (self.stop - self.start),
            "agency_id": agency.id,
            "advisor_chosen": users is not None,
            "move_count": self.move_count + 1,
            "tz": tz or self.tz,
        }
        for user_id in self._order_advisors_to_move(slots.get(start, []), start):
            if self._try_move(dict(values, user_id=user_id)):
                return
        raise SlotTaken

    def _order_advisors_to_move(self, user_ids, start):
        """Return who is tried for the new slot: the same advisor if free, else as the distribution says."""
        others = [user_id for user_id in user_ids if user_id != self.user_id.id]
        same = [user_id for user_id in user_ids if user_id == self.user_id.id]
        return same + self.type_id._order_advisors(others, start, self)

    def _try_move(self, values):
        """Write the new slot for one advisor; tell whether PostgreSQL let it be.

        As for holds, those who want an advisor's time queue on an advisory lock, which a savepoint gives back.
        """
        try:
            with self.env.cr.savepoint():
                self.env.cr.execute(
                    SQL("SELECT pg_advisory_xact_lock(hashtext(%s), %s)", self._table, values["user_id"])
                )
                booking_type, user_id = self.type_id, values["user_id"]
                if not values["agency_id"] and booking_type._get_unchosen_agencies(self.reason_id):
                    place = booking_type._find_agency_at(user_id, values["start"], self.reason_id, self)
                    values = dict(values, agency_id=place.id)
                if booking_type.max_per_day:
                    booking_type.advisor_ids.filtered(lambda a: a.user_id.id == user_id)._claim()
                busy_stop = fields.Datetime.add(values["stop"], minutes=self.gap)
                self._drop_expired_holds(user_id, values["start"], busy_stop)
                self.write(values)
                return True
        except (errors.ExclusionViolation, AdvisorTaken):
            return False
