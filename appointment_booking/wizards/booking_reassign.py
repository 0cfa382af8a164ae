from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..models.booking_appointment_advisors import FREE, TAKEN
from ..models.booking_appointment_overbook import OUTSIDE


class BookingReassign(models.TransientModel):
    """An appointment is given to another advisor: who is free then is said before it is done (C02)."""

    _name = "booking.reassign"
    _description = "Give an Appointment to Another Advisor"

    appointment_id = fields.Many2one("booking.appointment", required=True, readonly=True, ondelete="cascade")
    start = fields.Datetime(related="appointment_id.start", string="Hour")
    former_user_id = fields.Many2one(related="appointment_id.user_id", string="Advisor now")
    advisors = fields.Json(compute="_compute_advisors", string="Give it to")
    user_id = fields.Many2one("res.users", string="Advisor", ondelete="cascade")
    standing = fields.Char(compute="_compute_standing")
    may_overbook = fields.Boolean(compute="_compute_standing")
    overbook_reason = fields.Char(string="Reason of the double booking")
    outside_reason = fields.Char(string="Reason for this hour")
    tell_booker = fields.Boolean(string="Tell the booker", default=True)

    @api.model_create_multi
    def create(self, vals_list):
        wizards = super().create(vals_list)
        wizards.appointment_id.check_access("write")
        return wizards

    @api.depends("appointment_id")
    @api.depends_context("lang", "uid")
    def _compute_advisors(self):
        for wizard in self:
            wizard.advisors = wizard._get_advisors()

    @api.depends("appointment_id", "user_id")
    @api.depends_context("uid")
    def _compute_standing(self):
        for wizard in self:
            found = {advisor["id"]: advisor["standing"] for advisor in wizard.advisors or ()}
            wizard.standing = found.get(wizard.user_id._origin.id, False)
            wizard.may_overbook = self.env.user.has_group(OUTSIDE)

    def _get_advisors(self):
        """Return who may take the appointment, those who are free first, as :meth:`_offer_advisors` does."""
        appointment = self.appointment_id._origin
        if not appointment:
            return []
        appointment.check_access("write")
        of = appointment.sudo()
        users = self._get_candidates()
        standings = appointment._look_at_advisors(
            users,
            of.start,
            of.stop,
            gap=of.gap,
            booking_type=of.type_id,
            agency=of.agency_id if of.channel == "in_person" else None,
            leaving_out=of,
        )
        return appointment._offer_advisors(users, standings)

    def _get_candidates(self):
        """Return the other advisors of the type, or, without one, the other members of the advisor's teams."""
        appointment = self.appointment_id._origin.sudo()
        if appointment.type_id:
            ids = appointment.type_id._get_user_ids(appointment.reason_id).get(appointment.type_id.id, [])
            users = self.env["res.users"].sudo().browse(ids)
        else:
            users = appointment.user_id.booking_team_ids.member_ids
        return users.filtered("active") - appointment.user_id

    def action_reassign(self):
        """Give it to the chosen advisor; the former and the new one are told, and the booker as usual.

        :raise UserError: when the advisor cannot take it
        """
        self.ensure_one()
        appointment = self.appointment_id
        appointment.check_access("write")
        if not self.user_id:
            raise UserError(self.env._("Choose an advisor."))
        if appointment.state != "planned":
            raise UserError(self.env._("Only a planned appointment is given to another advisor."))
        standing = {advisor["id"]: advisor["standing"] for advisor in self._get_advisors()}.get(self.user_id.id)
        if not standing:
            raise AccessError(self.env._("This advisor does not take such appointments."))
        if standing != FREE and not self.env.user.has_group(OUTSIDE):
            raise UserError(self.env._("%s is not free at that hour.", self.user_id.sudo().name))
        if standing == TAKEN:
            appointment._give_overbooked(self.user_id, self.overbook_reason, tell_booker=self.tell_booker)
        else:
            values = {"user_id": self.user_id.id, "tell_booker": self.tell_booker}
            if standing != FREE:
                values["outside_reason"] = self.outside_reason
            appointment.write(values)
        self.env.flush_all()
        return {"type": "ir.actions.act_window_close"}
