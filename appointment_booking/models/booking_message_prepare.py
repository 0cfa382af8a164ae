import logging

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import email_normalize, formataddr

from odoo.addons.sms.tools.sms_tools import sms_content_to_rendered_html

_logger = logging.getLogger(__name__)

# What the attached entry asks of the recipient's calendar.
ICS_METHODS = {
    "booked": "REQUEST",
    "assigned": "REQUEST",
    "modified": "REQUEST",
    "cancelled": "CANCEL",
    "released": "CANCEL",
}
ALWAYS_RENDERED = ("subject", "body_html", "email_from", "reply_to")
RENDERED_IF_SET = ("email_cc", "attachment_ids", "report_template_ids")


class BookingMessage(models.Model):
    """Filling in the templates, and putting the e-mails and SMS into Odoo's queues: many at a time."""

    _inherit = "booking.message"

    def _prepare(self):
        """Prepare messages; one that cannot be filled in fails alone, with its reason."""
        wanted, over = self._split_wanted()
        over._give_up("cancelled", "over")
        for (notification, lang), messages in wanted.grouped(
            lambda message: (message.notification_id, message.lang)
        ).items():
            if not notification._get_template():
                messages._give_up("failed", "no_template")
                continue
            try:
                with self.env.cr.savepoint():
                    messages._queue(notification, lang)
            except Exception:
                _logger.info("Some of %s messages cannot be filled in: one by one", len(messages), exc_info=True)
                for message in messages:
                    message._queue_alone(notification, lang)

    def _queue_alone(self, notification, lang):
        try:
            with self.env.cr.savepoint():
                self._queue(notification, lang)
        except Exception as error:
            while error.__cause__:
                error = error.__cause__
            _logger.warning("Message %s of appointment %s: %s", self.id, self.appointment_id.id, error)
            self._give_up("failed", "broken", str(error).strip()[:500])

    def _queue(self, notification, lang):
        """Queue messages of one notification in one language.

        :param lang: code of the recipients' language, or nothing where the template decides
        """
        self.prepared_at = fields.Datetime.now()
        known = dict(self.env["res.lang"].get_installed())
        template = notification._get_template().with_context(template_preview_lang=lang if lang in known else None)
        if notification.channel == "sms":
            self._queue_sms(template)
        else:
            self._queue_emails(template)
        self.flush_recordset()

    # E-mail

    def _queue_emails(self, template):
        invalid = self.filtered(lambda message: not email_normalize(message.address))
        invalid._give_up("failed", "bad_email")
        messages = self - invalid
        if not messages:
            return
        rendered = template._generate_template(
            messages.appointment_id.ids,
            (*ALWAYS_RENDERED, *(name for name in RENDERED_IF_SET if template[name])),
        )
        entries = messages._create_ics()
        mails = (
            self.env["mail.mail"]
            .with_context(mail_notify_author=False)
            .create(
                [
                    message._get_mail_values(template, rendered[message.appointment_id.id], entries.get(message))
                    for message in messages
                ]
            )
        )
        messages._own_attachments(mails, rendered)
        messages._follow(
            mails.mail_message_id,
            [
                {
                    "notification_type": "email",
                    "mail_mail_id": mail.id,
                    "mail_email_address": email_normalize(message.address),
                }
                for mail, message in zip(mails, messages, strict=True)
            ],
        )
        self._trigger_queues(mails, None)

    def _get_mail_values(self, template, values, entry):
        appointment = self.appointment_id
        company = appointment.company_id
        result = {
            "model": appointment._name,
            "res_id": appointment.id,
            "author_id": company.partner_id.id,
            # A line break that somebody typed must not begin another header.
            "subject": " ".join((values["subject"] or "").splitlines()),
            "body_html": values["body_html"],
            "body": values["body_html"],
            "email_to": formataddr((" ".join((self.recipient_name or "").splitlines()), email_normalize(self.address))),
            "email_cc": values.get("email_cc"),
            "reply_to": values["reply_to"] or values["email_from"],
            "mail_server_id": template.mail_server_id.id,
            "auto_delete": template.auto_delete,
            "is_notification": True,  # what is written stays with the appointment when the e-mail has left the queue
            "record_company_id": company.id,
            "record_alias_domain_id": company.alias_domain_id.id,
            "attachment_ids": [
                fields.Command.link(attachment_id)
                for attachment_id in (*values.get("attachment_ids", ()), *(entry or self.env["ir.attachment"]).ids)
            ],
        }
        if values["email_from"]:
            result["email_from"] = values["email_from"]
        return result

    def _create_ics(self):
        """Return ``{message: attachment}`` for those that bring an entry for the recipient's calendar."""
        values = {}
        for message in self:
            if content := message._get_ics():
                values[message] = {
                    "name": "appointment.ics",
                    "raw": content,
                    "mimetype": "text/calendar",
                    "res_model": "mail.message",
                    "res_id": 0,
                }
        attachments = self.env["ir.attachment"].create(list(values.values()))
        return dict(zip(values, attachments, strict=True))

    def _get_ics(self):
        """Return the calendar entry that belongs to the message, as bytes, or nothing."""
        method = self._get_ics_method()
        if not method:
            return None
        if self.recipient == "booker":
            return self.appointment_id._get_ics(method)
        is_advisor = self.event == "released" or self.user_id == self.appointment_id.user_id
        if self.user_id and is_advisor and not self.user_id._has_any_active_synchronization():
            return self.appointment_id._get_staff_ics(method, self.user_id)
        return None

    def _get_ics_method(self):
        """Return what the attached entry asks of the recipient's calendar, or nothing where none is attached."""
        return ICS_METHODS.get(self.event)

    def _own_attachments(self, mails, rendered):
        """Hang new files on the messages that carry them, as Odoo does: whoever may read these may open them."""
        for mail, message in zip(mails, self, strict=True):
            for attachment in mail.mail_message_id.attachment_ids:
                if attachment.res_model == "mail.message" and not attachment.res_id:
                    attachment.res_id = mail.mail_message_id.id
            reports = rendered[message.appointment_id.id].get("attachments")
            if reports:
                mail.attachment_ids = [
                    fields.Command.create(
                        {
                            "name": name,
                            "datas": datas,
                            "res_model": "mail.message",
                            "res_id": mail.mail_message_id.id,
                        }
                    )
                    for name, datas in reports
                ]

    # SMS

    def _queue_sms(self, template):
        bodies = template._render_field("body", self.appointment_id.ids, compute_lang=True)
        note = self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_note")
        texts = [str(bodies[message.appointment_id.id]).strip() for message in self]
        posts = self.env["mail.message"].create(
            [
                {
                    "model": message.appointment_id._name,
                    "res_id": message.appointment_id.id,
                    "author_id": message.appointment_id.company_id.partner_id.id,
                    "email_from": message.appointment_id.company_id.email_formatted,
                    "reply_to": False,
                    "message_type": "sms",
                    "subtype_id": note,
                    "body": Markup(sms_content_to_rendered_html(text)),
                    "record_company_id": message.appointment_id.company_id.id,
                }
                for message, text in zip(self, texts, strict=True)
            ]
        )
        queued = self.env["sms.sms"].create(
            [
                {
                    "number": message._get_number(),
                    "body": text,
                    "mail_message_id": post.id,
                    "partner_id": message.user_id.partner_id.id,
                    "state": "outgoing",
                }
                for message, text, post in zip(self, texts, posts, strict=True)
            ]
        )
        self._follow(
            posts,
            [
                {
                    "notification_type": "sms",
                    "sms_id_int": text.id,
                    "sms_number": text.number,
                    "sms_tracker_ids": [fields.Command.create({"sms_uuid": text.uuid})],
                }
                for text in queued
            ],
        )
        self._trigger_queues(None, queued)

    def _get_number(self):
        """Return the number in E.164: staff may have written it as people do."""
        return self.appointment_id._phone_format(number=self.address) or self.address

    # What becomes of it

    def _follow(self, posts, values):
        """Let Odoo report on each: its notification gets to know of errors, bounces and deliveries."""
        sent = self.env["mail.notification"].create(
            [
                {
                    "author_id": post.author_id.id,
                    "mail_message_id": post.id,
                    "notification_status": "ready",
                    "is_read": True,
                    **value,
                }
                for post, value in zip(posts, values, strict=True)
            ]
        )
        for message, post, notification in zip(self, posts, sent, strict=True):
            message.write({"mail_message_id": post.id, "mail_notification_id": notification.id})

    @api.model
    def _drop_unwanted(self, domain):
        """Take out of Odoo's queue, at the last moment, what is no longer wanted.

        :param domain: tells those that are about to be sent
        """
        messages = self.sudo().search([("state", "=", "queued"), ("prepared_at", "!=", False), *domain])
        _wanted, over = messages._split_wanted()
        over._give_up("cancelled", "over")


class MailMail(models.Model):
    _inherit = "mail.mail"

    def _send(self, *args, **kwargs):
        self.env["booking.message"]._drop_unwanted([("mail_notification_id.mail_mail_id", "in", self.ids)])
        return super()._send(*args, **kwargs)

    def unlink(self):
        """Tell apart what was sent and tidied away from what somebody took out of the queue."""
        waiting = self.filtered(lambda mail: mail.state in ("outgoing", "exception"))
        if waiting:
            messages = self.env["booking.message"].sudo()
            messages.search(
                [("mail_notification_id.mail_mail_id", "in", waiting.ids), ("state", "=", "queued")]
            )._give_up("cancelled", "removed")
        return super().unlink()

    def write(self, vals):
        result = super().write(vals)
        # Odoo leaves the notification of an e-mail as it was when somebody cancels or retries the e-mail by hand.
        status = {"cancel": "canceled", "outgoing": "ready"}.get(vals.get("state"))
        if status:
            sent = self.env["booking.message"].sudo().search([("mail_notification_id.mail_mail_id", "in", self.ids)])
            sent.mail_notification_id.filtered(lambda sent: sent.notification_status != status).write(
                {"notification_status": status}
            )
        return result


class SmsSms(models.Model):
    _inherit = "sms.sms"

    def _send(self, *args, **kwargs):
        self.env["booking.message"]._drop_unwanted([("mail_notification_id.sms_id_int", "in", self.ids)])
        waiting = self.filtered(lambda text: text.state == "outgoing")
        return super(SmsSms, waiting)._send(*args, **kwargs) if waiting else None
