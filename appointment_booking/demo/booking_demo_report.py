from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

# How many days before their hour the appointments were booked, in turn; one in six was entered by staff.
LEAD_DAYS = (0.2, 6, 2, 12, 1, 4, 0.5, 9, 20, 3, 1, 33, 5, 2, 7)


class BookingDemo(models.AbstractModel):
    _inherit = "booking.demo"

    @api.model
    def _add_figures(self):
        """Let the appointments have been booked over time, mostly on the website, and work out the occupancy."""
        data = self.env["ir.model.data"].search(
            [
                ("module", "=", "appointment_booking"),
                ("model", "=", "booking.appointment"),
                ("name", "like", "appointment_"),
            ],
            order="id",
        )
        appointments = self.env["booking.appointment"].browse(data.mapped("res_id")).exists()
        visitor, now = self.env.ref("base.public_user"), fields.Datetime.now()
        appointments.flush_recordset()
        for number, appointment in enumerate(appointments):
            if appointment.create_uid != self.env.ref("base.user_root"):
                continue
            # What lies ahead was booked already: some minutes ago at the latest.
            lead = timedelta(days=LEAD_DAYS[number % len(LEAD_DAYS)])
            booked = min(appointment.start - lead, now - timedelta(minutes=5 + number))
            who = appointment.user_id if number % 6 == 5 else visitor
            self.env.cr.execute(
                SQL(
                    "UPDATE booking_appointment SET create_date = %s, create_uid = %s WHERE id = %s",
                    booked,
                    who.id,
                    appointment.id,
                )
            )
        appointments.invalidate_recordset(["create_date", "create_uid"])
        occupancy = self.env["booking.occupancy"]
        known, new = occupancy._get_users_to_fill()
        today = fields.Date.today()
        occupancy._fill(known + new, today - timedelta(days=92), today + timedelta(days=92))
