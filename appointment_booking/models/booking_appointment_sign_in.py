from datetime import timedelta

from odoo import fields, models

# To find the password, or to make an account and a first login.
SIGN_IN_LASTS = timedelta(minutes=15)


class BookingAppointment(models.Model):
    """A held slot waits while its visitor signs in or signs up: once, and not for ever."""

    _inherit = "booking.appointment"

    sign_in_until = fields.Datetime(
        copy=False, readonly=True, help="Until when the slot is kept for a visitor who went to sign in."
    )

    def _wait_for_sign_in(self):
        """Keep the slot a while longer, the first time that its visitor goes to sign in."""
        for hold in self.filtered(lambda appointment: appointment._is_held() and not appointment.sign_in_until):
            hold.sign_in_until = max(hold.hold_until, fields.Datetime.now() + SIGN_IN_LASTS)
            hold.hold_until = hold.sign_in_until

    def _resume_hold(self):
        now = fields.Datetime.now()
        waiting = self.filtered(lambda appointment: appointment._is_held() and (appointment.sign_in_until or now) > now)
        for hold in waiting:
            first_end = hold.create_date + timedelta(minutes=hold.type_id.hold_minutes)
            hold.hold_until = max(first_end, hold.sign_in_until)
        return super(BookingAppointment, self - waiting)._resume_hold()

    def _lacks_account(self):
        """Tell whether the type asks for an account and the current visitor has not signed in."""
        self.ensure_one()
        return self.type_id.sign_in == "required" and self.env.user._is_public()
