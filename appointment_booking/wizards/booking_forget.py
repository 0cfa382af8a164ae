import logging

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

_logger = logging.getLogger(__name__)


class BookingForget(models.TransientModel):
    """Removing personal data by hand: what will happen is said first (A73)."""

    _name = "booking.forget"
    _description = "Remove Personal Data"

    appointment_ids = fields.Many2many("booking.appointment", string="Appointments")
    partner_id = fields.Many2one("res.partner", string="Contact", ondelete="cascade")
    past_count = fields.Integer(compute="_compute_what")
    upcoming_count = fields.Integer(compute="_compute_what")
    waiting_count = fields.Integer(compute="_compute_what")
    contact_has_account = fields.Boolean(compute="_compute_what")
    cancel_upcoming = fields.Boolean(
        string="Cancel them",
        help="The advisors are told. The booker is not: nothing is left by which to reach them.",
    )

    @api.model
    def default_get(self, fields_list):
        """Begin with the appointments that are selected in a list, or with all of a contact."""
        values = super().default_get(fields_list)
        context = self.env.context
        if context.get("active_model") == "booking.appointment":
            values["appointment_ids"] = [fields.Command.set(context.get("active_ids") or [])]
        elif context.get("active_model") == "res.partner":
            values["partner_id"] = context.get("active_id")
        return values

    @api.depends("appointment_ids", "partner_id")
    def _compute_what(self):
        for wizard in self:
            appointments = wizard._get_appointments()
            upcoming = wizard._get_upcoming(appointments)
            partner = wizard.sudo().partner_id._origin
            wizard.past_count = len(appointments - upcoming)
            wizard.upcoming_count = len(upcoming)
            wizard.waiting_count = len(wizard._get_waiting())
            wizard.contact_has_account = bool(partner.with_context(active_test=False).user_ids)

    def _get_appointments(self):
        """Return what is to be forgotten, with all rights, once it is sure that the user may do that.

        :raise AccessError: for what is not theirs: managers remove the data of their teams' appointments, and only
            administrators those of a person, wherever they have been
        """
        self.ensure_one()
        if not self.env.user.has_group("appointment_booking.group_booking_manager"):
            raise AccessError(self.env._("Only team managers and administrators remove personal data."))
        # Without the rules, which would leave out in silence what is not theirs.
        chosen = self.sudo().appointment_ids._origin.with_env(self.env)
        chosen.check_access("write")
        appointments = chosen.sudo()
        if partner := self.partner_id._origin:
            if not self.env.user.has_group("appointment_booking.group_booking_admin"):
                raise AccessError(self.env._("Only administrators remove the personal data of a person everywhere."))
            partner.check_access("write")
            appointments |= appointments.search([("partner_id", "=", partner.id)])
        return appointments.filtered(lambda a: a.state != "hold" and not a.forgotten_at)

    def _get_upcoming(self, appointments):
        now = fields.Datetime.now()
        return appointments.filtered(lambda a: a.state == "planned" and a.stop > now)

    def _get_waiting(self):
        """Return where the person is on a waiting list, or was."""
        people = self.env["booking.waiting"].sudo()
        partner = self.partner_id._origin
        if not partner:
            return people
        email = partner.email_normalized
        return people.search(
            ["|", ("partner_id", "=", partner.id), ("email_normalized", "=", email)]
            if email
            else [("partner_id", "=", partner.id)]
        )

    def action_forget(self):
        self.ensure_one()
        appointments = self._get_appointments()
        upcoming = self._get_upcoming(appointments)
        if upcoming and not self.cancel_upcoming:
            raise UserError(self.env._("Some appointments lie ahead: cancel them first, or tick that box."))
        upcoming.write({"state": "cancelled", "cancelled_by": "staff"})
        upcoming._notify("cancelled", leaving_out=("booker", "guest"))
        partner = self.sudo().partner_id
        self._get_waiting().unlink()
        appointments._forget_personal_data(also_found=bool(partner))
        partner._forget_unused(also_found=True)
        _logger.info("Personal data of appointments %s were removed by user %s", appointments.ids, self.env.uid)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
