import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL, email_normalize, formataddr

from odoo.addons.appointment_booking.models.booking_message import TRY_AGAIN_AFTER

from .business_meeting_message import ICS_METHODS, LATE

_logger = logging.getLogger(__name__)

AT_ONCE = 100
TRIES = 5


class BusinessMeetingMessage(models.Model):
    """Finding what is due, filling in the templates, and seeing to it that it leaves: the scheduled action.

    Nothing here is remembered between runs: it may be killed anywhere, and the next one goes on.
    """

    _inherit = "business.meeting.message"

    @api.model
    def _cron_send(self):
        """Write down what is due, prepare what is written down, try again what did not leave; in small transactions."""
        while True:
            done = sum(self._in_turn(step) for step in (self._claim_due, self._prepare_some, self._try_again))
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

    @api.model
    def _claim_due(self):
        """Write down the reminders whose hour has come; return how many are new.

        What was agreed after that hour is not reminded of: the confirmation has just said it.
        """
        self.env.flush_all()
        now = fields.Datetime.now()
        self.env.cr.execute(
            SQL(
                """
                SELECT m.id
                  FROM business_meeting m
                  JOIN event_event e ON e.id = m.event_id
                 WHERE m.state = 'confirmed' AND m.start > %(now)s AND e.meeting_mail_reminder
                   AND m.start - make_interval(hours => e.meeting_reminder_hours)
                       BETWEEN %(now)s - %(late)s AND %(now)s
                   AND m.start - make_interval(hours => e.meeting_reminder_hours) > m.answered_at
                   AND NOT EXISTS (
                       SELECT FROM business_meeting_message o
                        WHERE o.meeting_id = m.id AND o.what = 'reminder'
                          AND o.due = m.start - make_interval(hours => e.meeting_reminder_hours)
                   )
                 ORDER BY m.start LIMIT %(limit)s
                """,
                now=now,
                late=LATE,
                limit=AT_ONCE,
            )
        )
        meetings = self.env["business.meeting"].browse([meeting_id for (meeting_id,) in self.env.cr.fetchall()])
        return self._claim(
            [
                (meeting, side, "reminder", meeting.start - timedelta(hours=meeting.event_id.meeting_reminder_hours))
                for meeting in meetings
                for side in ("partner", "participant")
            ]
        )

    @api.model
    def _prepare_some(self):
        """Fill in some messages and put them into Odoo's queue; return how many. Other processes take other rows."""
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
                SELECT id FROM business_meeting_message
                 WHERE state = 'queued' AND prepared_at IS NULL
                 ORDER BY id LIMIT %s
                   FOR UPDATE SKIP LOCKED
                """,
                AT_ONCE,
            )
        )
        messages = self.browse([message_id for (message_id,) in self.env.cr.fetchall()])
        wanted, over = messages._split_wanted()
        over._give_up("cancelled", self._say_over())
        for (what, lang), group in wanted.grouped(lambda message: (message.what, message._get_lang())).items():
            group._queue_each_if_need_be(group._get_template(what), lang)
        return len(messages)

    @api.model
    def _say_over(self):
        return self.env._("It was no longer wanted: the meeting has changed or is over.")

    @api.model
    def _get_template(self, what):
        template = f"appointment_business_meeting.mail_template_{what}"
        return self.env.ref(template, raise_if_not_found=False) or self.env["mail.template"]

    def _get_lang(self):
        meeting = self.meeting_id
        return meeting._get_contact(self.recipient).lang or meeting.event_id.lang or self.env.lang

    def _queue_each_if_need_be(self, template, lang):
        """Prepare messages of one template; one that cannot be filled in fails alone, with its reason."""
        if not template:
            self._give_up("failed", self.env._("The template of this e-mail was deleted."))
            return
        try:
            with self.env.cr.savepoint():
                self._queue(template, lang)
        except Exception:
            _logger.info("Some of %s messages cannot be filled in: one by one", len(self), exc_info=True)
            for message in self:
                try:
                    with self.env.cr.savepoint():
                        message._queue(template, lang)
                except Exception as error:
                    while error.__cause__:
                        error = error.__cause__
                    _logger.warning("Message %s of business meeting %s: %s", message.id, message.meeting_id.id, error)
                    message._give_up("failed", str(error).strip()[:500])

    def _queue(self, template, lang):
        installed = dict(self.env["res.lang"].get_installed())
        template = template.with_context(template_preview_lang=lang if lang in installed else None)
        unreachable = self.filtered(lambda message: not email_normalize(message.address or ""))
        unreachable._give_up("failed", self.env._("No e-mail address is known."))
        messages = self - unreachable
        if not messages:
            return
        messages.prepared_at = fields.Datetime.now()
        rendered = template._generate_template(messages.ids, ("subject", "body_html", "attachment_ids"))
        mails = (
            self.env["mail.mail"]
            .with_context(mail_notify_author=False)
            .create([message._get_mail_values(template, rendered[message.id]) for message in messages])
        )
        sent = self.env["mail.notification"].create(
            [
                {
                    "author_id": mail.author_id.id,
                    "mail_message_id": mail.mail_message_id.id,
                    "res_partner_id": message.meeting_id._get_contact(message.recipient).id,
                    "mail_email_address": email_normalize(message.address),
                    "notification_type": "email",
                    "notification_status": "ready",
                    "mail_mail_id": mail.id,
                    "is_read": True,
                }
                for mail, message in zip(mails, messages, strict=True)
            ]
        )
        for mail, message, notification in zip(mails, messages, sent, strict=True):
            message.mail_notification_id = notification
            mail.mail_message_id.attachment_ids.filtered(
                lambda file: file.res_model == "mail.message" and not file.res_id
            ).res_id = mail.mail_message_id.id
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
        self.flush_recordset()

    def _get_mail_values(self, template, values):
        """Return the e-mail of one message. It hangs on the message, not on the meeting: the links in it are secret,
        and the chatter of the meeting is read by both sides.
        """
        meeting = self.meeting_id
        event = meeting.event_id
        sender = event.organizer_id.email_formatted or event.company_id.email_formatted
        contact = meeting._get_contact(self.recipient)
        name = meeting.registration_id.name if self.recipient == "participant" else contact.name
        attachments = [fields.Command.link(file_id) for file_id in values.get("attachment_ids", ())]
        if method := ICS_METHODS.get(self.what):
            if meeting.slot_id:
                attachments.append(
                    fields.Command.create(
                        {
                            "name": "meeting.ics",
                            "raw": meeting._get_ics(self.recipient, method),
                            "mimetype": "text/calendar",
                            "res_model": "mail.message",
                            "res_id": 0,
                        }
                    )
                )
        return {
            "model": self._name,
            "res_id": self.id,
            "author_id": event.company_id.partner_id.id,
            "email_from": sender,
            "reply_to": sender,
            # A line break that somebody typed must not begin another header.
            "subject": " ".join((values["subject"] or "").splitlines()),
            "body_html": values["body_html"],
            "body": values["body_html"],
            "email_to": formataddr((" ".join((name or "").splitlines()), email_normalize(self.address))),
            "mail_server_id": template.mail_server_id.id,
            "auto_delete": True,
            "is_notification": True,
            "record_company_id": event.company_id.id,
            "record_alias_domain_id": event.company_id.alias_domain_id.id,
            "attachment_ids": attachments,
        }

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
                SELECT m.id FROM business_meeting_message m
                  JOIN mail_notification n ON n.id = m.mail_notification_id AND n.notification_status = 'exception'
                 WHERE m.state = 'queued' AND m.prepared_at IS NOT NULL
                   AND (m.next_try IS NULL OR m.next_try <= %s)
                 LIMIT %s
                   FOR UPDATE OF m SKIP LOCKED
                """,
                now,
                AT_ONCE,
            )
        )
        messages = self.browse([message_id for (message_id,) in self.env.cr.fetchall()])
        wanted, over = messages._split_wanted()
        over._give_up("cancelled", self._say_over())
        for tries, fresh in wanted.filtered(lambda message: not message.next_try).grouped("tries").items():
            fresh.next_try = now + timedelta(minutes=TRY_AGAIN_AFTER[tries])
        waited = wanted.filtered(lambda message: message.next_try <= now)
        for tries, group in waited.grouped("tries").items():
            group.write({"tries": tries + 1, "next_try": False})
        sent = waited.mail_notification_id
        sent.mail_mail_id.filtered(lambda mail: mail.state == "exception").mark_outgoing()
        sent.write({"notification_status": "ready", "failure_type": False, "failure_reason": False})
        if sent:
            self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
        return len(messages)


class MailMail(models.Model):
    _inherit = "mail.mail"

    def _send(self, *args, **kwargs):
        """Take out of the queue, at the last moment, what is no longer wanted."""
        messages = self.env["business.meeting.message"].sudo()
        queued = messages.search([("state", "=", "queued"), ("mail_notification_id.mail_mail_id", "in", self.ids)])
        _wanted, over = queued._split_wanted()
        over._give_up("cancelled", messages._say_over())
        return super()._send(*args, **kwargs)
