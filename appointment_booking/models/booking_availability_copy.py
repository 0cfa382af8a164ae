from odoo import _, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from .booking_availability import WEEKDAYS


class BookingAvailabilityCopy(models.TransientModel):
    """Give colleagues the hours that an advisor has."""

    _name = "booking.availability.copy"
    _description = "Copy Hours to Colleagues"

    availability_ids = fields.Many2many("booking.availability", required=True)
    user_ids = fields.Many2many(
        "res.users", string="Colleagues", required=True, domain="[('id', 'in', allowed_user_ids)]"
    )
    allowed_user_ids = fields.Many2many("res.users", compute="_compute_allowed_user_ids")
    replace = fields.Boolean(
        string="Replace their weekly hours",
        help="Their present hours of every week are archived first. Dates and closed days stay.",
    )

    @api.depends_context("uid")
    def _compute_allowed_user_ids(self):
        self.allowed_user_ids = self.env["booking.availability"]._get_editable_users()

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        if self.env.context.get("active_model") == "booking.availability":
            values["availability_ids"] = [Command.set(self.env.context.get("active_ids") or [])]
        return values

    def action_copy(self):
        """Copy the hours to each colleague who does not have them yet."""
        self.ensure_one()
        model = self.env["booking.availability"]
        users = model._check_editable(self.user_ids.ids)
        self.availability_ids.check_access("read")
        if self.replace and any(hours.kind == "recurring" for hours in self.availability_ids):
            former = model.search([("user_id", "in", users.ids), ("kind", "=", "recurring")])
            (former - self.availability_ids).active = False
        known = set(model._import_known(users))
        values = []
        for user in users:
            for hours in self.availability_ids.filtered(lambda hours, user=user: hours.user_id != user):
                identity = hours._copied_identity(user)
                if identity not in known:
                    known.add(identity)
                    values.append(hours._copied_to(user))
        created = model.create(values)
        if not created:
            raise UserError(_("They have these hours already."))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": _("Hours copied to %s.", ", ".join(created.user_id.mapped("name"))),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }


class BookingAvailability(models.Model):
    _inherit = "booking.availability"

    def _copied_identity(self, user):
        """Return what makes this entry, once it is a colleague's, the same as one that they have."""
        (identity,) = self._identities()
        return (user.id, *identity[1:-1], self.agency_id.tz or user.tz or self.tz)

    def _copied_to(self, user):
        """Return the values of the same hours of a colleague: on their clock, where no agency says another."""
        return {
            **self._copied_values(),
            **{name: self[name] for name in ("kind", "date_from", "date_to", *WEEKDAYS)},
            "user_id": user.id,
            "tz": self.agency_id.tz or user.tz or self.tz,
            "hours_ids": self._hours_commands(self._ranges()),
        }
