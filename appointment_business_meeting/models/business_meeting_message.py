from datetime import timedelta

from odoo import api, fields, models

from ..exceptions import PARTNER

# How long after its time a reminder is still worth sending, at most: what was due before is not.
LATE = timedelta(hours=12)
AT_ONCE = 100
ICS_METHODS = {"accepted": "REQUEST", "changed": "REQUEST", "cancelled": "CANCEL"}
ENDS = {"refused", "cancelled", "expired"}


class BusinessMeetingMessage(models.Model):
    """One e-mail that is due to one side about one meeting."""

    _name = "business.meeting.message"
    _inherit = ["booking.outbox"]
    _description = "E-mail about a Business Meeting"
    _about = "meeting_id"

    meeting_id = fields.Many2one("business.meeting", required=True, readonly=True, ondelete="cascade")
    event_id = fields.Many2one(related="meeting_id.event_id")
    company_id = fields.Many2one(related="meeting_id.company_id")
    recipient = fields.Selection(
        [("partner", "Partner"), ("participant", "Participant")], string="To", required=True, readonly=True
    )
    what = fields.Selection(
        [
            ("request", "Request"),
            ("proposed", "Other slots proposed"),
            ("accepted", "Confirmation"),
            ("refused", "Refusal"),
            ("cancelled", "Cancellation"),
            ("changed", "Change"),
            ("expired", "Request expired"),
            ("reminder", "Reminder"),
            ("word", "Message"),
        ],
        string="About",
        required=True,
        readonly=True,
    )
    turn = fields.Integer(
        readonly=True, help="Which change of the meeting it tells: two in one second are two messages."
    )

    _once = models.Constraint("UNIQUE (meeting_id, what, recipient, due, turn)", "This message is already there.")
    _to_prepare_index = models.Index("(id) WHERE state = 'queued' AND prepared_at IS NULL")
    _waiting_index = models.Index("(next_try) WHERE state = 'queued' AND prepared_at IS NOT NULL")

    # Write it down

    @api.model
    def _claim(self, rows):
        """Write down messages, each once: PostgreSQL decides, whoever else does the same.

        :param rows: list of ``(meeting, side, what, due)``, with all rights
        :return: how many are new
        """
        new = self._insert(
            [
                {
                    "meeting_id": meeting.id,
                    "recipient": side,
                    "address": meeting._get_address(side) or None,
                    "what": what,
                    "due": due,
                    "turn": 0 if what == "reminder" else meeting.sequence,
                }
                for meeting, side, what, due in rows
            ]
        )
        if new:
            self._trigger_sweep()
        return new

    # Is it still wanted?

    def _is_wanted(self, now):
        meeting = self.meeting_id
        if self.what in ENDS:
            return meeting.state == self.what
        if self.what == "word":
            return meeting.state in ("requested", "confirmed")
        if self.what in ("request", "proposed"):
            return meeting.state == "requested" and meeting.awaiting == self.recipient and meeting._is_open()
        if meeting.state != "confirmed" or meeting.stop <= now:
            return False
        if self.what == "reminder":
            before = timedelta(hours=meeting.event_id.meeting_reminder_hours)
            return meeting.start > now and self.due == meeting.start - before
        # A confirmation or a change that was overtaken by a newer change says what is no longer so.
        return self.turn == meeting.sequence

    # Send it again

    def action_send_again(self):
        """Prepare failed messages anew, with what the meeting says now."""
        self._send_again()

    def _get_current_address(self):
        return self.meeting_id._get_address(self.recipient)


class BusinessMeeting(models.Model):
    """Who is told what about a meeting."""

    _inherit = "business.meeting"

    def _notify_meeting(self, what, sides):
        """Write down what is to be told to some sides, where the event has it switched on."""
        messages = self.env["business.meeting.message"].sudo()
        if what == "request" and self.env.context.get("business_meeting_quiet_request"):
            return
        for meeting in self.sudo():
            kinds = meeting.event_id._get_meeting_mail_kinds()
            if what in kinds:
                messages._claim([(meeting, side, what, fields.Datetime.now()) for side in sides])
            if what in ("accepted", "changed") and "reminder" in kinds:
                due = meeting.start - timedelta(hours=meeting.event_id.meeting_reminder_hours)
                if due > fields.Datetime.now():
                    messages._trigger_sweep(due)

    @api.model
    def _call_off(self, domain, side):
        """Cancel what is ahead, or waits, of a side that left the event."""
        meetings = self.sudo()
        waiting = meetings.search([("state", "=", "requested"), *domain])
        for meeting in waiting | meetings._get_ahead(domain):
            if meeting.state == "requested" and meeting.awaiting == side:
                meeting._refuse(side)
            else:
                meeting._cancel(side)

    def _get_address(self, side):
        """Return where a side is written to: the sales contact of the space, or the partner; the participant."""
        self.ensure_one()
        meeting = self.sudo()
        if side == PARTNER:
            sponsor = meeting.sponsor_id
            return meeting.space_id.contact_id.email or sponsor.email or sponsor.partner_id.email or ""
        return meeting.registration_id.email or meeting.registration_id.partner_id.email or ""

    def _get_contact(self, side):
        """Return the contact of a side, by whom language and notifications go; the participant may have none."""
        meeting = self.sudo()
        if side == PARTNER:
            return meeting.space_id.contact_id or meeting.sponsor_id.partner_id
        return meeting.registration_id.partner_id

    @api.model
    def _cron_expire(self):
        """End the requests that nobody answered in time; those who asked are told."""
        while self.env["ir.cron"]._commit_progress(self._expire_due()):
            if not self.search_count(self._get_due_to_expire(), limit=1):
                break

    @api.model
    def _expire_due(self):
        """End some of the requests whose time is over; return how many."""
        expired = self.search(self._get_due_to_expire(), limit=AT_ONCE, order="expires_at")
        expired._expire()
        return len(expired)

    @api.model
    def _get_due_to_expire(self):
        return [("state", "=", "requested"), ("expires_at", "<=", fields.Datetime.now())]
