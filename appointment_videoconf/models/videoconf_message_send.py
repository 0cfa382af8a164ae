import logging
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL, email_normalize, formataddr

from odoo.addons.appointment_booking.models.booking_message import TRY_AGAIN_AFTER

from .videoconf_message import CLOCK, ICS_METHODS, TEMPLATES

_logger = logging.getLogger(__name__)

# What consent is asked for: the words of it name invitations.
INVITATIONS = ("invited", "choice")
AT_ONCE = 100
TRIES = 5


class VideoconfMessage(models.Model):
    """Finding what is due, filling in the templates, and seeing to it that it leaves: the scheduled action.

    Nothing here is remembered between runs: it may be killed anywhere, and the next one goes on.
    """

    _inherit = "videoconf.message"

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
        """Write down what is due by the clock: found, and kept from being told twice, by the database alone.

        An hour that had passed when the conference was planned for its time is not due.

        :return: how many are new
        """
        for model in ("videoconf.conference", "videoconf.guest", "videoconf.message", "calendar.attendee"):
            self.env[model].flush_model()
        now, done = fields.Datetime.now(), 0
        for what, (before, late) in CLOCK.items():
            is_alert = what == "alert"
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO videoconf_message (
                        conference_id, guest_id, recipient, address, what, due, state, tries,
                        create_uid, create_date, write_uid, write_date
                    )
                    SELECT c.id, %(guest)s, %(recipient)s, p.email, %(what)s, c.start - %(before)s, 'queued', 0,
                           %(uid)s, %(now)s, %(uid)s, %(now)s
                      FROM videoconf_conference c
                      %(join)s
                     WHERE c.state = 'planned' AND c.start > %(now)s
                       AND c.start <= %(now)s + %(before)s
                       AND c.start > %(now)s + %(before)s - %(late)s
                       AND c.start - %(before)s > c.planned_since
                       AND %(conditions)s
                    ON CONFLICT DO NOTHING
                    """,
                    what=what,
                    guest=SQL("NULL::integer") if is_alert else SQL("g.id"),
                    recipient=SQL("'organiser'") if is_alert else SQL("'guest-' || g.id"),
                    before=before,
                    late=late,
                    now=now,
                    uid=self.env.uid,
                    join=SQL(
                        "JOIN res_users u ON u.id = c.user_id JOIN res_partner p ON p.id = u.partner_id"
                        if is_alert
                        else "JOIN videoconf_guest g ON g.conference_id = c.id "
                        "JOIN res_partner p ON p.id = g.partner_id"
                    ),
                    conditions=SQL("TRUE")
                    if is_alert
                    else SQL(
                        "c.remind AND NOT COALESCE(g.is_removed, FALSE) AND NOT EXISTS ("
                        "SELECT FROM calendar_attendee a WHERE a.id = g.attendee_id AND a.state = 'declined')"
                    ),
                )
            )
            done += self.env.cr.rowcount
        self.env["videoconf.conference"].invalidate_model(["message_log_ids"])
        return done

    @api.model
    def _prepare_some(self):
        """Fill in some messages and put them into Odoo's queue; return how many. Other processes take other rows."""
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
                SELECT id FROM videoconf_message
                 WHERE state = 'queued' AND prepared_at IS NULL
                 ORDER BY id LIMIT %s
                   FOR UPDATE SKIP LOCKED
                """,
                AT_ONCE,
            )
        )
        messages = self.browse([message_id for (message_id,) in self.env.cr.fetchall()])
        wanted, over = messages._split_wanted()
        over._give_up("cancelled", self.env._("It was no longer wanted: the conference has changed or is over."))
        for alert in wanted.filtered(lambda message: message.what == "alert"):
            alert._alert()
        to_guests = wanted.filtered("guest_id").grouped(
            lambda message: (message.what, message.conference_id.template_id, message._get_lang())
        )
        for (_what, _template, lang), group in to_guests.items():
            group._queue_each_if_need_be(group[0]._get_template(), lang)
        return len(messages)

    def _get_template(self):
        conference = self.conference_id
        if self.what in ("invited", "choice") and conference.template_id:
            return conference.template_id
        return (
            self.env.ref(f"appointment_videoconf.{TEMPLATES[self.what]}", raise_if_not_found=False)
            or self.env["mail.template"]
        )

    def _get_lang(self):
        return self.guest_id.partner_id.lang or self.conference_id.user_id.lang

    def _alert(self):
        """Tell the organiser that it begins: once, in Odoo."""
        conference = self.conference_id._for_organiser()
        self.write({"prepared_at": fields.Datetime.now(), "outcome": "sent"})
        wording = conference.env["booking.journey"]._wording_of(conference.user_id.tz or conference.tz or "UTC")
        conference._tell_organiser(
            conference.env._("Your video conference begins at %s", wording.hour(conference.start)),
            Markup('<a href="%s" target="_blank">%s</a>')
            % (conference._get_staff_join_url(), conference.env._("Join the video conference")),
            pop_up=True,
        )

    def _queue_each_if_need_be(self, template, lang):
        """Prepare messages of one template; one that cannot be filled in fails alone, with its reason."""
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
                    _logger.warning("Message %s of conference %s: %s", message.id, message.conference_id.id, error)
                    message._give_up("failed", str(error).strip()[:500])

    def _queue(self, template, lang):
        template = template.with_context(template_preview_lang=lang if lang in dict(self._installed()) else None)
        unreachable = self.filtered(lambda message: not email_normalize(message.address or ""))
        unreachable._give_up("failed", self.env._("No e-mail address is known."))
        messages = self - unreachable
        if not messages:
            return
        messages.prepared_at = fields.Datetime.now()
        rendered = template._generate_template(messages.guest_id.ids, ("subject", "body_html", "attachment_ids"))
        mails = (
            self.env["mail.mail"]
            .with_context(mail_notify_author=False)
            .create([message._get_mail_values(template, rendered[message.guest_id.id]) for message in messages])
        )
        sent = self.env["mail.notification"].create(
            [
                {
                    "author_id": mail.author_id.id,
                    "mail_message_id": mail.mail_message_id.id,
                    "res_partner_id": message.guest_id.partner_id.id,
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

    @api.model
    def _installed(self):
        return self.env["res.lang"].get_installed()

    def _get_mail_values(self, template, values):
        conference, guest = self.conference_id, self.guest_id
        sender = conference.sender_id
        # A line break that somebody typed must not begin another header.
        name = " ".join((guest.partner_id.name or "").splitlines())
        attachments = [fields.Command.link(file_id) for file_id in values.get("attachment_ids", ())]
        if content := self._get_ics():
            attachments.append(
                fields.Command.create(
                    {
                        "name": "invite.ics",
                        "raw": content,
                        "mimetype": "text/calendar",
                        "res_model": "mail.message",
                        "res_id": 0,
                    }
                )
            )
        return {
            "model": conference._name,
            "res_id": conference.id,
            "author_id": sender.partner_id.id,
            "email_from": sender.email_formatted or conference.company_id.email_formatted,
            "reply_to": sender.email_formatted or conference.company_id.email_formatted,
            "subject": " ".join((values["subject"] or "").splitlines()),
            "body_html": values["body_html"],
            "body": values["body_html"],
            "email_to": formataddr((name, email_normalize(self.address))),
            "mail_server_id": template.mail_server_id.id,
            "auto_delete": True,
            "is_notification": True,  # what is written stays with the conference when the e-mail has left the queue
            "record_company_id": conference.company_id.id,
            "record_alias_domain_id": conference.company_id.alias_domain_id.id,
            "attachment_ids": attachments,
            # Mail programs offer to unsubscribe by one click (RFC 8058).
            "headers": repr(
                {
                    "List-Unsubscribe": f"<{guest._get_block_link()}>",
                    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                }
            ),
        }

    def _get_ics(self):
        method = ICS_METHODS.get(self.what)
        return self.guest_id._get_ics(method) if method and self.conference_id.start else None

    # Is it read?

    def _may_note_opening(self):
        """Tell whether the guest has agreed to be seen opening this e-mail, and the organiser wants to hear of it."""
        self.ensure_one()
        return self.what in INVITATIONS and self.guest_id._may_be_seen_opening()

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
                SELECT m.id FROM videoconf_message m
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
        over._give_up("cancelled", self.env._("It was no longer wanted: the conference has changed or is over."))
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
        messages = self.env["videoconf.message"].sudo()
        queued = messages.search([("state", "=", "queued"), ("mail_notification_id.mail_mail_id", "in", self.ids)])
        _wanted, over = queued._split_wanted()
        over._give_up("cancelled", self.env._("It was no longer wanted: the conference has changed or is over."))
        return super()._send(*args, **kwargs)
