import logging
from datetime import timedelta
from itertools import product

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from .booking_guest import TOLD_STATES
from .booking_message import TRY_AGAIN_AFTER

_logger = logging.getLogger(__name__)

CLAIMED_AT_ONCE = 2000
PREPARED_AT_ONCE = 100
TRIES = 5
# A reminder that comes this much after its hour no longer says what it was meant to say; nor does a follow-up.
LATEST = {"before": timedelta(hours=12), "after": timedelta(hours=24), "held": timedelta(days=2)}
CLOCKS = {"before": "start", "after": "stop", "held": "held_at"}
# How far back the sweep looks for what was missed, to send it or to say that it came too late.
LOOK_BACK = timedelta(days=3)


class BookingMessage(models.Model):
    """Finding what is due, and seeing to it that it leaves: the scheduled action.

    Nothing here is remembered between runs. Each run asks the database which appointments have reached the hour of
    which notification and have no row for it yet; it may be killed anywhere, and the next one goes on.
    """

    _inherit = "booking.message"

    @api.model
    def _cron_send(self):
        """Write down what is due, prepare what is written down, try again what did not leave; in small transactions."""
        collect = self.env["booking.appointment"]._collect_surveys
        while True:
            done = sum(self._in_turn(step) for step in (collect, self._claim_due, self._prepare_some, self._try_again))
            left = self.env["ir.cron"]._commit_progress(remaining=1 if done else 0)
            if not done or left <= 0:
                break

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

    # Find what is due

    @api.model
    def _claim_due(self):
        """Write down some of what is due by the clock; return how many."""
        self.env.cr.execute(self._get_due_query(fields.Datetime.now(), CLAIMED_AT_ONCE))
        found = self.env.cr.fetchall()
        notifications = self.env["booking.notification"].browse(dict.fromkeys(row[0] for row in found))
        appointments = self.env["booking.appointment"].browse(dict.fromkeys(row[1] for row in found))
        by_id = {record.id: record for record in notifications}, {record.id: record for record in appointments}
        return self._claim([(by_id[0][n], by_id[1][a], due) for n, a, due in found])

    @api.model
    def _get_due_query(self, now, limit):
        """Return the query of ``(notification, appointment, due)`` that has come due and is not written down.

        For each notification PostgreSQL reads a range of the index on the type and the start (before), the end (after)
        or when it was marked as held; nothing is read of appointments that are not about due. An hour that had passed
        when the appointment was planned for its time, or before the notification was as it is now, is not due.
        """
        for model in ("booking.appointment", "booking.notification", "booking.message", "booking.guest"):
            self.env[model].flush_model()
        branches = []
        for event, column in CLOCKS.items():
            clock = SQL.identifier("a", column)
            due = SQL("%s + n.offset * interval '1 minute'", clock)
            latest = SQL("%s - n.offset * interval '1 minute'", now)
            conditions = [
                SQL("%s <= %s", clock, latest),
                SQL("%s > %s - interval %s", clock, latest, f"{int(LOOK_BACK.total_seconds())} seconds"),
                SQL("%s > GREATEST(a.planned_since, n.since)", due),
            ]
            if event == "before":
                conditions += [SQL("a.state = 'planned'"), SQL("a.start > %s", now)]
            elif event == "after":
                conditions += [
                    SQL("a.state IN ('planned', 'done')"),
                    SQL("COALESCE(a.attendance, 'came') = 'came'"),
                ]
            else:
                conditions += self.env["booking.appointment"]._get_conditions_to_ask(due, now - LOOK_BACK)
            same_types = [SQL("a.type_id = n.type_id")]
            if event != "held":
                same_types.append(SQL("n.type_id IS NULL AND a.type_id IS NULL"))
            for same_type, reaches in product(same_types, (SQL("n.recipient != 'guest'"), self._reaches_guests(due))):
                branches.append(
                    SQL(
                        """
                        SELECT n.id AS notification_id, a.id AS appointment_id, %(due)s AS due
                          FROM booking_notification n
                          JOIN booking_appointment a ON %(same_type)s AND %(conditions)s
                         WHERE n.active AND n.event = %(event)s AND %(reaches)s
                        """,
                        reaches=reaches,
                        due=due,
                        same_type=same_type,
                        conditions=SQL(" AND ").join(conditions),
                        event=event,
                    )
                )
        return SQL(
            """
            SELECT found.*
              FROM (%s) found
             WHERE NOT EXISTS (
                SELECT FROM booking_message m
                 WHERE m.appointment_id = found.appointment_id
                   AND m.notification_id = found.notification_id
                   AND m.due = found.due
             )
             LIMIT %s
            """,
            SQL(" UNION ALL ").join(branches),
            limit,
        )

    @api.model
    def _reaches_guests(self, due):
        """Return what finds a message to guests only where somebody was invited before it was due.

        Where nobody is, nothing is written down: it would be looked for again and again. This is a branch of its own
        so that PostgreSQL reads the others by their index as if there were no guests.
        """
        return SQL(
            """
            n.recipient = 'guest' AND EXISTS (
                SELECT FROM booking_guest g
                 WHERE g.appointment_id = a.id AND g.state IN %s AND g.email IS NOT NULL AND g.invited_on < %s
            )
            """,
            TOLD_STATES,
            due,
        )

    @api.model
    def _is_too_late(self, event, due):
        return due < fields.Datetime.now() - LATEST[event]

    # Hand it to Odoo's queues

    @api.model
    def _prepare_some(self):
        """Fill in some messages and put them into Odoo's queues; return how many. Other processes take other rows."""
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
                SELECT m.id FROM booking_message m
                 WHERE m.state = 'queued' AND m.prepared_at IS NULL AND %s
                 ORDER BY m.rank, m.id LIMIT %s
                   FOR UPDATE OF m SKIP LOCKED
                """,
                self._get_ready_condition(),
                PREPARED_AT_ONCE,
            )
        )
        messages = self.browse([message_id for (message_id,) in self.env.cr.fetchall()])
        messages._prepare()
        return len(messages)

    @api.model
    def _get_ready_condition(self):
        """Return what is true of a message, ``m``, that need not wait any longer to be filled in.

        Other modules add conditions for messages that would lack something which is about to come.
        """
        return SQL("TRUE")

    # Try again

    @api.model
    def _try_again(self):
        """Put back into the queue what a server did not take a while ago; return how many."""
        self.flush_model()
        self.env["mail.notification"].flush_model(["notification_status"])
        now = fields.Datetime.now()
        self.env.cr.execute(
            SQL(
                """
                SELECT m.id FROM booking_message m
                  JOIN mail_notification n ON n.id = m.mail_notification_id AND n.notification_status = 'exception'
                 WHERE m.state = 'queued' AND m.prepared_at IS NOT NULL
                   AND (m.next_try IS NULL OR m.next_try <= %s)
                 LIMIT %s
                   FOR UPDATE OF m SKIP LOCKED
                """,
                now,
                CLAIMED_AT_ONCE,
            )
        )
        messages = self.browse([message_id for (message_id,) in self.env.cr.fetchall()])
        wanted, over = messages._split_wanted()
        over._give_up("cancelled", "over")
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
    def _trigger_queues(self, mails, texts):
        if mails:
            self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
        if texts:
            self.env.ref("sms.ir_cron_sms_scheduler_action").sudo()._trigger()
