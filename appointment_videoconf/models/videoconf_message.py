from datetime import timedelta

from odoo import api, fields, models

from .videoconf_guest import TOLD

# How long before the beginning what is told by the clock is due, and until how much later it is still worth telling.
CLOCK = {
    "day": (timedelta(days=1), timedelta(hours=12)),
    "hour": (timedelta(hours=1), timedelta(minutes=50)),
    "alert": (timedelta(minutes=5), timedelta(minutes=5)),
}
TEMPLATES = {
    "invited": "mail_template_invited",
    "choice": "mail_template_choice",
    "changed": "mail_template_changed",
    "cancelled": "mail_template_cancelled",
    "removed": "mail_template_cancelled",
    "day": "mail_template_day",
    "hour": "mail_template_hour",
}
# What is written anew when the conference changes before it has left.
RENEWED = ("invited", "choice", "changed")
ICS_METHODS = {"invited": "REQUEST", "changed": "REQUEST", "cancelled": "CANCEL", "removed": "CANCEL"}


class VideoconfMessage(models.Model):
    """One message that is due to one person about one conference."""

    _name = "videoconf.message"
    _inherit = ["booking.outbox"]
    _description = "Message about a Video Conference"
    _about = "conference_id"

    conference_id = fields.Many2one("videoconf.conference", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="conference_id.company_id")
    guest_id = fields.Many2one("videoconf.guest", readonly=True, ondelete="cascade", index="btree_not_null")
    recipient = fields.Char(required=True, readonly=True, help="Tells the recipients of a conference apart.")
    what = fields.Selection(
        [
            ("invited", "Invitation"),
            ("choice", "Invitation to choose the hour"),
            ("changed", "Change"),
            ("cancelled", "Cancellation"),
            ("removed", "No longer invited"),
            ("day", "Reminder the day before"),
            ("hour", "Reminder the hour before"),
            ("alert", "Alert of the organiser"),
        ],
        string="About",
        required=True,
        readonly=True,
    )

    _once = models.Constraint("UNIQUE (conference_id, recipient, what, due)", "This message is already there.")
    _to_prepare_index = models.Index("(id) WHERE state = 'queued' AND prepared_at IS NULL")
    _waiting_index = models.Index("(next_try) WHERE state = 'queued' AND prepared_at IS NOT NULL")

    # Write it down

    @api.model
    def _claim(self, rows):
        """Write down messages, each once: PostgreSQL decides, whoever else does the same.

        :param rows: list of ``(conference, guest or no guest, what, due)``, with all rights
        :return: how many are new
        """
        new = self._insert(
            [
                {
                    "conference_id": conference.id,
                    "guest_id": guest.id or None,
                    "recipient": f"guest-{guest.id}" if guest else "organiser",
                    "address": guest.email or conference.user_id.email or None,
                    "what": what,
                    "due": due,
                }
                for conference, guest, what, due in rows
            ]
        )
        if new:
            self._trigger_sweep()
        return new

    # Is it still wanted?

    def _is_wanted(self, now):
        conference, guest = self.conference_id, self.guest_id
        if conference.stop and conference.stop <= now:
            return False
        if self.what == "cancelled":
            return conference.state == "cancelled" and not guest.is_removed
        if conference.state != "planned":
            return False
        if self.what == "removed":
            return guest.is_removed
        if guest.is_removed:
            return False
        if self.what in CLOCK:
            before, _late = CLOCK[self.what]
            is_told = self.what == "alert" or (conference.remind and guest.answer in TOLD)
            return is_told and conference.start > now and self.due == conference.start - before
        return True

    # Send it again

    def action_send_again(self):
        """Prepare failed messages anew, with what the conference says now."""
        self._send_again()

    def _renew(self):
        """Take back what has not left yet, and let it be filled in with what the conference says now.

        :return: the messages whose readers learn by them how it is now
        """
        waiting = self.filtered(lambda message: message.state == "queued" and message.what in RENEWED)
        waiting.filtered("prepared_at")._begin_anew()
        return waiting

    def _get_current_address(self):
        return self.guest_id.email
