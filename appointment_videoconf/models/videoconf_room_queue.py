import logging
import traceback
from datetime import timedelta
from typing import Any, NamedTuple

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from odoo.addons.appointment_booking.tools.own_transaction import own_cursor

from ..providers import CredentialsRefused, Meeting, ProviderError, RateLimited, Room, RoomGone, Unreachable

_logger = logging.getLogger(__name__)

# After how many minutes a provider is asked again that could not make the room. Together some two days.
TRY_AGAIN_AFTER = (1, 2, 5, 10, 15, 30, 60, 60, 120, 120, 240, 240, 480, 480, 480, 720)
# An account that was refused is mended by people.
MENDED_AFTER = 15
# From this try on, or this close to the start, the organiser hears of it.
LATE_AFTER = 3
SOON = timedelta(hours=2)
# Longer than any call can take (see ``providers.Timing``): after that, the process that made it is gone.
LEASE = timedelta(minutes=15)
# Seconds: a provider that asks for less gets this.
LEAST_WAIT = 5
KEPT = timedelta(days=90)
WRITING_TRIES = 5


class Work(NamedTuple):
    """One call to a provider, with all that it needs: no database is at hand while it is made."""

    room_id: int
    deed: str  # create, update, delete
    provider_id: int
    adapter: Any
    meeting: Meeting
    room: Room
    wish: int


class Outcome(NamedTuple):
    """What came of a call: a room, or none after it was removed; or why not."""

    made: Room | None = None
    error: Exception | None = None


class VideoconfRoom(models.Model):
    """Asking the providers: outside the transactions of users, one room at a time, by as many processes as there are.

    A row waits while ``next_try`` is set. A process claims it in a short transaction (``SKIP LOCKED``; the claim ends
    by itself when the process dies), asks the provider while no transaction is open, and writes down the answer in
    another one. It is written down before a call that the provider may have heard of the room: a call that is made
    again says so, and the adapters see to it that it makes no second room.
    """

    _inherit = "videoconf.room"

    def _queue(self, when):
        """Let rooms be worked on from a moment on."""
        self.next_try = when
        self._trigger_queue(when)

    @api.model
    def _trigger_queue(self, when=None):
        """Wake whoever works on the queue: a job of OCA's ``queue_job`` where it is installed, else the cron."""
        if "queue.job" in self.env:
            self.sudo().with_delay(eta=when)._run_queue_apart()
        else:
            self.env.ref("appointment_videoconf.ir_cron_rooms").sudo()._trigger(when)

    @api.model
    def _run_queue_apart(self):
        """Work on all that waits from within a transaction that somebody else commits: a job."""
        with own_cursor(self.env.registry) as cr:
            self.with_env(self.env(cr=cr, su=True))._run_queue()

    @api.model
    def _run_queue(self):
        """Work on all that waits, and tell the owners what came of it: the scheduled action."""
        cron, adapters, down, failed = self.env["ir.cron"], {}, {}, []
        while work := self._in_turn(self._claim, adapters):
            outcome = Outcome(error=down[work.provider_id]) if work.provider_id in down else self._call(work)
            if outcome.error and outcome.error.is_down:
                # Not asked again in this run: each further room would wait as long as this one did.
                down[work.provider_id] = outcome.error
            self._in_turn(self._settle, work, outcome)
            if cron._commit_progress(1, remaining=1) <= 0:
                return
        while self._in_turn(self._tell_one, failed):
            if cron._commit_progress(1, remaining=1) <= 0:
                return
        cron._commit_progress(remaining=0)

    @api.model
    def _in_turn(self, step, *args):
        """Do a step in a transaction of its own, once more where somebody changed the same at the same time."""
        for attempt in range(WRITING_TRIES):
            try:
                done = step(*args)
                self.env["ir.cron"]._commit_progress()
                self.env.invalidate_all()
                return done
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as error:
                self.env.cr.rollback()
                self.env.invalidate_all()
                _logger.debug("%s, try %s: %s", step.__name__, attempt + 1, error)
        return None

    # Take one

    @api.model
    def _claim(self, adapters):
        """Return the next call to make, and keep other processes from making it; nothing when none is due.

        :param adapters: dict that keeps the adapters of this run: they remember their access tokens
        """
        while room := self._lock_one(
            SQL("next_try <= %(now)s AND COALESCE(busy_until, %(now)s) <= %(now)s", now=_now())
        ):
            if work := room._get_work(adapters):
                room.write({"busy_until": _now() + LEASE, "asked_on": room.asked_on or _now()})
                return work
        return None

    @api.model
    def _lock_one(self, condition, without=()):
        """Return the room that has waited longest among those of a condition that no other process works on."""
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
                SELECT id FROM videoconf_room
                 WHERE %s AND id != ALL(%s)
              ORDER BY next_try, id LIMIT 1
                   FOR UPDATE SKIP LOCKED
                """,
                condition,
                list(without),
            )
        )
        return self.browse(room_id for (room_id,) in self.env.cr.fetchall())

    def _get_work(self, adapters):
        """Return the call that a room needs now; without one, the room no longer waits."""
        self.ensure_one()
        is_over = self.stop <= _now()
        if self.dropped:
            if self.asked_on and not is_over:
                return self._as_work("delete", adapters)
            self.write({"state": "removed", "next_try": False})
        elif is_over:
            unmade = {} if self.address else {"state": "failed", "error_code": "over"}
            self.write({"next_try": False, **unmade})
        elif not self.address:
            return self._as_work("create", adapters)
        elif self.told_wish != self.wish:
            return self._as_work("update", adapters)
        else:
            self.next_try = False
        return None

    def _as_work(self, deed, adapters):
        key = self.provider_id, self.user_id if self.provider_id.kind == "personal" else None
        if key not in adapters:
            adapters[key] = self.provider_id._get_adapter(self.user_id)
        provider, adapter = self.provider_id, adapters[key]
        return Work(self.id, deed, provider.id, adapter, self._as_meeting(), self._as_room(), self.wish)

    # Ask

    @api.model
    def _call(self, work):
        """Make a call. Nothing is read from or written to the database here."""
        adapter, room = work.adapter, work.room
        try:
            if work.deed == "delete":
                self._call_delete(work)
                return Outcome()
            if work.deed == "update":
                try:
                    return Outcome(adapter.update(room, work.meeting))
                except RoomGone:
                    _logger.info("Video room %s is gone: another one is made", work.room_id)
            return Outcome(adapter.create(work.meeting))
        except ProviderError as error:
            _logger.info("Video room %s, %s: %s", work.room_id, work.deed, error)
            return Outcome(error=error)
        except Exception as error:  # an answer of a shape that nobody thought of must not stop the others
            # Without its text, which may hold what must not be in a log.
            frames = "".join(traceback.format_tb(error.__traceback__))
            _logger.error("Video room %s, %s: %s\n%s", work.room_id, work.deed, type(error).__name__, frames)
            return Outcome(error=Unreachable(f"The answer could not be read ({type(error).__name__})."))

    @api.model
    def _call_delete(self, work):
        room = work.room if work.room.external_id else work.adapter.find(work.meeting)
        if room:
            try:
                work.adapter.delete(room)
            except RoomGone:
                _logger.debug("Video room %s was removed already", work.room_id)

    # Write down

    @api.model
    def _settle(self, work, outcome):
        """Write down what came of a call. What was wanted may have changed while it was on its way."""
        room = self.browse(work.room_id).exists()
        if not room:
            return False
        room.busy_until = False
        if outcome.error:
            room._settle_error(outcome.error)
        elif work.deed == "delete":
            room.write({"state": "removed", "next_try": False, "error_code": False, "error_words": False})
        else:
            is_news = room._keep(outcome.made, work.wish)
            is_done = not room.dropped and room.wish == work.wish
            room.next_try = False if is_done else _now()
            if is_news and not room.dropped:
                room.untold = "ready"
        room.provider_id._note(outcome.error)
        if room.next_try:
            room._trigger_queue(room.next_try)
        return True

    def _settle_error(self, error):
        """Decide when to try again, and who has to know."""
        self.ensure_one()
        now, tries = _now(), self.tries + 1
        wait = self._get_wait(error, tries)
        values = {
            "tries": tries,
            "error_code": error.code,
            "error_words": str(error)[:500],
            "next_try": now + wait if wait else False,
        }
        if self.dropped:
            values["state"] = "removing" if wait else "failed"
        elif not self.address:
            values["state"] = "late" if wait else "failed"
            is_pressing = tries >= LATE_AFTER or self.start - now < SOON or isinstance(error, CredentialsRefused)
            if not wait or (is_pressing and not self.told_late):
                values |= {"untold": "late", "told_late": True}
        elif not wait:
            values["untold"] = "late"  # it has a room, of which the provider knows the wrong hour
        self.write(values)

    def _get_wait(self, error, tries):
        """Return the ``timedelta`` after which to try again, or nothing to give up."""
        self.ensure_one()
        if tries > len(TRY_AGAIN_AFTER) or not (error.may_pass or isinstance(error, CredentialsRefused)):
            return None
        if isinstance(error, RateLimited) and error.retry_after:
            return timedelta(seconds=max(error.retry_after, LEAST_WAIT))
        minutes = TRY_AGAIN_AFTER[tries - 1]
        if isinstance(error, CredentialsRefused):
            return timedelta(minutes=max(minutes, MENDED_AFTER))
        # The closer the meeting, the more often.
        left = (self.start - _now()) / 2
        return min(timedelta(minutes=minutes), max(left, timedelta(minutes=1)))

    # Tell

    @api.model
    def _tell_one(self, failed):
        """Tell one owner what has become of its room: in a transaction of its own, so that the room is not lost when
        the owner cannot follow.

        :param failed: list of ids of rooms whose owners could not follow in this run
        """
        room = self._lock_one(SQL("untold IS NOT NULL"), failed)
        if not room:
            return False
        kind, owner = room.untold, room._get_owner()
        try:
            with self.env.cr.savepoint():
                room.untold = False
                if owner and kind == "ready":
                    owner._on_room_ready()
                elif owner:
                    owner._on_room_late()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception:
            _logger.exception("%s could not follow its video room %s", owner, room.id)
            failed.append(room.id)
        return True

    def _get_owner(self):
        """Return the record that has this room now, with all rights, or nothing."""
        self.ensure_one()
        if self.res_model not in self.env or "videoconf_room_id" not in self.env[self.res_model]._fields:
            return None
        owner = self.env[self.res_model].sudo().browse(self.res_id).exists()
        return owner.filtered(lambda owner: owner.videoconf_room_id == self and not self.dropped)

    @api.autovacuum
    def _gc_rooms(self):
        """Forget rooms long after they were given back or used by what is there no more."""
        long_ago = _now() - KEPT
        old = self.search([("stop", "<", long_ago), ("next_try", "=", False), ("state", "in", ("removed", "failed"))])
        old.unlink()


def _now():
    return fields.Datetime.now()
