import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, consteq, email_normalize

from ..tools.guest_words import clean_name, mailbox
from .booking_journey import TOKEN

# Who is told what becomes of the appointment.
TOLD_STATES = ("invited", "accepted")
LOCK_SPACE = "booking_guest"
# What staff write; the rest comes of what is done.
TYPED_FIELDS = {"appointment_id", "email", "name"}


class BookingGuest(models.Model):
    """Somebody whom the booker, or staff for them, invites to an appointment.

    A guest is an address and perhaps a name, typed by somebody of whom nothing is known. So no contact is searched or
    made of it, and a guest is no attendee of the calendar entry: Odoo, Google or Outlook would write to them by
    themselves. Advisors read who comes on the appointment and in the text of its entry.
    """

    _name = "booking.guest"
    _description = "Guest of an Appointment"
    _inherit = ["booking.guarded"]
    _order = "id"
    _rec_name = "email"

    appointment_id = fields.Many2one("booking.appointment", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="appointment_id.company_id")
    type_id = fields.Many2one(related="appointment_id.type_id")
    email = fields.Char(string="E-mail", index=True, help="Each guest is written to alone: no guest reads of another.")
    name = fields.Char(help="How the guest is addressed. Letters only: no links, no numbers.")
    state = fields.Selection(
        [("invited", "Invited"), ("accepted", "Coming"), ("declined", "Not coming"), ("removed", "Removed")],
        required=True,
        default="invited",
        readonly=True,
        copy=False,
    )
    invited_by = fields.Selection(
        [("booker", "Booker"), ("staff", "Staff")],
        string="Invited by",
        required=True,
        default="staff",
        readonly=True,
    )
    invited_on = fields.Datetime(string="Invited on", readonly=True, copy=False, default=fields.Datetime.now)
    answered_on = fields.Datetime(string="Answered on", readonly=True, copy=False)
    access_token = fields.Char(copy=False, groups="base.group_system", default=lambda self: secrets.token_urlsafe(32))
    ics_changes = fields.Integer(
        readonly=True, copy=False, help="Changes told to the calendar of this guest alone: removed, invited again."
    )
    message_log_ids = fields.One2many("booking.message", "guest_id", string="Messages", readonly=True)

    _once = models.Constraint(
        "UNIQUE (appointment_id, email)", "This address is already among the guests of the appointment."
    )
    _access_token_index = models.UniqueIndex("(access_token) WHERE access_token IS NOT NULL")

    @api.depends("name", "email")
    def _compute_display_name(self):
        for guest in self:
            guest.display_name = guest.name or guest.email or self.env._("Guest")

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            vals_list = [{name: vals[name] for name in TYPED_FIELDS & vals.keys()} for vals in vals_list]
        guests = super().create([self._clean(vals) for vals in vals_list])
        guests._check_invitable()
        if not self.env.su:
            guests._check_not_blocked()
        guests.sudo()._invite()
        return guests

    def write(self, vals):
        if not self.env.su and vals.keys() - {"name"}:
            raise UserError(self.env._("Remove the guest and add the other one: each has an invitation of their own."))
        return super().write(self._clean_name(vals))

    @api.model
    def _clean(self, vals):
        email = email_normalize(vals.get("email"))
        if not email:
            raise UserError(self.env._("Enter an e-mail address in the form name@example.com."))
        return self._clean_name(dict(vals, email=email))

    @api.model
    def _clean_name(self, vals):
        return dict(vals, name=clean_name(vals["name"]) or False) if vals.get("name") else vals

    @api.model
    def _find_by_token(self, token):
        """Return the guest behind a secret link, or nothing."""
        if not TOKEN.fullmatch(token or ""):
            return self.browse()
        guest = self.search([("access_token", "=", token)], limit=1)
        return guest if guest and consteq(guest.access_token, token) else self.browse()

    @api.model
    def _queue_mailboxes(self, emails):
        """Let those who invite the same people pass one by one, so that a limit counts what others do meanwhile.

        What counts it looks in a transaction of its own (``booking.rate.limit``), begun after the wait.
        """
        for key in sorted({mailbox(email) for email in emails}):
            self.env.cr.execute(SQL("SELECT pg_advisory_xact_lock(hashtext(%s), hashtext(%s))", LOCK_SPACE, key))

    # Coming and going

    def _check_invitable(self):
        now = fields.Datetime.now()
        if any(a.state != "planned" or a.stop <= now or not a.type_id for a in self.appointment_id):
            raise UserError(
                self.env._("Guests are invited to a planned appointment of an appointment type, before it is over.")
            )

    def _check_not_blocked(self):
        blocked = self.env["booking.guest.block"].sudo()._find_blocked(self.mapped("email"))
        if blocked:
            raise UserError(
                self.env._("%s asked not to be invited again: please tell them yourself.", ", ".join(sorted(blocked)))
            )

    def _invite(self):
        """Write down the invitations to be sent, and note the guests for the advisor."""
        self.appointment_id.with_context(booking_guest_ids=tuple(self.ids))._notify("invited")
        self.appointment_id._note_guests_in_calendar()

    def _invite_again(self):
        """Invite who was removed, or whose appointment was off: their calendar takes it as a change."""
        for guest in self:
            guest.write(
                {
                    "state": "invited",
                    "invited_on": fields.Datetime.now(),
                    "answered_on": False,
                    "ics_changes": guest.ics_changes + 1,
                }
            )
        self._invite()

    def action_invite_again(self):
        self.appointment_id.check_access("write")
        removed = self.sudo().filtered(lambda guest: guest.state == "removed")
        removed._check_invitable()
        removed._check_not_blocked()
        removed.invited_by = "staff"
        removed._invite_again()

    def action_remove(self):
        """Take guests off the appointment, and tell those who know of it."""
        self.appointment_id.check_access("write")
        self.sudo()._remove()

    def _remove(self):
        guests = self.filtered(lambda guest: guest.state != "removed")
        declined = guests.filtered(lambda guest: guest.state == "declined")
        for guest in guests:
            guest.write({"state": "removed", "ics_changes": guest.ics_changes + 1})
        guests.appointment_id._drop_unwanted_messages()
        # Who has not got the invitation yet need not hear that it is off, and who declined knows.
        told = (guests - declined).filtered(lambda guest: guest._knows())
        told.appointment_id.with_context(booking_guest_ids=tuple(told.ids))._notify("removed")
        guests.appointment_id._note_guests_in_calendar()

    def _knows(self):
        """Tell whether something was sent to the guest, or cannot be stopped any more."""
        log = self.sudo().message_log_ids
        return any(message.prepared_at and message.state != "cancelled" for message in log)

    def _waits_for_invitation(self):
        """Tell whether the invitation is written down and not filled in yet."""
        return any(
            message.event == "invited" and message.state == "queued" and not message.prepared_at
            for message in self.sudo().message_log_ids
        )

    def _answer(self, comes):
        """Note what the guest says; once said, saying it again changes nothing."""
        self.ensure_one()
        state = "accepted" if comes else "declined"
        if self.state != state:
            self.write({"state": state, "answered_on": fields.Datetime.now()})
            self.appointment_id._drop_unwanted_messages()
            self.appointment_id._note_guests_in_calendar()

    def _ask_again(self):
        """The hour has changed, so the answers are open again; who wants no invitations is left alone."""
        answered = self.filtered(lambda guest: guest.state in ("accepted", "declined") and guest.email)
        if not answered:
            return
        blocked = self.env["booking.guest.block"].sudo()._find_blocked(answered.mapped("email"))
        answered.filtered(lambda guest: guest.email not in blocked).write({"state": "invited", "answered_on": False})

    def _block(self):
        """Never write to this address about invitations again, neither for this appointment nor for another one."""
        self.ensure_one()
        if not self.email:
            return
        self.env["booking.guest.block"].sudo()._add(self.email)
        guests = self.sudo().search([("email", "=", self.email), ("state", "in", TOLD_STATES)])
        guests.write({"state": "declined", "answered_on": fields.Datetime.now()})
        guests.appointment_id._drop_unwanted_messages()
        guests.appointment_id._note_guests_in_calendar()

    # What is told

    def _get_link(self):
        """Return the secret address of the guest's page; that of the site where there is no guest (previews)."""
        token = self.sudo().access_token
        return f"{self.appointment_id.get_base_url()}/booking" + (f"/guest/{token}" if token else "")

    def _get_ics(self, method):
        """Return the appointment as an ICS file for this guest."""
        self.ensure_one()
        return self.appointment_id._get_guest_ics(method, self)

    # Personal data

    def _forget(self):
        """Empty whatever tells who the guests were: name, address, link, and the address in the log of messages.

        The rows stay, with their answers and dates: statistics stay right. What was sent is kept by Odoo with the
        appointment (``mail.message``) and is not touched here.
        """
        guests = self.sudo()
        guests.message_log_ids.write({"recipient_name": False, "address": False})
        guests.write({"name": False, "email": False, "access_token": False})
        guests.appointment_id._note_guests_in_calendar()
