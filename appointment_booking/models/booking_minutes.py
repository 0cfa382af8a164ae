from odoo import api, fields, models
from odoo.tools import is_html_empty


class BookingMinutes(models.Model):
    """What was said in an appointment, for the advisor and those who manage the team.

    Not a column of the appointment: whoever may see that need not see this. The record rules of this model decide,
    whichever way it is asked for: an export, a search, a group or a link.
    """

    _name = "booking.minutes"
    _description = "Minutes of an Appointment"
    _inherit = ["booking.guarded"]
    _rec_name = "appointment_id"

    appointment_id = fields.Many2one("booking.appointment", required=True, ondelete="cascade")
    body = fields.Html(string="Minutes")

    _appointment_uniq = models.Constraint("UNIQUE (appointment_id)", "This appointment has minutes already.")


class BookingAppointment(models.Model):
    _inherit = "booking.appointment"

    minutes = fields.Html(
        compute="_compute_minutes",
        inverse="_inverse_minutes",
        copy=False,
        exportable=False,
        help="For the advisor, managers of the team and administrators. Neither the booker nor other advisors see it.",
    )
    may_take_minutes = fields.Boolean(compute="_compute_may_take_minutes")

    @api.depends_context("uid")
    def _compute_minutes(self):
        """Read them with the rights of who asks: what the rules hide is empty."""
        minutes = self.env["booking.minutes"]
        found = minutes.search([("appointment_id", "in", self.ids)]) if minutes.has_access("read") else minutes
        by_appointment = {one.appointment_id.id: one.body for one in found}
        for appointment in self:
            appointment.minutes = by_appointment.get(appointment._origin.id, False)

    def _inverse_minutes(self):
        """Write them with the rights of who does: where the rules hide them, nothing can be put there."""
        values = {appointment: appointment.minutes for appointment in self}
        known = self.env["booking.minutes"].sudo().search([("appointment_id", "in", self.ids)]).with_env(self.env)
        known.check_access("write")
        by_appointment = {minutes.appointment_id: minutes for minutes in known}
        new = []
        for appointment, body in values.items():
            if minutes := by_appointment.get(appointment):
                minutes.body = body
            elif not is_html_empty(body):
                new.append({"appointment_id": appointment.id, "body": body})
        if new:
            self.env["booking.minutes"].create(new)

    @api.depends("user_id", "type_id")
    @api.depends_context("uid")
    def _compute_may_take_minutes(self):
        """Tell who sees the page of the minutes. The rules are asked, about minutes as they would be."""
        allowed = self._filtered_for_minutes()
        for appointment in self:
            appointment.may_take_minutes = appointment in allowed

    def _filtered_for_minutes(self):
        """Return the appointments whose minutes the current user reads and writes, as the record rules say."""
        user = self.env.user
        if self.env.su or user.has_group("appointment_booking.group_booking_admin"):
            return self
        own = self.filtered(lambda appointment: appointment.user_id == user)
        if not user.has_group("appointment_booking.group_booking_manager"):
            return own

        def manages(appointment):
            of = appointment.sudo()
            teams = of.type_id.team_ids if of.type_id else of.user_id.booking_team_ids
            return user in teams.manager_ids

        return own | self.filtered(manages)

    def _forget_personal_data(self, also_found=False):
        """Remove the minutes: nobody has declared what is in them."""
        result = super()._forget_personal_data(also_found)
        gone = self.env["booking.minutes"].sudo().search([("appointment_id", "in", self.ids)])
        self.env["booking.forgetter"]._unlink_files(gone)
        gone.unlink()
        self.invalidate_recordset(["minutes"])
        return result
