from markupsafe import Markup

from odoo import api, fields, models

from odoo.addons.sms.tools.sms_tools import sms_content_to_rendered_html

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
    """How messages about appointments are filled in: e-mails and SMS."""

    _inherit = "booking.message"
    _ics_name = "appointment.ics"

    def _get_template(self):
        notification = self.notification_id
        return notification._get_template() if notification else self.env["mail.template"]

    def _get_lang(self):
        return self.lang

    def _get_recipient_name(self):
        return self.recipient_name

    def _fill_in(self, template):
        if template._name == "sms.template":
            return self._queue_sms(template)
        return super()._fill_in(template)

    # E-mail

    @api.model
    def _get_rendered(self, template):
        return (*ALWAYS_RENDERED, *(name for name in RENDERED_IF_SET if template[name]))

    def _get_mail_values(self, template, values, entry):
        result = super()._get_mail_values(template, values, entry) | {
            "email_cc": values.get("email_cc"),
            "reply_to": values["reply_to"] or values["email_from"],
            "auto_delete": template.auto_delete,
        }
        if values["email_from"]:
            result["email_from"] = values["email_from"]
        return result

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

    def _own_attachments(self, mail, values):
        result = super()._own_attachments(mail, values)
        if reports := values.get("attachments"):
            mail.attachment_ids = [
                fields.Command.create(
                    {"name": name, "datas": datas, "res_model": "mail.message", "res_id": mail.mail_message_id.id}
                )
                for name, datas in reports
            ]
        return result

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
        for message, post in zip(self, posts, strict=True):
            message.mail_message_id = post
        return super()._follow(posts, values)
