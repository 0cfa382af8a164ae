import logging

from psycopg2 import errors

from odoo import models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from odoo.addons.appointment_booking.tools.own_transaction import own_cursor

from ..exceptions import MeetingRefused

_logger = logging.getLogger(__name__)

# Under a quota, those who confirm for one partner pass one by one: each round lets at least one through.
TRIES = 60


class BusinessMeetingTransaction(models.AbstractModel):
    """Deeds of pages: each in a transaction of its own, so that the last loser of a race gets an answer, too."""

    _name = "business.meeting.transaction"
    _description = "Deeds in Transactions of Their Own"

    def _in_own_transaction(self, deed, *args, **kwargs):
        """Do a deed in a transaction of its own, again on a fresh snapshot while others get in the way.

        ``meeting._in_own_transaction("_accept", "partner", slot=slot)``. It is committed when this returns; the
        transaction of the caller does not see it, so a page answers by a redirect.

        :param deed: name of a method of this model that starts with one underscore, as ``_request``
        :param args: its arguments; records are looked at anew
        :return: what the deed returns, but for records their ids
        :raise MeetingRefused: nothing has changed then. Its offers are plain values.
        """
        for attempt in range(TRIES):
            last = attempt == TRIES - 1
            try:
                with own_cursor(self.env.registry) as cr:
                    env = self.env(cr=cr)
                    fresh = [self._with_fresh(value, env) for value in args]
                    named = {key: self._with_fresh(value, env) for key, value in kwargs.items()}
                    result = getattr(self.with_env(env), deed)(*fresh, **named)
                    env.flush_all()
                    return result.ids if isinstance(result, models.BaseModel) else result
            except MeetingRefused as refused:
                if not refused.raced or last:
                    raise
            except (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, errors.UniqueViolation) as error:
                _logger.debug("%s of %s, try %s: %s", deed, self._name, attempt + 1, error)
                if last:
                    raise MeetingRefused(
                        "taken", self.env._("Many people are choosing slots right now. Try again in a moment.")
                    ) from error
        return None

    def _with_fresh(self, value, env):
        return value.with_env(env) if isinstance(value, models.BaseModel) else value


class BusinessMeeting(models.Model):
    _name = "business.meeting"
    _inherit = ["business.meeting", "business.meeting.transaction"]


class EventSponsor(models.Model):
    _name = "event.sponsor"
    _inherit = ["event.sponsor", "business.meeting.transaction"]
