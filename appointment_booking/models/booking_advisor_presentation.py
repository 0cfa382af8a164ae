from odoo import api, fields, models
from odoo.exceptions import AccessError


class BookingAdvisor(models.Model):
    """The presentation of an advisor, as their managers see and change it on the list of a type."""

    _inherit = "booking.advisor"

    presentation = fields.Text(
        compute="_compute_presentation",
        inverse="_inverse_presentation",
        help="A few words for visitors who choose their advisor: what they are good at, which languages they speak. "
        "It is the same on all appointment types.",
    )
    presentation_published = fields.Boolean(
        string="Photo and presentation shown",
        compute="_compute_presentation",
        inverse="_inverse_presentation",
        help="Off, visitors who choose their advisor read the name only.",
    )

    @api.depends("user_id.booking_presentation", "user_id.booking_presentation_published")
    @api.depends_context("lang")
    def _compute_presentation(self):
        for advisor in self:
            user = advisor.user_id.sudo()
            advisor.presentation = user.booking_presentation
            advisor.presentation_published = user.booking_presentation_published

    def _inverse_presentation(self):
        """Managers write about the members of their teams, and everybody about themselves."""
        for advisor in self:
            user = advisor.user_id.sudo()
            if (user.booking_presentation or "", user.booking_presentation_published) == (
                advisor.presentation or "",
                advisor.presentation_published,
            ):
                continue
            if not advisor._may_present():
                raise AccessError(
                    self.env._("Only %s and the managers of their team may change their presentation.", user.name)
                )
            user.write(
                {
                    "booking_presentation": advisor.presentation,
                    "booking_presentation_published": advisor.presentation_published,
                }
            )

    def _may_present(self):
        reader = self.env.user
        return (
            self.env.su
            or reader == self.user_id
            or reader.has_group("appointment_booking.group_booking_admin")
            or reader in self.user_id.sudo().booking_team_ids.manager_ids
        )
