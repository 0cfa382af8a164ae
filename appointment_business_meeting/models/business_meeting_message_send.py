from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .business_meeting_message import AT_ONCE, ICS_METHODS, LATE


class BusinessMeetingMessage(models.Model):
    """Finding what is due about meetings, and how it is filled in."""

    _inherit = "business.meeting.message"
    _cron = "appointment_business_meeting.ir_cron_send_messages"
    _ics_name = "meeting.ics"

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

    def _get_template(self):
        return self._find_template(f"appointment_business_meeting.mail_template_{self.what}")

    def _get_lang(self):
        meeting = self.meeting_id
        return meeting._get_contact(self.recipient).lang or meeting.event_id.lang or self.env.lang

    def _get_filled_in(self):
        return self

    def _get_recipient_name(self):
        registration = self.meeting_id.registration_id
        return registration.name if self.recipient == "participant" else self._get_recipient_partner().name

    def _get_recipient_partner(self):
        return self.meeting_id._get_contact(self.recipient)

    def _get_mail_values(self, template, values, entry):
        """It hangs on the message, not on the meeting: the links in it are secret, and the chatter of the meeting is
        read by both sides.
        """
        event = self.meeting_id.event_id
        sender = event.organizer_id.email_formatted or event.company_id.email_formatted
        about = {"model": self._name, "res_id": self.id}
        return super()._get_mail_values(template, values, entry) | about | {"email_from": sender, "reply_to": sender}

    def _get_ics(self):
        method = ICS_METHODS.get(self.what)
        return self.meeting_id._get_ics(self.recipient, method) if method and self.meeting_id.slot_id else None
