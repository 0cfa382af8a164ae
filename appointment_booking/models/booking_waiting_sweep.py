import logging
from datetime import timedelta

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import LockError
from odoo.tools import SQL

from ..engine import Freed, Waiter, Wish, share
from .booking_waiting import MAX_NOTICES

_logger = logging.getLogger(__name__)

MINUTE = timedelta(minutes=1)


class BookingWaiting(models.Model):
    """Telling those who wait what is free again.

    A slot frees in many ways: something is cancelled or moved, a hold runs out, hours are added, an event leaves a
    calendar, the horizon moves on. So what is on offer is looked at as a whole, every few minutes and at once when a
    change may have freed something; what is news to somebody is what suits and what they were not told of before.
    """

    _inherit = "booking.waiting"

    @api.model
    def _wake(self, freeing=None):
        """Look once this transaction has been committed, if anybody waits.

        :param freeing: records whose change may have freed a slot; without any there is nothing to look for
        """
        precommit = self.env.cr.precommit
        if (freeing is None or freeing) and not precommit.data.get("appointment_booking.waiting"):
            precommit.data["appointment_booking.waiting"] = True
            precommit.add(self.sudo()._trigger_sweep)

    @api.model
    def _trigger_sweep(self):
        cron = self.env.ref("appointment_booking.ir_cron_waiting", raise_if_not_found=False)
        if cron and self.search_count([("state", "=", "waiting")], limit=1):
            cron._trigger()

    @api.model
    def _sweep(self):
        """End what is over, and tell each queue; the one that was looked at longest ago comes first.

        Each queue is a transaction of its own: what could not be told does not stop the others, nor take back what
        was.
        """
        self.search([("state", "=", "waiting"), ("expires_at", "<=", fields.Datetime.now())])._end("expired")
        types = self._get_queues()
        cron = self.env["ir.cron"]
        left = cron._commit_progress(remaining=len(types))
        for booking_type in types:
            if not left:
                break
            try:
                with self.env.cr.savepoint():
                    self._tell_queue(booking_type)
            except OperationalError as error:
                _logger.info("The waiting list of type %s is told by another process: %s", booking_type.id, error)
            except Exception:
                _logger.exception("Could not tell those who wait for type %s", booking_type.id)
            left = cron._commit_progress(1)

    @api.model
    def _get_queues(self):
        """Return the published types for which somebody waits."""
        self.flush_model(["type_id", "state"])
        self.env["booking.type"].flush_model(["active", "is_published"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT q.type_id
                  FROM booking_waiting_queue q
                  JOIN booking_type t ON t.id = q.type_id
                 WHERE t.active AND t.is_published
                   AND EXISTS (SELECT FROM booking_waiting w WHERE w.type_id = q.type_id AND w.state = 'waiting')
              ORDER BY q.told_at NULLS FIRST, q.type_id
                """
            )
        )
        return self.env["booking.type"].browse(type_id for (type_id,) in rows)

    @api.model
    def _tell_queue(self, booking_type, without=()):
        """Tell those who wait for a type what is news to them: first come, first served.

        Loading takes the same number of queries for one and for a thousand people.

        :param without: ids of people for whom it has just failed, so that the others get their turn
        """
        if not self.env["booking.waiting.queue"]._claim(booking_type):
            return
        moment_ago = fields.Datetime.now() - timedelta(minutes=booking_type.waiting_head_start)
        people = self.search(
            [
                ("type_id", "=", booking_type.id),
                ("id", "not in", list(without)),
                "|",
                ("state", "=", "waiting"),
                "&",
                ("state", "=", "finished"),
                ("notice_ids.told_at", ">", moment_ago),
            ]
        )
        offers = {reason: self._get_freed(booking_type, reason) for reason in people.grouped("reason_id")}
        told = share(waiting._as_waiter(offers[waiting.reason_id], moment_ago) for waiting in people)
        failed = [waiting.id for waiting in people if waiting.id in told and not waiting._try_tell(told[waiting.id])]
        if failed:
            self._tell_queue(booking_type, [*without, *failed])

    @api.model
    def _get_freed(self, booking_type, reason):
        """Return all that is on offer for a reason, as ``[(slot, its start on the clock of the place)]``."""
        opens, closes = booking_type._get_offered_period()
        journey = self.env["booking.journey"]
        agencies = journey._get_agencies(booking_type, reason)
        if booking_type.choose_agency:
            found = booking_type._get_slots_by_agency(opens, closes + MINUTE, reason=reason, agencies=agencies)
        else:
            found = {False: booking_type._get_slots(opens, closes + MINUTE, reason=reason)}
        duration = reason.effective_duration if reason else booking_type.duration
        taken = timedelta(minutes=duration + booking_type.gap)
        clocks = {agency.id: journey._wording_of(agency.tz) for agency in agencies}
        clocks[False] = journey._wording_of(booking_type.tz)
        return [
            (Freed(start, start + taken, tuple(takers), agency_id), clocks[agency_id].local(start))
            for agency_id, slots in found.items()
            for start, takers in slots.items()
        ]

    def _as_waiter(self, offers, moment_ago):
        """Return what the engine needs to know of a person.

        :param offers: what :meth:`_get_freed` found for their reason
        :param moment_ago: since when what was told is theirs first
        """
        self.ensure_one()
        known, latest = {slot for notice in self.notice_ids for slot in notice._get_slots()}, self._get_latest()
        if latest and latest.told_at > moment_ago:
            first_theirs = set(latest._get_slots())
            ahead = [freed for freed, _local in offers if (freed.place, freed.start) in first_theirs]
            return Waiter(self.id, ahead=ahead, ready=False)
        if self.state != "waiting" or latest.day == self._get_today():
            return Waiter(self.id, ready=False)
        wish = self._get_wish()
        return Waiter(
            self.id,
            [freed for freed, local in offers if (freed.place, freed.start) not in known and wish.suits(freed, local)],
        )

    def _chooses_agency(self):
        return bool(self.type_id.choose_agency and self.type_id.agency_ids)

    def _get_wish(self):
        self.ensure_one()
        return Wish(
            weekdays=self._get_weekdays(),
            minute_from=round(self.hour_from * 60),
            minute_to=round(self.hour_to * 60),
            date_from=self.date_from or None,
            date_to=self.date_to or None,
            places=frozenset(self.agency_ids.ids if self._chooses_agency() else ()),
            before=self.before or None,
        )

    def _get_matching(self):
        """Return all slots that suit now, as :class:`Freed`, whether they were told before or not."""
        self.ensure_one()
        wish = self._get_wish()
        offers = self._get_freed(self.type_id, self.reason_id)
        return sorted((freed for freed, local in offers if wish.suits(freed, local)), key=lambda freed: freed.start)

    def _try_tell(self, slots):
        """Tell one person, or leave everything as it was; return whether it worked."""
        try:
            with self.env.cr.savepoint():
                self._tell(slots)
        except (LockError, OperationalError) as error:
            _logger.info("Person %s on the waiting list has just changed: %s", self.id, error)
        except Exception:
            _logger.exception("Could not tell person %s on the waiting list", self.id)
        else:
            return True
        return False

    def _tell(self, slots):
        """Write the notice down and queue its e-mail: both, or neither.

        :param slots: sorted list of :class:`Freed`
        """
        self.ensure_one()
        # Who has left a moment ago, in a transaction that is not seen here, is not told any more.
        self.lock_for_update(allow_referencing=True)
        number = len(self.notice_ids) + 1
        self.env["booking.waiting.notice"].create(
            {
                "waiting_id": self.id,
                "number": number,
                "day": self._get_today(),
                "told_at": fields.Datetime.now(),
                "slots": [[freed.place or 0, fields.Datetime.to_string(freed.start)] for freed in slots],
            }
        )
        if number == MAX_NOTICES:
            self._end("finished")
        self._send("appointment_booking.mail_template_waiting_slot")

    def _send(self, template_xmlid):
        """Queue an e-mail that mail programs can unsubscribe from by one click (RFC 8058)."""
        self.ensure_one()
        template = self.env.ref(template_xmlid).sudo()
        headers = {
            "List-Unsubscribe": f"<{self._get_link()}/leave>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
        template.send_mail(self.id, email_values={"headers": headers})
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
