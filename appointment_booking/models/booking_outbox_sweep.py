import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from .booking_outbox import TRY_AGAIN_AFTER

_logger = logging.getLogger(__name__)

PREPARED_AT_ONCE = 100
TRIED_AT_ONCE = 2000
TRIES = 5
NOTHING = SQL()


class BookingOutbox(models.AbstractModel):
    """Seeing to it that messages leave: a scheduled action of each model.

    Nothing here is remembered between runs: it may be killed anywhere, and the next one goes on.
    """

    _inherit = "booking.outbox"

    # The scheduled action that calls :meth:`_cron_send`.
    _cron = ""
    # In which order messages, ``m``, are prepared.
    _first = SQL("m.id")

    @api.model
    def _cron_send(self):
        """Write down what is due, prepare what is written down, try again what did not leave; in small transactions."""
        while True:
            done = sum(self._in_turn(step) for step in self._get_steps())
            left = self.env["ir.cron"]._commit_progress(remaining=1 if done else 0)
            if not done or left <= 0:
                break

    @api.model
    def _get_steps(self):
        """Return the functions that do some of the work, each in one transaction, and return how much they did."""
        return [self._claim_due, self._prepare_some, self._try_again]

    @api.model
    def _in_turn(self, step):
        """Do a step in a transaction of its own, once more where another process did the same at the same time."""
        for attempt in range(TRIES):
            try:
                done = step()
                self.env["ir.cron"]._commit_progress(done)
                self.env.invalidate_all()
                return done
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as error:
                self.env.cr.rollback()
                _logger.debug("%s, try %s: %s", step.__name__, attempt + 1, error)
        return 0

    @api.model
    def _trigger_sweep(self, at=None):
        self.env.ref(self._cron).sudo()._trigger(at)

    @api.model
    def _claim_due(self):
        """Write down some of what is due by the clock; return how many are new."""
        raise NotImplementedError

    # Hand it to Odoo's queues

    @api.model
    def _prepare_some(self):
        """Fill in some messages and put them into Odoo's queues; return how many. Other processes take other rows."""
        messages = self._lock(
            SQL("m.state = 'queued' AND m.prepared_at IS NULL AND %s", self._get_ready_condition()),
            SQL("ORDER BY %s LIMIT %s", self._first, PREPARED_AT_ONCE),
        )
        messages._prepare()
        return len(messages)

    @api.model
    def _get_ready_condition(self):
        """Return what is true of a message, ``m``, that need not wait any longer to be filled in.

        Other modules add conditions for messages that would lack something which is about to come.
        """
        return SQL("TRUE")

    @api.model
    def _lock(self, condition, limit, join=NOTHING):
        """Return the messages, ``m``, of a condition that no other process works on."""
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT m.id FROM %s m %s WHERE %s %s FOR UPDATE OF m SKIP LOCKED",
                SQL.identifier(self._table),
                join,
                condition,
                limit,
            )
        )
        return self.browse([message_id for (message_id,) in rows])

    # Try again

    @api.model
    def _try_again(self):
        """Put back into the queue what a server did not take a while ago; return how many."""
        self.env["mail.notification"].flush_model(["notification_status"])
        now = fields.Datetime.now()
        messages = self._lock(
            SQL("m.state = 'queued' AND m.prepared_at IS NOT NULL AND (m.next_try IS NULL OR m.next_try <= %s)", now),
            SQL("LIMIT %s", TRIED_AT_ONCE),
            SQL("JOIN mail_notification n ON n.id = m.mail_notification_id AND n.notification_status = 'exception'"),
        )
        wanted = messages._keep_wanted()
        for tries, fresh in wanted.filtered(lambda message: not message.next_try).grouped("tries").items():
            fresh.next_try = now + timedelta(minutes=TRY_AGAIN_AFTER[tries])
        waited = wanted.filtered(lambda message: message.next_try <= now)
        for tries, group in waited.grouped("tries").items():
            group.write({"tries": tries + 1, "next_try": False})
        waited._queue_again()
        return len(messages)

    def _queue_again(self):
        """Let Odoo's queues send the same e-mails and SMS once more: their identity (Message-Id) stays."""
        sent = self.mail_notification_id
        mails = sent.mail_mail_id.filtered(lambda mail: mail.state == "exception")
        texts = self.env["sms.sms"].browse(sent.mapped("sms_id_int")).exists()
        mails.mark_outgoing()
        texts.filtered(lambda text: text.state == "error").write({"state": "outgoing", "failure_type": False})
        sent.write({"notification_status": "ready", "failure_type": False, "failure_reason": False})
        self._trigger_queues(mails, texts)
        gone = self.filtered(
            lambda message: (
                not (message.mail_notification_id.mail_mail_id & mails)
                and message.mail_notification_id.sms_id_int not in texts.ids
            )
        )
        gone._give_up("cancelled", "removed")

    @api.model
    def _trigger_queues(self, mails, texts=None):
        if mails:
            self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
        if texts:
            self.env.ref("sms.ir_cron_sms_scheduler_action").sudo()._trigger()
