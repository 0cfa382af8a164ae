from odoo import api, fields, models
from odoo.tools import email_normalize

# A change of one of these may free time of an advisor; others do not.
FREEING = frozenset(("start", "stop", "gap", "user_id"))
TELLING_WHO = frozenset(("state", "booker_email", "partner_id", "type_id"))


class BookingAppointment(models.Model):
    """What an appointment means for those who wait: it ends the booker's wait, and its end frees a slot."""

    _inherit = "booking.appointment"

    @api.model_create_multi
    def create(self, vals_list):
        appointments = super().create(vals_list)
        appointments._end_waiting()
        return appointments

    def write(self, vals):
        result = super().write(vals)
        if FREEING & vals.keys() or vals.get("state") == "cancelled":
            self.env["booking.waiting"]._wake(freeing=self)
        if TELLING_WHO & vals.keys():
            self._end_waiting()
        return result

    def unlink(self):
        self.env["booking.waiting"]._wake(freeing=self)
        return super().unlink()

    def _end_waiting(self):
        """Who has an appointment of a type need not wait for one any more."""
        now = fields.Datetime.now()
        booked = self.sudo().filtered(lambda a: a.state == "planned" and a.type_id and a.stop > now)
        if not booked:
            return
        emails = {appointment: email_normalize(appointment.booker_email) for appointment in booked}
        waiting = (
            self.env["booking.waiting"]
            .sudo()
            .search(
                [
                    ("type_id", "in", booked.type_id.ids),
                    ("state", "=", "waiting"),
                    "|",
                    ("email_normalized", "in", list(filter(None, emails.values()))),
                    ("partner_id", "in", booked.partner_id.ids),
                ]
            )
        )
        theirs = {(a.type_id, email) for a, email in emails.items()}
        theirs |= {(a.type_id, a.partner_id) for a in booked if a.partner_id}
        waiting.filtered(
            lambda w: (w.type_id, w.email_normalized) in theirs or (w.type_id, w.partner_id) in theirs
        )._end("booked")
