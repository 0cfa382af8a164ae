from odoo import _, api, fields, models
from odoo.exceptions import UserError

from .booking_notification import TIMED


class BookingMessage(models.Model):
    """One message that is due to one recipient about one appointment."""

    _name = "booking.message"
    _inherit = ["booking.outbox"]
    _description = "Appointment Message"
    _about = "appointment_id"

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

    # To whom
    recipient = fields.Char(required=True, readonly=True, help="Tells the recipients of an appointment apart.")
    recipient_name = fields.Char(string="Name", readonly=True)
    lang = fields.Char(readonly=True)
    user_id = fields.Many2one("res.users", readonly=True, ondelete="set null", help="Where a colleague gets it.")

    # When it leaves, and what became of it
    rank = fields.Integer(readonly=True, help="What just happened is told before what was due by the clock.")
    mail_message_id = fields.Many2one("mail.message", readonly=True, ondelete="set null", index="btree_not_null")

    _once = models.Constraint(
        "UNIQUE (appointment_id, notification_id, due, recipient)", "This message is already there."
    )
    _to_prepare_index = models.Index("(rank, id) WHERE state = 'queued' AND prepared_at IS NULL")
    _waiting_index = models.Index("(next_try) WHERE state = 'queued' AND prepared_at IS NOT NULL")

    @api.model
    def _get_causes(self):
        return super()._get_causes() | {
            "nobody": _("There is nobody to tell."),
            "no_phone": _("No phone number is known."),
            "late": _("It would have come too late: messages were not being sent for a long time."),
            "forgotten": _("The personal data of the appointment were removed."),
        }

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
        }

    # Is it still wanted?

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

    # Send it again

    def action_send_again(self):
        """Prepare failed messages anew, with what the appointment says now."""
        self._send_again()

    def _get_current_address(self):
        if not self.notification_id:
            return self.address
        recipients = self.notification_id._get_recipients(self.appointment_id)[self.appointment_id]
        recipient = next((recipient for recipient in recipients if recipient.key == self.recipient), None)
        return recipient and (recipient.phone if self.channel == "sms" else recipient.email)

    def _get_fresh_values(self):
        values = super()._get_fresh_values()
        if not values["address"]:
            raise UserError(self._say("no_phone" if self.channel == "sms" else "no_email"))
        return {**values, "mail_message_id": False}
