import secrets

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools import email_normalize

from .booking_forgetter import QUIETLY, WORDS

# Words of an appointment that say nothing about a person. Whatever else is text goes: also what other addons add.
KEPT_WORDS = frozenset(("name", "access_token", "consent_text"))


class BookingAppointment(models.Model):
    """Removing what an appointment says about its booker, so that it stays in the statistics and tells of nobody.

    What stays: reference, hours, type, reason, agency, advisor, state, attendance, channel, language, the grade of the
    satisfaction, and the text that was agreed to with its date. Everything else that is text goes.
    """

    _inherit = "booking.appointment"

    forgotten_at = fields.Datetime(
        string="Personal data removed on", readonly=True, copy=False, help="Name, contact, personal answers and files."
    )

    _type_forget_index = models.Index("(type_id, stop) WHERE forgotten_at IS NULL")
    _company_forget_index = models.Index("(company_id, stop) WHERE forgotten_at IS NULL AND type_id IS NULL")

    def _forget_personal_data(self, also_found=False):
        """Remove the personal data of appointments that are over, and of their contacts where nothing else uses them.

        Other parts and addons extend this with what they keep elsewhere about the people of an appointment; text
        columns of the appointment and files that hang on it go without that. What runs before ``super()`` still knows
        who they were.

        :param also_found: also remove those of contacts that were there before somebody booked
        :raise UserError: when an appointment lies ahead
        """
        now = fields.Datetime.now()
        if any(appointment.state == "planned" and appointment.stop > now for appointment in self):
            raise UserError(self.env._("Cancel the appointments that lie ahead first."))
        appointments = self.sudo().with_context(**QUIETLY).filtered(lambda appointment: appointment.state != "hold")
        partners = appointments.partner_id
        appointments._forget_waiting()
        appointments._forget_messages()
        appointments._forget_answers()
        appointments._forget_survey()
        appointments.guest_ids._forget()
        appointments._forget_calendar()
        appointments._forget_words()
        appointments._forget_rating()
        self.env.flush_all()
        partners._forget_unused(also_found)
        self.env.flush_all()

    def _mirror_in_calendar(self):
        """Leave the calendar to :meth:`_forget_calendar` where nothing but the person goes."""
        if self.env.context.get("booking_forgetting"):
            return None
        return super()._mirror_in_calendar()

    def _forget_waiting(self):
        """Remove what bookers left on the waiting list of the same types, once their wait is over."""
        emails = {email for appointment in self if (email := email_normalize(appointment.booker_email))}
        whose = Domain("email_normalized", "in", list(emails)) | Domain("partner_id", "in", self.partner_id.ids)
        ended = Domain("state", "not in", ("unconfirmed", "waiting")) & Domain("type_id", "in", self.type_id.ids)
        self.env["booking.waiting"].search(whose & ended).unlink()

    def _forget_messages(self):
        """Take back what waits for the booker, and remove what was written: messages, e-mails, SMS, activities, files.

        That something was sent stays in the log, not to whom.
        """
        log = self.message_log_ids
        theirs = log.filtered(lambda message: not message.user_id)
        theirs.filtered(lambda message: message.state == "queued")._give_up("cancelled", "forgotten")
        theirs.write({"recipient_name": False, "address": False})
        log.write({"error": False})
        self.env["booking.forgetter"]._forget_threads(self, self.partner_id)

    def _forget_answers(self):
        """Empty the personal answers, and remove every file: what is in it nobody has declared."""
        answers = self.answer_ids
        self.env["booking.forgetter"]._unlink_files(answers)
        empty = {
            name: [Command.clear()] if field.type in ("many2many", "one2many") else False
            for name, field in answers._fields.items()
            if name.startswith(("value_", "option_", "attachment_")) and field.store and not field.required
        }
        answers.filtered(lambda answer: answer.personal or answer.kind == "file").write(empty)

    def _forget_calendar(self):
        """Let the entries of the calendars say that the advisor was busy, and not with whom."""
        forgetter = self.env["booking.forgetter"]
        for appointment in self.filtered("calendar_event_id"):
            event, advisor = appointment.calendar_event_id, appointment.user_id.partner_id
            channel = event.videocall_channel_id
            guests = channel.channel_member_ids.guest_id
            channel.unlink()
            guests.filtered(lambda guest: not guest.channel_ids).unlink()
            forgetter._forget_threads(event, event.partner_ids + event.attendee_ids.partner_id - advisor)
            event.write(
                {
                    "name": appointment.type_id.name or appointment.name,
                    "description": False,
                    "partner_ids": [Command.set(advisor.ids)],
                }
            )

    def _forget_words(self):
        """Empty the columns, and make the links that were sent lead nowhere."""
        words = [
            name
            for name, field in self._fields.items()
            if field.store and field.type in WORDS and name not in KEPT_WORDS and not field.required
        ]
        self.write(
            {
                **dict.fromkeys(words, False),
                "partner_id": False,
                "partner_match": False,
                "forgotten_at": fields.Datetime.now(),
            }
        )
        for appointment in self:
            appointment.access_token = secrets.token_urlsafe(32)

    def _forget_rating(self):
        """Keep the grade with its date; remove the comment, and whose it is."""
        ratings = self.rating_ids
        words = [name for name in ("feedback", "publisher_comment") if name in ratings._fields]
        for rating in ratings:
            rated_on = rating.rated_on
            rating.write({**dict.fromkeys(words, False), "partner_id": False})
            rating.rated_on = rated_on  # Odoo takes the removal of a comment for a new answer
        self.env.add_to_compute(ratings._fields["res_name"], ratings)


class BookingAnswer(models.Model):
    _inherit = "booking.answer"

    def _compute_display_value(self):
        """Say of a removed answer that it was removed, not that there was none."""
        gone = self.filtered(
            lambda answer: (answer.personal or answer.kind == "file") and answer.sudo().appointment_id.forgotten_at
        )
        gone.display_value = self.env._("Removed")
        return super(BookingAnswer, self - gone)._compute_display_value()
