from odoo import fields, models

from ..exceptions import MeetingRefused


class BusinessMeetingClosure(models.Model):
    """A slot that is not offered in one space. No row, and the slot of the grid is open there."""

    _name = "business.meeting.closure"
    _inherit = ["booking.guarded"]
    _description = "Closed Slot of a Space"

    space_id = fields.Many2one("business.meeting.space", required=True, ondelete="cascade")
    slot_id = fields.Many2one("business.meeting.slot", required=True, ondelete="cascade", index=True)
    event_id = fields.Many2one(related="space_id.event_id", store=True, index=True)
    company_id = fields.Many2one(related="event_id.company_id")

    _once = models.Constraint("UNIQUE (space_id, slot_id)", "This slot is closed there already.")


class BusinessMeetingSpace(models.Model):
    """Closing and opening slots of a space: what the partner does in their calendar, and the organiser for them."""

    _inherit = "business.meeting.space"

    def _close_slots(self, slots):
        """Stop offering slots here. Closing one that is closed changes nothing.

        :raise MeetingRefused: ``slot`` when one is of another event, ``space_used`` when a meeting is confirmed in one
        """
        self.ensure_one()
        self._check_slots(slots)
        if used := (self._get_confirmed().slot_id & slots.sudo()):
            raise MeetingRefused(
                "space_used",
                self.env._(
                    "A meeting is confirmed here, move or cancel it first: %s", ", ".join(used.mapped("display_name"))
                ),
            )
        closures = self.env["business.meeting.closure"]
        new = slots - self.sudo().closure_ids.slot_id
        closures.create([{"space_id": self.id, "slot_id": slot.id} for slot in new])

    def _open_slots(self, slots):
        """Offer slots here again.

        :raise MeetingRefused: ``slot`` when one is of another event
        """
        self.ensure_one()
        self._check_slots(slots)
        self.closure_ids.filtered(lambda closure: closure.slot_id in slots).unlink()

    def _check_slots(self, slots):
        if slots.sudo().event_id - self.sudo().event_id:
            raise MeetingRefused("slot", self.env._("This slot is not in the grid of the event."))
