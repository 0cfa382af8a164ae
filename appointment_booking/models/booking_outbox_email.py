import logging

from odoo import api, fields, models
from odoo.tools import email_normalize, formataddr

_logger = logging.getLogger(__name__)


class BookingOutbox(models.AbstractModel):
    """Filling in the templates, and putting the e-mails into Odoo's queue: many at a time."""

    _inherit = "booking.outbox"

    # What the entry for the recipient's calendar is called.
    _ics_name = "invite.ics"

    def _prepare(self):
        """Prepare messages; one that cannot be filled in fails alone, with its reason."""
        to_fill = self._keep_wanted()._tell_otherwise()
        groups = to_fill.grouped(lambda message: (message._get_template(), message._get_lang()))
        for (template, lang), messages in groups.items():
            if template:
                messages._queue_each_if_need_be(template, lang)
            else:
                messages._give_up("failed", "no_template")

    def _tell_otherwise(self):
        """Tell what needs no template; return the other messages."""
        return self

    def _queue_each_if_need_be(self, template, lang):
        try:
            with self.env.cr.savepoint():
                self._queue(template, lang)
        except Exception:
            _logger.info("Some of %s messages cannot be filled in: one by one", len(self), exc_info=True)
            for message in self:
                message._queue_alone(template, lang)

    def _queue_alone(self, template, lang):
        try:
            with self.env.cr.savepoint():
                self._queue(template, lang)
        except Exception as error:
            while error.__cause__:
                error = error.__cause__
            _logger.warning("%s, about %s: %s", self, self[self._about], error)
            self._give_up("failed", "broken", error=str(error).strip()[:500])

    def _queue(self, template, lang):
        """Queue messages of one template in one language.

        :param lang: code of the recipients' language, or nothing where the template decides
        """
        known = dict(self.env["res.lang"].get_installed())
        self._fill_in(template.with_context(template_preview_lang=lang if lang in known else None))
        self.flush_recordset()

    def _fill_in(self, template):
        """Queue messages of one template, which knows the language."""
        self._queue_emails(template)

    # How it is filled in

    def _get_template(self):
        """Return the ``mail.template`` of a message, or none where it was deleted."""
        raise NotImplementedError

    @api.model
    def _find_template(self, xmlid):
        """Return the ``mail.template`` of an external identifier, or none if it was deleted; without a query."""
        template_id = self.env["ir.model.data"]._xmlid_to_res_id(xmlid, raise_if_not_found=False)
        return self.env["mail.template"].browse(template_id or ())

    def _get_lang(self):
        """Return the code of the recipient's language, or nothing where the template decides."""
        raise NotImplementedError

    def _get_filled_in(self):
        """Return the record with which the template of a message is filled in."""
        return self[self._about]

    def _get_recipient_name(self):
        raise NotImplementedError

    def _get_recipient_partner(self):
        """Return the contact whom Odoo's report on the e-mail names; none where the address says enough."""
        return self.env["res.partner"]

    def _get_ics(self):
        """Return the entry for the recipient's calendar that belongs to a message, as bytes, or nothing."""
        return None

    # E-mail

    def _queue_emails(self, template):
        unreachable = self.filtered(lambda message: not email_normalize(message.address or ""))
        for cause, group in unreachable.grouped(lambda one: "bad_email" if one.address else "no_email").items():
            group._give_up("failed", cause)
        messages = self - unreachable
        if not messages:
            return
        filled_in = {message: message._get_filled_in().id for message in messages}
        texts = template._generate_template(list(dict.fromkeys(filled_in.values())), self._get_rendered(template))
        entries = messages._create_ics()
        mails = (
            self.env["mail.mail"]
            .with_context(mail_notify_author=False)
            .create(
                [
                    message._get_mail_values(template, texts[filled_in[message]], entries.get(message))
                    for message in messages
                ]
            )
        )
        for mail, message in zip(mails, messages, strict=True):
            message._own_attachments(mail, texts[filled_in[message]])
        messages._follow(
            mails.mail_message_id,
            [
                {
                    "notification_type": "email",
                    "mail_mail_id": mail.id,
                    "mail_email_address": email_normalize(message.address),
                    "res_partner_id": message._get_recipient_partner().id,
                }
                for mail, message in zip(mails, messages, strict=True)
            ],
        )
        self._trigger_queues(mails)

    @api.model
    def _get_rendered(self, template):
        """Return the names of the fields of a template that are filled in."""
        return ("subject", "body_html", "attachment_ids")

    def _get_mail_values(self, template, values, entry):
        """Return the e-mail of a message.

        :param values: what was filled in of the template
        :param entry: the ``ir.attachment`` for the recipient's calendar, or nothing
        """
        about, company = self[self._about], self.company_id
        attachments = [*values.get("attachment_ids", ()), *(entry or self.env["ir.attachment"]).ids]
        return {
            "model": about._name,
            "res_id": about.id,
            "author_id": company.partner_id.id,
            # A line break that somebody typed must not begin another header.
            "subject": _one_line(values["subject"]),
            "body_html": values["body_html"],
            "body": values["body_html"],
            "email_to": formataddr((_one_line(self._get_recipient_name()), email_normalize(self.address))),
            "mail_server_id": template.mail_server_id.id,
            "auto_delete": True,
            "is_notification": True,  # what is written stays there when the e-mail has left the queue
            "record_company_id": company.id,
            "record_alias_domain_id": company.alias_domain_id.id,
            "attachment_ids": [fields.Command.link(attachment_id) for attachment_id in attachments],
        }

    def _create_ics(self):
        """Return ``{message: attachment}`` for those that bring an entry for the recipient's calendar."""
        values = {}
        for message in self:
            if content := message._get_ics():
                values[message] = {
                    "name": self._ics_name,
                    "raw": content,
                    "mimetype": "text/calendar",
                    "res_model": "mail.message",
                    "res_id": 0,
                }
        attachments = self.env["ir.attachment"].create(list(values.values()))
        return dict(zip(values, attachments, strict=True))

    def _own_attachments(self, mail, values):
        """Hang new files on the message that carries them, as Odoo does: whoever may read it may open them.

        :param values: what was filled in of the template
        """
        for attachment in mail.mail_message_id.attachment_ids:
            if attachment.res_model == "mail.message" and not attachment.res_id:
                attachment.res_id = mail.mail_message_id.id

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
        now = fields.Datetime.now()
        for message, notification in zip(self, sent, strict=True):
            message.write({"mail_notification_id": notification.id, "prepared_at": now})

    @api.model
    def _get_outboxes(self):
        """Return all models of messages, with all rights."""
        names = self.env.registry.descendants(["booking.outbox"], "_inherit")
        return [self.env[name].sudo() for name in names if not self.env[name]._abstract]

    @api.model
    def _drop_unwanted(self, domain):
        """Take out of Odoo's queue, at the last moment, what is no longer wanted.

        :param domain: tells those that are about to be sent
        """
        for outbox in self._get_outboxes():
            outbox.search([("state", "=", "queued"), ("prepared_at", "!=", False), *domain])._keep_wanted()


class MailMail(models.Model):
    _inherit = "mail.mail"

    def _send(self, *args, **kwargs):
        self.env["booking.outbox"]._drop_unwanted([("mail_notification_id.mail_mail_id", "in", self.ids)])
        return super()._send(*args, **kwargs)

    def unlink(self):
        """Tell apart what was sent and tidied away from what somebody took out of the queue."""
        waiting = self.filtered(lambda mail: mail.state in ("outgoing", "exception"))
        if waiting:
            domain = [("mail_notification_id.mail_mail_id", "in", waiting.ids), ("state", "=", "queued")]
            for outbox in self.env["booking.outbox"]._get_outboxes():
                outbox.search(domain)._give_up("cancelled", "removed")
        return super().unlink()

    def write(self, vals):
        result = super().write(vals)
        # Odoo leaves the notification of an e-mail as it was when somebody cancels or retries the e-mail by hand.
        status = {"cancel": "canceled", "outgoing": "ready"}.get(vals.get("state"))
        if status:
            for outbox in self.env["booking.outbox"]._get_outboxes():
                sent = outbox.search([("mail_notification_id.mail_mail_id", "in", self.ids)]).mail_notification_id
                sent.filtered(lambda one: one.notification_status != status).notification_status = status
        return result


class SmsSms(models.Model):
    _inherit = "sms.sms"

    def _send(self, *args, **kwargs):
        self.env["booking.outbox"]._drop_unwanted([("mail_notification_id.sms_id_int", "in", self.ids)])
        waiting = self.filtered(lambda text: text.state == "outgoing")
        return super(SmsSms, waiting)._send(*args, **kwargs) if waiting else None


def _one_line(text):
    return " ".join((text or "").splitlines())
