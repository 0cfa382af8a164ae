from datetime import timedelta

from odoo import api, fields, models

from .booking_guest import TOLD_STATES

ICS_METHODS = {"invited": "REQUEST", "modified": "REQUEST", "cancelled": "CANCEL", "removed": "CANCEL"}
# How many changes of appointments one mailbox hears of in a day: nobody can flood a stranger by moving to and fro.
CHANGES, CHANGES_PERIOD = 10, timedelta(days=1)


class BookingMessage(models.Model):
    """Messages to guests: to each alone, filled in for this guest, and for as long as they are told at all."""

    _inherit = "booking.message"

    guest_id = fields.Many2one("booking.guest", readonly=True, ondelete="set null", index="btree_not_null")

    @api.model
    def _get_causes(self):
        return super()._get_causes() | {"often": self.env._("This guest heard of many changes today already.")}

    @api.model
    def _claim_values(self, notification, appointment, instant, recipient):
        values = super()._claim_values(notification, appointment, instant, recipient)
        values["guest_id"] = recipient.guest_id if recipient else None
        if values["guest_id"] and notification.event == "modified" and values["state"] == "queued":
            if self._is_flooded(recipient.email):
                values.update(state="cancelled", outcome="cancelled", cause="often")
        return values

    @api.model
    def _insert(self, rows):
        new = super()._insert(rows)
        self.env["booking.guest"].invalidate_model(["message_log_ids"])
        return new

    @api.model
    def _is_flooded(self, email):
        limits = self.env["booking.rate.limit"]
        most = limits._get_limit("guest_changes", CHANGES)
        since = fields.Datetime.now() - CHANGES_PERIOD
        told = self.sudo().search_count(
            [
                ("guest_id.email", "=", email),
                ("event", "=", "modified"),
                ("due", ">", since),
                ("outcome", "=", False),
            ],
            limit=most,
        )
        return told >= most

    def _is_wanted(self, now):
        guest = self.guest_id
        if not guest:
            # A guest's row may be gone: then nobody is left to be told.
            return not self.recipient.startswith("guest-") and super()._is_wanted(now)
        if self.event == "removed":
            return guest.state == "removed" and self.appointment_id.stop > now
        if self.event == "invited" and self.appointment_id.state != "planned":
            return False
        return guest.state in TOLD_STATES and super()._is_wanted(now)

    def _queue_emails(self, template):
        """Fill in the templates of guests for each guest: at each turn one of every appointment."""
        guests = left = self.filtered("guest_id")
        while left:
            turn = self.browse().concat(*(messages[0] for messages in left.grouped("appointment_id").values()))
            readers = tuple((message.appointment_id.id, message.guest_id.id) for message in turn)
            super(BookingMessage, turn)._queue_emails(template.with_context(booking_readers=readers))
            left -= turn
        return super(BookingMessage, self - guests)._queue_emails(template)

    def _get_mail_values(self, template, values, entry):
        """Let mail programs offer the guest to unsubscribe by one click (RFC 8058)."""
        result = super()._get_mail_values(template, values, entry)
        if self.guest_id:
            result["headers"] = repr(
                {
                    "List-Unsubscribe": f"<{self.guest_id._get_link()}/block>",
                    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                }
            )
        return result

    def _get_ics(self):
        if not self.guest_id:
            return super()._get_ics()
        method = ICS_METHODS.get(self.event)
        return self.guest_id._get_ics(method) if method else None
