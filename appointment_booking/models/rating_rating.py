from odoo import api, fields, models


class RatingRating(models.Model):
    """Ratings of appointments: who may read the appointment may read them, nobody may write them by hand.

    Odoo lets every internal user read every rating. The rules of this addon rest on the link to the appointment.
    """

    _inherit = "rating.rating"

    booking_appointment_id = fields.Many2one(
        "booking.appointment",
        string="Appointment",
        compute="_compute_booking_appointment_id",
        store=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    booking_type_id = fields.Many2one(related="booking_appointment_id.type_id", string="Appointment type")
    booking_reason_id = fields.Many2one(related="booking_appointment_id.reason_id", string="Reason")
    booking_agency_id = fields.Many2one(related="booking_appointment_id.agency_id", string="Agency")
    booking_user_id = fields.Many2one(related="booking_appointment_id.user_id", string="Advisor")
    booking_channel = fields.Selection(related="booking_appointment_id.channel", string="Channel")
    booking_start = fields.Datetime(related="booking_appointment_id.start", string="Date of the appointment")

    _one_each_appointment = models.UniqueIndex(
        "(booking_appointment_id) WHERE booking_appointment_id IS NOT NULL", "This appointment was rated already."
    )

    @api.depends("res_model", "res_id")
    def _compute_booking_appointment_id(self):
        for rating in self:
            is_ours = rating.res_model == "booking.appointment"
            rating.booking_appointment_id = rating.res_id if is_ours else False
