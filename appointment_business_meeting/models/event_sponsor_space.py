from odoo import models
from odoo.exceptions import UserError

from ..exceptions import MeetingRefused

NAME_AT_MOST = 80


class EventSponsor(models.Model):
    """What partners do in their calendar: their own spaces, and the slots that are open there.

    All act with all rights, after the caller has made sure who acts for the partner; spaces and slots are numbers that
    somebody may have typed, and are looked up here. Each raises :class:`MeetingRefused`.
    """

    _inherit = "event.sponsor"

    def _may_manage_spaces(self):
        """Tell whether the partner makes and names its spaces itself; else the organiser does."""
        self.ensure_one()
        return self.sudo().event_id.meeting_partners_manage_spaces

    def _find_meeting_space(self, space_id):
        """Return a space of the partner by what a visitor sent as its number, with all rights; nothing for others."""
        spaces = self.sudo().meeting_space_ids
        return spaces.filtered(lambda space: str(space.id) == str(space_id))

    def _add_space(self, values):
        """Make a space; return it. ``values`` as for :meth:`_change_space`."""
        self._check_manages_spaces()
        spaces = self.sudo().env["business.meeting.space"]
        return spaces.create({"sponsor_id": self.id, **self._read_space_values(values)})

    def _change_space(self, space_id, values):
        """Name a space, and say who receives in it.

        :param values: dict of texts ``name``, ``contact`` (number of one of the partner's people, or ""), ``theme``,
            ``location``
        :raise MeetingRefused: ``space_name`` or ``space_contact`` for what is missing or cannot be
        """
        self._check_manages_spaces()
        space = self._get_own_space(space_id)
        values = self._read_space_values(values)
        try:
            space.write(values)
        except UserError as error:  # the new sales contact has another meeting then
            raise MeetingRefused("space_contact", str(error)) from error
        return space

    def _remove_space(self, space_id, move_to=None):
        """Take a space away; what is confirmed in it moves to another one, by its number, or keeps it there."""
        self._check_manages_spaces()
        self._get_own_space(space_id)._remove(self._get_own_space(move_to) if move_to else None)

    def _set_slots(self, space_id, slot_ids, is_open):
        """Offer slots of the grid in a space, or stop offering them; either may be so already."""
        space = self._get_own_space(space_id)
        slots = self.sudo().event_id.meeting_slot_ids.filtered(lambda slot: slot.id in slot_ids)
        if not slots or len(slots) != len(set(slot_ids)):
            raise MeetingRefused("slot", self.env._("This slot is not in the grid of the event."))
        if is_open:
            space._open_slots(slots)
        else:
            space._close_slots(slots)
        return space

    def _close_free_slots(self, space_id, slot_ids):
        """Stop offering slots in a space but for those in which a meeting is confirmed."""
        space = self._get_own_space(space_id)
        used = set(space._get_confirmed().slot_id.ids)
        free = [slot_id for slot_id in slot_ids if slot_id not in used]
        return self._set_slots(space_id, free, False) if free else space

    def _get_own_space(self, space_id):
        space = self._find_meeting_space(space_id)
        if not space:
            raise MeetingRefused("space", self.env._("Choose one of your spaces."))
        return space

    def _check_manages_spaces(self):
        if not self._may_manage_spaces():
            raise MeetingRefused("space", self.env._("The organiser sets the meeting spaces of this event."))

    def _read_space_values(self, values):
        texts = {
            name: " ".join((values.get(name) or "").split())[:NAME_AT_MOST] for name in ("name", "theme", "location")
        }
        if not texts["name"]:
            raise MeetingRefused("space_name", self.env._("Give the space a name."))
        wanted = values.get("contact") or ""
        contact = self._get_sales_contacts().filtered(lambda person: str(person.id) == wanted)
        if wanted and not contact:
            raise MeetingRefused("space_contact", self.env._("Choose one of your sales contacts."))
        return {**texts, "contact_id": contact.id}
