import re

from psycopg2.extras import execute_values

from odoo import _, api, fields, models
from odoo.exceptions import UserError

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


class BookingOutbox(models.AbstractModel):
    """One message that is due to one recipient about one thing: written down before it is sent, kept after.

    The database knows each of them once: a model says by a constraint which ones are the same. The row is the claim:
    whoever inserted it sends it, so at most one is sent. A row stays to be done until the e-mail or SMS waits in Odoo's
    own queue in the same transaction, so one is.

    A model of such messages says what they are about (``_about``), which are still wanted (:meth:`_is_wanted`), which
    have come due (:meth:`_claim_due`), and how they are filled in (:meth:`_get_template` and what follows it).
    """

    _name = "booking.outbox"
    _description = "Outbox"
    _order = "due desc, id desc"
    _rec_name = "address"

    # The Many2one to what messages are about. It has them in its field ``message_log_ids``.
    _about = ""

    due = fields.Datetime(required=True, readonly=True)
    address = fields.Char(string="Sent to", readonly=True)

    # What became of it
    # These labels are in the code, not in fields of each model: whichever addon adds a model, they are translated.
    state = fields.Selection(
        "_list_states", compute="_compute_state", store=True, default="queued", required=True, index=True
    )
    outcome = fields.Selection("_list_outcomes", readonly=True, help="What was decided here.")
    cause = fields.Selection("_list_causes", readonly=True)
    error = fields.Text(readonly=True)
    reason = fields.Char(compute="_compute_reason")
    prepared_at = fields.Datetime(readonly=True, help="Since when it waits in Odoo's queue.")
    tries = fields.Integer(readonly=True, help="How often it was tried again.")
    next_try = fields.Datetime(readonly=True)
    mail_notification_id = fields.Many2one(
        "mail.notification", readonly=True, ondelete="set null", index="btree_not_null"
    )

    @api.model
    def _list_states(self):
        return list(
            {
                "queued": _("Queued"),
                "sent": _("Sent"),
                "failed": _("Failed"),
                "bounced": _("Bounced"),
                "cancelled": _("Not sent"),
            }.items()
        )

    @api.model
    def _list_outcomes(self):
        return [state for state in self._list_states() if state[0] in ("sent", "failed", "cancelled")]

    @api.model
    def _list_causes(self):
        return list(self._get_causes().items())

    @api.model
    def _get_causes(self):
        """Return the reasons that are known here why a message was not sent: ``{name: sentence}``."""
        return {
            "no_email": _("No e-mail address is known."),
            "bad_email": _("This is no e-mail address."),
            "no_template": _("There is no template for it any more."),
            "over": _("It was no longer wanted: what it says has changed or is over."),
            "removed": _("It was taken out of the queue by hand."),
            "broken": _("The template cannot be filled in."),
        }

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
    @api.depends_context("lang")
    def _compute_reason(self):
        for message in self:
            sent = message.sudo().mail_notification_id
            parts = []
            if message.outcome:
                parts = [message._say(message.cause), message.error]
            elif sent.notification_status in ("exception", "bounce"):
                parts = [sent.format_failure_reason() if sent.failure_type else "", sent.failure_reason]
                if message.state == "queued":
                    parts.append(_("It will be tried again."))
            known = dict.fromkeys(part for part in parts if part)
            # What servers say may have many lines; the spaces of French sentences stay as they are.
            message.reason = re.sub(r"[ \t\r\n]+", " ", " · ".join(known)).strip()[:500]

    @api.model
    def _say(self, cause):
        """Return a cause in the words of whoever reads."""
        return self._get_causes().get(cause)

    # Write it down

    @api.model
    def _insert(self, rows):
        """Insert rows; one that is there already stays as it is. PostgreSQL decides, whoever else does the same.

        :param rows: list of ``{column: value}``, all with the same columns
        :return: how many are new
        """
        if not rows:
            return 0
        self.env.flush_all()
        log = {"create_uid": self.env.uid, "create_date": self.env.cr.now()}
        log |= {"write_uid": self.env.uid, "write_date": self.env.cr.now()}
        rows = [{"state": "queued", "tries": 0, **row, **log} for row in rows]
        names = list(rows[0])
        new = execute_values(
            self.env.cr._obj,
            f"INSERT INTO {self._table} ({', '.join(names)}) VALUES %s ON CONFLICT DO NOTHING RETURNING id",
            [tuple(row[name] for name in names) for row in rows],
            page_size=len(rows),
            fetch=True,
        )
        self._forget_log()
        return len(new)

    @api.model
    def _forget_log(self):
        """Let the messages of things be read anew, after rows were inserted past the ORM."""
        self.env[self._fields[self._about].comodel_name].invalidate_model(["message_log_ids"])

    # Is it still wanted?

    def _is_wanted(self, now):
        """Tell whether a message still says what is so."""
        raise NotImplementedError

    def _split_wanted(self):
        """Return ``(those that are still to be sent, the others)``. What they say can change until the last moment."""
        now = fields.Datetime.now()
        wanted = self.filtered(lambda message: message._is_wanted(now))
        return wanted, self - wanted

    def _keep_wanted(self):
        """End those that say what is no longer so; return the others."""
        wanted, over = self._split_wanted()
        over._give_up("cancelled", "over")
        return wanted

    def _give_up(self, outcome, cause=None, *, error=None):
        """End messages, and take out of Odoo's queues what has not left yet.

        :param cause: one of :meth:`_get_causes`
        :param error: what a program said, in its own words
        """
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

    def _send_again(self):
        """Prepare failed messages anew, with what is so now; for those who may change what they are about."""
        self[self._about].check_access("write")
        messages = self.sudo().filtered(lambda message: message.state in ("failed", "bounced", "cancelled"))
        _wanted, over = messages._split_wanted()
        if over:
            raise UserError(_("This message says what is no longer so: it was changed since, or is over."))
        messages._begin_anew()

    def _begin_anew(self):
        """Let messages be filled in once more, as if nothing had been prepared yet."""
        self._give_up("cancelled")  # nothing of what was prepared leaves any more
        for message in self:
            message.write(message._get_fresh_values())
        if self:
            self._trigger_sweep()

    def _get_fresh_values(self):
        """Return the values of a message that starts anew, to where its recipient can be reached now."""
        return {
            "outcome": False,
            "cause": False,
            "error": False,
            "address": self._get_current_address() or self.address,
            "state": "queued",
            "prepared_at": False,
            "tries": 0,
            "next_try": False,
            "mail_notification_id": False,
        }

    def _get_current_address(self):
        """Return where the recipient can be reached now, or nothing where it is not known any more."""
        raise NotImplementedError
