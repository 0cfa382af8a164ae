from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_date, format_datetime, format_time, groupby

# More are no list that anybody reads on paper; they are what the exports are for.
MOST_PRINTED = 500


class BookingAppointment(models.Model):
    """Appointments on paper: the list of them, and a sheet of one."""

    _inherit = "booking.appointment"

    @api.model
    @api.readonly
    def print_list(self, domain=None, order=None, ids=None):
        """Return the action that prints a list of appointments.

        The parameters are those of :meth:`_find_listed`.

        :raise UserError: when there are none, or too many for paper
        """
        self.check_access("read")
        appointments = self._find_listed(domain, order, ids, MOST_PRINTED + 1)
        if not appointments:
            raise UserError(self.env._("There is no appointment to print."))
        appointments._check_printed()
        report = self.env.ref("appointment_booking.report_booking_appointment_list_action")
        return report.report_action(appointments, config=False)

    def _check_printed(self):
        if len(self) > MOST_PRINTED:
            raise UserError(
                self.env._(
                    "At most %s appointments are printed at once. Narrow the list down, or export it.", MOST_PRINTED
                )
            )

    def _get_printed(self):
        """Return what the papers say of an appointment; whoever may read it may read the names of what it is about."""
        self.ensure_one()
        names = self.sudo()
        return {
            "reference": self.name,
            "day": format_date(self.env, self._get_printed_day(), date_format="EEEE d MMMM yyyy"),
            "hours": f"{self._print_time(self.start)} – {self._print_time(self.stop)}",
            "booked_on": format_datetime(self.env, self.create_date, dt_format="short"),
            "booker": self.booker_name or names.partner_id.name or "",
            "contact": [value for value in (self.booker_phone, self.booker_email) if value],
            "type": names.type_id.name or "",
            "reason": names.reason_id.name or "",
            "agency": names.agency_id.name or "",
            "address": names.agency_id.address or "",
            "advisor": names.user_id.name,
            "channel": dict(self._fields["channel"]._description_selection(self.env)).get(self.channel, ""),
            "state": dict(self._fields["state"]._description_selection(self.env))[self.state],
            "attendance": dict(self._fields["attendance"]._description_selection(self.env)).get(self.attendance, ""),
            "cancel_reason": self.cancel_reason or "",
            "answers": [(answer.label, answer.display_value) for answer in self.answer_ids if answer.display_value],
            "is_cancelled": self.state == "cancelled",
        }

    def _get_printed_day(self):
        return self.env["booking.report"]._to_local(self.start).date()

    def _print_time(self, instant):
        return format_time(self.env, instant, tz=self.env.tz.zone, time_format="short")


class BookingPaper(models.AbstractModel):
    """What every printed page of appointments is given."""

    _name = "booking.paper"
    _description = "Appointments on Paper"

    @api.model
    def _get_report_values(self, docids, data=None):
        appointments = self.env["booking.appointment"].browse(docids)
        appointments.check_access("read")
        appointments._check_printed()
        return {
            "docs": appointments,
            "doc_model": appointments._name,
            "tz": self.env.tz.zone.replace("_", " "),
        }


class ReportAppointmentList(models.AbstractModel):
    _name = "report.appointment_booking.report_booking_appointment_list"
    _inherit = ["booking.paper"]
    _description = "List of Appointments on Paper"

    @api.model
    def _get_report_values(self, docids, data=None):
        values = super()._get_report_values(docids, data)
        values["days"] = [
            (day, [appointment._get_printed() for appointment in of_day])
            for day, of_day in groupby(values["docs"], lambda appointment: appointment._get_printed_day())
        ]
        return values


class ReportAppointment(models.AbstractModel):
    _name = "report.appointment_booking.report_booking_appointment"
    _inherit = ["booking.paper"]
    _description = "Sheet of an Appointment on Paper"

    @api.model
    def _get_report_values(self, docids, data=None):
        values = super()._get_report_values(docids, data)
        values["sheets"] = [(appointment, appointment._get_printed()) for appointment in values["docs"]]
        return values
