from odoo import api, fields, models

from .booking_guest import TOLD_STATES
from .booking_notification import TIMED, Recipient

# With what an event about guests alone is told to the guests concerned, others only if a line says so.
GUEST_EVENTS = ("invited", "removed")


class BookingNotification(models.Model):
    """What is told to the people whom a booker invites."""

    _inherit = "booking.notification"

    event = fields.Selection(
        selection_add=[("invited", "Guest invited"), ("removed", "Guest removed")],
        ondelete={"invited": "cascade", "removed": "cascade"},
    )

    @api.onchange("event")
    def _onchange_event(self):
        if self.event in GUEST_EVENTS:
            self.recipient = "guest"
        return super()._onchange_event()

    @api.model
    def _get_defaults(self):
        """Add what guests are told; switched on together with the option of the type."""
        off = {"active": False}
        return [
            *super()._get_defaults(),
            ("invited", "guest", "email", "mail_template_guest_invited", off),
            ("modified", "guest", "email", "mail_template_guest_modified", off),
            ("cancelled", "guest", "email", "mail_template_guest_cancelled", off),
            ("removed", "guest", "email", "mail_template_guest_removed", off),
            ("before", "guest", "email", "mail_template_guest_reminder", {"delay": 1, "unit": "days", **off}),
        ]

    @api.model
    def _guest_values(self):
        return [values for values in self._default_values() if values["recipient"] == "guest"]

    @api.model
    def _create_missing_guest_lines(self):
        """Give the types that there are the lines for guests which new ones have, on where guests may be invited."""
        every = self.sudo().with_context(active_test=False)
        told = {booking_type for (booking_type,) in every._read_group([("recipient", "=", "guest")], ["type_id"])}
        types = self.env["booking.type"].sudo().with_context(active_test=False).search([]) - self._concat(told)
        every.create(
            [
                dict(values, type_id=booking_type.id, active=booking_type.allow_guests)
                for booking_type in types
                for values in self._guest_values()
            ]
        )

    @api.model
    def _concat(self, types):
        return self.env["booking.type"].sudo().concat(*types)

    def _get_guest(self, appointment):
        """Return the guests who are told: those of an invitation or removal, or all who are invited or come.

        Who was invited after a reminder was due has just read everything.
        """
        guests = appointment.guest_ids
        if self.event in GUEST_EVENTS:
            meant = self.env.context.get("booking_guest_ids")
            guests = guests if meant is None else guests.filtered(lambda guest: guest.id in meant)
        else:
            guests = guests.filtered(lambda guest: guest.state in TOLD_STATES)
        if self.event in TIMED:
            due = appointment._get_due(self, fields.Datetime.now())
            guests = guests.filtered(lambda guest: due and guest.invited_on < due)
        if self.event == "modified":
            # An invitation that waits to be filled in will say the newest.
            guests = guests.filtered(lambda guest: not guest._waits_for_invitation())
        return [
            Recipient(f"guest-{guest.id}", guest.name or "", guest.email, "", appointment.lang or "", guest_id=guest.id)
            for guest in guests
            if guest.email
        ]
