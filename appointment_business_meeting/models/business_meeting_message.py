from datetime import timedelta

from psycopg2.extras import execute_values

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.appointment_booking.models.booking_message import STATES, TRY_AGAIN_AFTER

from ..exceptions import PARTNER

# How long after its time a reminder is still worth sending, at most: what was due before is not.
LATE = timedelta(hours=12)
AT_ONCE = 100
ICS_METHODS = {"accepted": "REQUEST", "changed": "REQUEST", "cancelled": "CANCEL"}
ENDS = {"refused", "cancelled", "expired"}


class BusinessMeetingMessage(models.Model):
    """One e-mail that is due to one side about one meeting: written down before it is sent, kept after.

    The database knows each of them once. The row is the claim: whoever inserted it sends it, so at most one is sent. A
    row stays to be done until the e-mail waits in Odoo's own queue in the same transaction, so one is. The same shape
    as ``booking.message`` and ``videoconf.message`` have.
    """

    _name = "business.meeting.message"
    _description = "E-mail about a Business Meeting"
    _order = "due desc, id desc"
    _rec_name = "address"

    meeting_id = fields.Many2one("business.meeting", required=True, readonly=True, ondelete="cascade")
    event_id = fields.Many2one(related="meeting_id.event_id")
    company_id = fields.Many2one(related="meeting_id.company_id")
    recipient = fields.Selection(
        [("partner", "Partner"), ("participant", "Participant")], string="To", required=True, readonly=True
    )
    address = fields.Char(string="Sent to", readonly=True)
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
    due = fields.Datetime(required=True, readonly=True)
    turn = fields.Integer(
        readonly=True, help="Which change of the meeting it tells: two in one second are two messages."
    )
    state = fields.Selection(
        [
            ("queued", "Queued"),
            ("sent", "Sent"),
            ("failed", "Failed"),
            ("bounced", "Bounced"),
            ("cancelled", "Not sent"),
        ],
        compute="_compute_state",
        store=True,
        default="queued",
        required=True,
        index=True,
    )
    outcome = fields.Selection([("sent", "Sent"), ("failed", "Failed"), ("cancelled", "Not sent")], readonly=True)
    error = fields.Char(readonly=True)
    reason = fields.Char(compute="_compute_reason")
    prepared_at = fields.Datetime(readonly=True, help="Since when it waits in Odoo's queue.")
    tries = fields.Integer(readonly=True, help="How often it was tried again.")
    next_try = fields.Datetime(readonly=True)
    mail_notification_id = fields.Many2one(
        "mail.notification", readonly=True, ondelete="set null", index="btree_not_null"
    )

    _once = models.Constraint("UNIQUE (meeting_id, what, recipient, due, turn)", "This message is already there.")
    _to_prepare_index = models.Index("(id) WHERE state = 'queued' AND prepared_at IS NULL")
    _waiting_index = models.Index("(next_try) WHERE state = 'queued' AND prepared_at IS NOT NULL")

    @api.depends("outcome", "tries", "mail_notification_id.notification_status", "mail_notification_id.failure_type")
    def _compute_state(self):
        """Follow what Odoo says of the e-mail. Its notification may be tidied away: the state then stays."""
        for message in self:
            sent = message.sudo().mail_notification_id
            if message.outcome:
                message.state = message.outcome
            elif not sent:
                message.state = (message.prepared_at and message.state) or "queued"
            elif sent.notification_status == "exception":
                lasting = self.env["booking.message"]._is_lasting(sent)
                message.state = "queued" if message.tries < len(TRY_AGAIN_AFTER) and not lasting else "failed"
            else:
                message.state = STATES.get(sent.notification_status, "queued")

    @api.depends("error", "mail_notification_id.failure_reason")
    def _compute_reason(self):
        for message in self:
            sent = message.sudo().mail_notification_id
            failed = sent.notification_status in ("exception", "bounce")
            message.reason = message.error or (failed and (sent.failure_reason or sent.failure_type)) or ""

    # Write it down

    @api.model
    def _claim(self, rows):
        """Write down messages, each once: PostgreSQL decides, whoever else does the same.

        :param rows: list of ``(meeting, side, what, due)``, with all rights
        :return: how many are new
        """
        if not rows:
            return 0
        self.env.flush_all()
        now, uid = self.env.cr.now(), self.env.uid
        new = execute_values(
            self.env.cr._obj,
            """
            INSERT INTO business_meeting_message (
                meeting_id, recipient, address, what, due, turn, state, tries,
                create_uid, create_date, write_uid, write_date
            ) VALUES %s ON CONFLICT DO NOTHING RETURNING id
            """,
            [
                (
                    meeting.id,
                    side,
                    meeting._get_address(side) or None,
                    what,
                    due,
                    0 if what == "reminder" else meeting.sequence,
                    "queued",
                    0,
                    uid,
                    now,
                    uid,
                    now,
                )
                for meeting, side, what, due in rows
            ],
            page_size=len(rows),
            fetch=True,
        )
        self.env["business.meeting"].invalidate_model(["message_log_ids"])
        if new:
            self._trigger_sweep()
        return len(new)

    @api.model
    def _trigger_sweep(self, at=None):
        self.env.ref("appointment_business_meeting.ir_cron_send_messages").sudo()._trigger(at)

    # Is it still wanted?

    def _split_wanted(self):
        """Return ``(those that are still to be sent, the others)``. A meeting can change until the last moment."""
        now = fields.Datetime.now()
        wanted = self.filtered(lambda message: message._is_wanted(now))
        return wanted, self - wanted

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

    def _give_up(self, outcome, error=None):
        """End messages, and take out of Odoo's queue what has not left yet."""
        if not self:
            return
        self.write({"outcome": outcome, "error": error})
        waiting = self.mail_notification_id.filtered(
            lambda sent: sent.notification_status in ("ready", "exception", "process")
        )
        waiting.mail_mail_id.filtered(lambda mail: mail.state in ("outgoing", "exception")).write({"state": "cancel"})
        waiting.write({"notification_status": "canceled"})

    def action_send_again(self):
        """Prepare failed messages anew, with what the meeting says now."""
        self.meeting_id.check_access("write")
        messages = self.sudo().filtered(lambda message: message.state in ("failed", "bounced", "cancelled"))
        _wanted, over = messages._split_wanted()
        if over:
            raise UserError(self.env._("This message says what is no longer so: the meeting has changed or is over."))
        for message in messages:
            message.write(
                {
                    "outcome": False,
                    "error": False,
                    "address": message.meeting_id._get_address(message.recipient) or message.address,
                    "state": "queued",
                    "prepared_at": False,
                    "tries": 0,
                    "next_try": False,
                    "mail_notification_id": False,
                }
            )
        if messages:
            self._trigger_sweep()


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
