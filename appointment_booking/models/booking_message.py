import re

from psycopg2.extras import execute_values

from odoo import _, api, fields, models
from odoo.exceptions import UserError

from .booking_notification import TIMED

# After which minutes a message is tried again that the mail or SMS server did not take. Together some eight hours.
TRY_AGAIN_AFTER = (2, 5, 10, 20, 30, 60, 60, 60, 60, 60, 60, 60)
# What trying again does not mend. A mail server's lasting refusals (5xx) are told by their text only.
LASTING_FAILURES = frozenset(
    (
        "mail_bl",
        "mail_dup",
        "mail_email_invalid",
        "mail_email_missing",
        "mail_from_invalid",
        "mail_from_missing",
        "mail_optout",
        "mail_spam",
        "sms_acc",
        "sms_country_not_supported",
        "sms_credit",
        "sms_invalid_destination",
        "sms_not_allowed",
        "sms_number_format",
        "sms_number_missing",
        "sms_registration_needed",
        "sms_rejected",
    )
)
LASTING_REFUSAL = re.compile(r"(?<!\d)5[0-5]\d[ ,]")
STATES = {
    "ready": "queued",
    "process": "queued",
    "pending": "sent",
    "sent": "sent",
    "bounce": "bounced",
    "canceled": "cancelled",
}


class BookingMessage(models.Model):
    """One message that is due to one recipient about one appointment: written down before it is sent, kept after.

    The database knows each of them once. The row is the claim: whoever inserted it sends it, so at most one is sent. A
    row stays to be done until the e-mail or SMS waits in Odoo's own queue in the same transaction, so one is.
    """

    _name = "booking.message"
    _description = "Appointment Message"
    _order = "due desc, id desc"
    _rec_name = "address"

    appointment_id = fields.Many2one("booking.appointment", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="appointment_id.company_id")
    type_id = fields.Many2one(related="appointment_id.type_id")
    notification_id = fields.Many2one(
        "booking.notification", readonly=True, ondelete="set null", index="btree_not_null"
    )
    event = fields.Selection(
        selection=lambda self: self.env["booking.notification"]._fields["event"]._description_selection(self.env),
        string="About",
        readonly=True,
    )
    channel = fields.Selection([("email", "E-mail"), ("sms", "SMS")], string="By", readonly=True)
    due = fields.Datetime(required=True, readonly=True)

    # To whom
    recipient = fields.Char(required=True, readonly=True, help="Tells the recipients of an appointment apart.")
    recipient_name = fields.Char(string="Name", readonly=True)
    address = fields.Char(string="Sent to", readonly=True)
    lang = fields.Char(readonly=True)
    user_id = fields.Many2one("res.users", readonly=True, ondelete="set null", help="Where a colleague gets it.")

    # What became of it
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
    outcome = fields.Selection(
        [("failed", "Failed"), ("cancelled", "Not sent")], readonly=True, help="What was decided here."
    )
    cause = fields.Selection(
        [
            ("nobody", "There is nobody to tell."),
            ("no_email", "No e-mail address is known."),
            ("bad_email", "This is no e-mail address."),
            ("no_phone", "No phone number is known."),
            ("no_template", "The notification has no template any more."),
            ("over", "It was no longer wanted: the appointment was moved, cancelled, or has begun."),
            ("late", "It would have come too late: messages were not being sent for a long time."),
            ("removed", "It was taken out of the queue by hand."),
            ("broken", "The template cannot be filled in."),
            ("forgotten", "The personal data of the appointment were removed."),
        ],
        readonly=True,
    )
    error = fields.Text(readonly=True)
    reason = fields.Char(compute="_compute_reason")
    prepared_at = fields.Datetime(readonly=True, help="Since when it waits in Odoo's queue.")
    tries = fields.Integer(readonly=True, help="How often it was tried again.")
    next_try = fields.Datetime(readonly=True)
    rank = fields.Integer(readonly=True, help="What just happened is told before what was due by the clock.")
    mail_notification_id = fields.Many2one(
        "mail.notification", readonly=True, ondelete="set null", index="btree_not_null"
    )
    mail_message_id = fields.Many2one("mail.message", readonly=True, ondelete="set null", index="btree_not_null")

    _once = models.Constraint(
        "UNIQUE (appointment_id, notification_id, due, recipient)", "This message is already there."
    )
    _to_prepare_index = models.Index("(rank, id) WHERE state = 'queued' AND prepared_at IS NULL")
    _waiting_index = models.Index("(next_try) WHERE state = 'queued' AND prepared_at IS NOT NULL")

    @api.depends("outcome", "tries", "mail_notification_id.notification_status", "mail_notification_id.failure_type")
    def _compute_state(self):
        """Follow what Odoo says of the e-mail or SMS. Its notification may be tidied away: the state then stays."""
        for message in self:
            sent = message.sudo().mail_notification_id
            if message.outcome:
                message.state = message.outcome
            elif not sent:
                message.state = (message.prepared_at and message.state) or "queued"
            elif sent.notification_status == "exception":
                may_pass = message.tries < len(TRY_AGAIN_AFTER) and not message._is_lasting(sent)
                message.state = "queued" if may_pass else "failed"
            else:
                message.state = STATES.get(sent.notification_status, "queued")

    @api.model
    def _is_lasting(self, sent):
        return sent.failure_type in LASTING_FAILURES or bool(LASTING_REFUSAL.search(sent.failure_reason or ""))

    @api.depends("outcome", "cause", "error", "next_try", "mail_notification_id.failure_reason")
    def _compute_reason(self):
        causes = dict(self._fields["cause"]._description_selection(self.env))
        for message in self:
            sent = message.sudo().mail_notification_id
            parts = []
            if message.outcome:
                parts = [causes.get(message.cause), message.error]
            elif sent.notification_status in ("exception", "bounce"):
                parts = [sent.format_failure_reason() if sent.failure_type else "", sent.failure_reason]
                if message.state == "queued":
                    parts.append(_("It will be tried again."))
            known = dict.fromkeys(part for part in parts if part)
            message.reason = " ".join(" · ".join(known).split())[:500]

    @api.depends("event", "address", "due")
    def _compute_display_name(self):
        events = dict(self._fields["event"]._description_selection(self.env))
        for message in self:
            message.display_name = " · ".join(filter(None, [events.get(message.event), message.address]))

    # Write it down

    @api.model
    def _claim(self, due, former=None):
        """Write down messages that are due, once each.

        :param due: list of ``(notification, appointment, instant)``, with all rights
        :param former: the ``res.users`` who had the appointments before
        :return: how many are new
        """
        by_notification = {}
        for notification, appointment, instant in due:
            by_notification.setdefault(notification, {})[appointment] = instant
        rows = [
            self._claim_values(notification, appointment, instants[appointment], recipient)
            for notification, instants in by_notification.items()
            for appointment, recipients in notification._get_recipients(
                self.env["booking.appointment"].concat(*instants), former
            ).items()
            for recipient in recipients or ([None] if notification._reaches_nobody() else [])
        ]
        return self._insert(rows)

    @api.model
    def _claim_values(self, notification, appointment, instant, recipient):
        is_timed = notification.event in TIMED
        address = recipient and (recipient.phone if notification.channel == "sms" else recipient.email)
        cause = None
        if not recipient:
            cause = "nobody"
        elif is_timed and self._is_too_late(notification.event, instant):
            cause = "late"
        elif not address:
            cause = "no_phone" if notification.channel == "sms" else "no_email"
        return {
            "appointment_id": appointment.id,
            "notification_id": notification.id,
            "event": notification.event,
            "channel": notification.channel,
            "due": instant,
            "recipient": recipient.key if recipient else "",
            "recipient_name": recipient.name if recipient else None,
            "address": address or None,
            "lang": (recipient and recipient.lang) or None,
            "user_id": recipient.user_id if recipient else None,
            "state": "cancelled" if cause else "queued",
            "outcome": "cancelled" if cause else None,
            "cause": cause,
            "rank": 1 if is_timed else 0,
            "tries": 0,
            "create_uid": self.env.uid,
            "create_date": self.env.cr.now(),
            "write_uid": self.env.uid,
            "write_date": self.env.cr.now(),
        }

    @api.model
    def _insert(self, rows):
        """Insert rows; one that is there already stays as it is. PostgreSQL decides, whoever else does the same."""
        if not rows:
            return 0
        self.env["booking.appointment"].flush_model()
        self.flush_model()
        names = list(rows[0])
        new = execute_values(
            self.env.cr._obj,
            f"INSERT INTO booking_message ({', '.join(names)}) VALUES %s ON CONFLICT DO NOTHING RETURNING id",
            [tuple(row[name] for name in names) for row in rows],
            page_size=len(rows),
            fetch=True,
        )
        self.env["booking.appointment"].invalidate_model(["message_log_ids"])
        return len(new)

    # Is it still wanted?

    def _split_wanted(self):
        """Return ``(those that are still to be sent, the others)``. An appointment can change until the last moment."""
        now = fields.Datetime.now()
        wanted = self.filtered(lambda message: message._is_wanted(now))
        return wanted, self - wanted

    def _is_wanted(self, now):
        appointment, notification = self.appointment_id, self.notification_id
        is_planned = appointment.state == "planned"
        if self.event in TIMED:
            return notification.active and self.due == appointment._get_due(notification, now)
        if self.event == "cancelled":
            return appointment.state == "cancelled"
        if self.event == "absent":
            return appointment.attendance == "absent" and appointment.state in ("planned", "done")
        if self.event == "released":
            return appointment.user_id != self.user_id
        if self.event == "assigned":
            return is_planned and appointment.stop > now and appointment.user_id == self.user_id
        return is_planned and appointment.stop > now

    def _give_up(self, outcome, cause, error=None):
        """End messages, and take out of Odoo's queues what has not left yet."""
        if not self:
            return
        self.write({"outcome": outcome, "cause": cause, "error": error})
        waiting = self.mail_notification_id.filtered(
            lambda sent: sent.notification_status in ("ready", "exception", "process")
        )
        mails = waiting.mail_mail_id.filtered(lambda mail: mail.state in ("outgoing", "exception"))
        mails.write({"state": "cancel"})
        texts = self.env["sms.sms"].browse(waiting.mapped("sms_id_int")).exists()
        texts.filtered(lambda text: text.state in ("outgoing", "error")).write({"state": "canceled"})
        waiting.write({"notification_status": "canceled"})

    # Send it again

    def action_send_again(self):
        """Prepare failed messages anew, with what the appointment says now."""
        self.appointment_id.check_access("write")
        messages = self.sudo().filtered(lambda message: message.state in ("failed", "bounced", "cancelled"))
        _wanted, over = messages._split_wanted()
        if over:
            raise UserError(_("This message says what is no longer so: the appointment has changed or is over."))
        for message in messages:
            message._give_up(message.state if message.state == "failed" else "cancelled", "removed")
            message.write(message._get_fresh_values())
        if messages:
            self._trigger_sweep()

    def _get_fresh_values(self):
        """Return the values of a message that starts anew, to where its recipient can be reached now."""
        recipients = self.notification_id._get_recipients(self.appointment_id)[self.appointment_id]
        recipient = next((recipient for recipient in recipients if recipient.key == self.recipient), None)
        address = recipient and (recipient.phone if self.channel == "sms" else recipient.email)
        if not address and not self.address:
            causes = dict(self._fields["cause"]._description_selection(self.env))
            raise UserError(causes["no_phone" if self.channel == "sms" else "no_email"])
        return {
            "outcome": False,
            "cause": False,
            "error": False,
            "address": address or self.address,
            "state": "queued",
            "prepared_at": False,
            "tries": 0,
            "next_try": False,
            "mail_notification_id": False,
            "mail_message_id": False,
        }

    @api.model
    def _trigger_sweep(self):
        self.env.ref("appointment_booking.ir_cron_send_messages").sudo()._trigger()
