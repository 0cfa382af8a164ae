from datetime import timedelta

from psycopg2.extras import execute_values

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.appointment_booking.models.booking_message import STATES, TRY_AGAIN_AFTER

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
    """One message that is due to one person about one conference: written down before it is sent, kept after.

    The database knows each of them once. The row is the claim: whoever inserted it sends it, so at most one is sent. A
    row stays to be done until the e-mail waits in Odoo's own queue in the same transaction, so one is. The same shape
    as ``booking.message`` has.
    """

    _name = "videoconf.message"
    _description = "Message about a Video Conference"
    _order = "due desc, id desc"
    _rec_name = "address"

    conference_id = fields.Many2one("videoconf.conference", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="conference_id.company_id")
    guest_id = fields.Many2one("videoconf.guest", readonly=True, ondelete="cascade", index="btree_not_null")
    recipient = fields.Char(required=True, readonly=True, help="Tells the recipients of a conference apart.")
    address = fields.Char(string="Sent to", readonly=True)
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
    due = fields.Datetime(required=True, readonly=True)
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

    _once = models.Constraint("UNIQUE (conference_id, recipient, what, due)", "This message is already there.")
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

        :param rows: list of ``(conference, guest or no guest, what, due)``, with all rights
        :return: how many are new
        """
        if not rows:
            return 0
        for model in ("videoconf.conference", "videoconf.guest", "videoconf.message"):
            self.env[model].flush_model()
        now, uid = self.env.cr.now(), self.env.uid
        new = execute_values(
            self.env.cr._obj,
            """
            INSERT INTO videoconf_message (
                conference_id, guest_id, recipient, address, what, due, state, tries,
                create_uid, create_date, write_uid, write_date
            ) VALUES %s ON CONFLICT DO NOTHING RETURNING id
            """,
            [
                (
                    conference.id,
                    guest.id or None,
                    f"guest-{guest.id}" if guest else "organiser",
                    guest.email or conference.user_id.email or None,
                    what,
                    due,
                    "queued",
                    0,
                    uid,
                    now,
                    uid,
                    now,
                )
                for conference, guest, what, due in rows
            ],
            page_size=len(rows),
            fetch=True,
        )
        self.env["videoconf.conference"].invalidate_model(["message_log_ids"])
        if new:
            self._trigger_sweep()
        return len(new)

    @api.model
    def _trigger_sweep(self, at=None):
        self.env.ref("appointment_videoconf.ir_cron_send_messages").sudo()._trigger(at)

    # Is it still wanted?

    def _split_wanted(self):
        """Return ``(those that are still to be sent, the others)``. A conference can change until the last moment."""
        now = fields.Datetime.now()
        wanted = self.filtered(lambda message: message._is_wanted(now))
        return wanted, self - wanted

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

    def _renew(self):
        """Take back what has not left yet, and let it be filled in with what the conference says now.

        :return: the messages whose readers learn by them how it is now
        """
        waiting = self.filtered(lambda message: message.state == "queued" and message.what in RENEWED)
        prepared = waiting.filtered("prepared_at")
        prepared._give_up("cancelled")
        prepared._prepare_anew()
        return waiting

    def action_send_again(self):
        """Prepare failed messages anew, with what the conference says now."""
        self.conference_id.check_access("write")
        messages = self.sudo().filtered(lambda message: message.state in ("failed", "bounced", "cancelled"))
        _wanted, over = messages._split_wanted()
        if over:
            raise UserError(
                self.env._("This message says what is no longer so: the conference has changed or is over.")
            )
        messages._prepare_anew()

    def _prepare_anew(self):
        """Let messages be filled in once more, as if nothing had been prepared yet."""
        for message in self:
            message.write(
                {
                    "outcome": False,
                    "error": False,
                    "address": message.guest_id.email or message.address,
                    "state": "queued",
                    "prepared_at": False,
                    "tries": 0,
                    "next_try": False,
                    "mail_notification_id": False,
                }
            )
        if self:
            self._trigger_sweep()
