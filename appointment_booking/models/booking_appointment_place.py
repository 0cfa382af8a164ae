from odoo import fields, models


class BookingAppointment(models.Model):
    """Where an appointment is held, and from where its booker comes."""

    _inherit = "booking.appointment"

    postcode = fields.Char(
        string="Postcode given",
        readonly=True,
        help="What the booker answered before anything else, where it was asked.",
    )

    def _try_hold(self, values, former):
        """Where visitors are not asked for the agency, the hours of the advisor who takes the slot decide."""
        if not values.get("agency_id"):
            booking_type = self.env["booking.type"].browse(values["type_id"])
            reason = self.env["booking.reason"].browse(values["reason_id"] or ())
            if booking_type._get_unchosen_agencies(reason):
                agency = booking_type._find_agency_at(values["user_id"], values["start"], reason, former)
                values = dict(values, agency_id=agency.id)
        return super()._try_hold(values, former)
