from odoo import api, models
from odoo.fields import Command

# Nobody is told of it, nothing is written down about it, and nothing hides from it.
QUIETLY = {
    "active_test": False,
    "booking_forgetting": True,
    "booking_tell_nobody": True,
    "dont_notify": True,
    "mail_notrack": True,
    "no_mail_to_attendees": True,
    "skip_contact_description": True,
    "skip_res_field_check": True,
    "tracking_disable": True,
}
# Types of fields that hold words.
WORDS = frozenset(("char", "text", "html", "json", "binary", "properties"))
# What a message says about people, beside its author.
MESSAGE_WORDS = (
    "body",
    "subject",
    "email_from",
    "reply_to",
    "incoming_email_to",
    "incoming_email_cc",
    "outgoing_email_to",
)


class BookingForgetter(models.AbstractModel):
    """How what was written about a record is removed, whatever its model: files, messages, e-mails, activities."""

    _name = "booking.forgetter"
    _description = "Removal of What Was Written about a Record"

    @api.model
    def _forget_threads(self, records, partners):
        """Remove what was written on records with a chatter, and who follows them from outside.

        Of their history stay the changes of fields that hold no words of people, as the state and the hour.

        :param records: of any model that inherits from ``mail.thread``, with all rights
        :param partners: ``res.partner`` who no longer follow, nor count as authors
        """
        ours = [("model", "=", records._name), ("res_id", "in", records.ids)]
        messages = self._of("mail.message").search(ours)
        of_messages = [("mail_message_id", "in", messages.ids)]
        self._of("sms.sms").search(of_messages).unlink()
        self._of("mail.mail").search(of_messages).unlink()
        messages = messages.exists()
        self._unlink_files(messages)
        changes = messages.sudo().tracking_value_ids
        kept = changes.filtered(self._is_kept)
        (changes - kept).unlink()
        # Before the messages: what PostgreSQL takes along by itself it takes in an order of its own, and a row of the
        # log that is as new as they are may then still refer to a notification that is gone.
        messages.notification_ids.unlink()
        lasting = kept.mail_message_id
        (messages - lasting).unlink()
        lasting.reaction_ids.unlink()
        lasting.write({**dict.fromkeys(MESSAGE_WORDS, False), "partner_ids": [Command.clear()]})
        lasting.filtered(lambda message: message.author_id in partners).write({"author_id": False})
        self._of("mail.scheduled.message").search(ours).unlink()
        self._of("mail.activity").search([("res_model", "=", records._name), ("res_id", "in", records.ids)]).unlink()
        records.message_unsubscribe(partners.ids)
        self._unlink_files(records)

    @api.model
    def _unlink_files(self, records):
        """Delete all files of records, also those that are kept for a field."""
        if records:
            ours = [("res_model", "=", records._name), ("res_id", "in", records.ids)]
            self._of("ir.attachment").search(ours).unlink()

    @api.model
    def _is_kept(self, change):
        """Tell whether a tracked change holds nothing that somebody typed, and names nobody from outside."""
        field = change.field_id
        return field.ttype not in WORDS and bool(field) and field.relation != "res.partner"

    @api.model
    def _of(self, model):
        return self.env[model].sudo().with_context(**QUIETLY)
