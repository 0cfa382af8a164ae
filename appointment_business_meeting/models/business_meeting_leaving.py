from odoo import api, models
from odoo.exceptions import UserError


class EventRegistration(models.Model):
    """A participant who goes: meetings do not vanish without a word to the other side."""

    _inherit = "event.registration"

    def write(self, vals):
        if "event_id" in vals:
            moved = self.filtered(lambda registration: registration.event_id.id != vals["event_id"])
            self.env["business.meeting"]._call_off([("registration_id", "in", moved.ids)], "participant")
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_meetings_ahead(self):
        if self.env["business.meeting"]._get_ahead([("registration_id", "in", self.ids)]):
            raise UserError(
                self.env._("Business meetings are confirmed with this participant: cancel the registration instead.")
            )


class EventSponsor(models.Model):
    """A partner who goes."""

    _inherit = "event.sponsor"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_meetings_ahead(self):
        if self.env["business.meeting"]._get_ahead([("sponsor_id", "in", self.ids)]):
            raise UserError(
                self.env._("Business meetings are confirmed with this partner: archive it, and both sides are told.")
            )
