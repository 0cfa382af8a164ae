from typing import NamedTuple

from odoo import api, models

from ..exceptions import PARTNER, MeetingRefused

# How a meeting or a request stands when it came to an end without having been held.
ENDED = ("refused", "cancelled", "expired")


class Person(NamedTuple):
    """Somebody whom a side may meet, as a row of its list."""

    record: models.BaseModel
    name: str
    cells: list  # texts, one for each column
    image: str  # address of a picture, or nothing
    meeting: models.BaseModel  # that brings the two together, the open one first; may be empty
    status: str


class BusinessMeetingPage(models.AbstractModel):
    """Whom a side may meet: always looked up through the rules of the event."""

    _inherit = "business.meeting.page"

    @api.model
    def _find_person(self, side, one, number):
        """Return whom a visitor has asked for by their number, with all rights; nothing outside the rules."""
        return one._find_meeting_participant(number) if side == PARTNER else one._find_meeting_sponsor(number)

    @api.model
    def _may_ask_again(self, side, one, card, person):
        """Tell whether who looks at a meeting that came to an end is led to ask for another one."""
        if card.status not in ENDED or one.event_id.is_finished:
            return False
        return bool(self._find_person(side, one, person.record.id))

    @api.model
    def _get_people_columns(self, side, one):
        """Return the headings of the list."""
        if side == PARTNER:
            return one._get_meeting_columns().mapped("display_name") or [self.env._("Participant")]
        return [self.env._("Partner"), self.env._("Level"), self.env._("Offer")]

    @api.model
    def _get_people_choices(self, side, one):
        """Return what the list can be narrowed by: ``[(field, [(value, label), ...]), ...]``."""
        if side != PARTNER:
            return []
        searched = one.event_id.meeting_field_ids.filtered("is_searched")
        return searched._get_choices(one._get_meeting_participant_domain())

    @api.model
    def _search_people(self, side, one, search="", offset=0, limit=20, chosen=None, asked=None):
        """Return ``([Person, ...], how many there are in all)``; parameters as for the searches of both sides."""
        if side == PARTNER:
            found, total = one._search_meeting_participants(search, offset, limit, chosen, asked)
        else:
            found, total = one._search_meeting_sponsors(search, offset, limit, asked)
        return self._get_people(side, one, found), total

    @api.model
    def _get_people(self, side, one, records):
        other = "registration_id" if side == PARTNER else "sponsor_id"
        meetings = {}
        between = self._get_own_domain(side, one)
        for meeting in self.env["business.meeting"].sudo().search([*between, (other, "in", records.ids)], order="id"):
            known = meetings.get(meeting[other].id)
            if not known or known._get_status(side) not in ("received", "sent", "confirmed"):
                meetings[meeting[other].id] = meeting
        table = self._read_people(side, one, records)
        nobody = self.env["business.meeting"]
        pictured = records.browse()
        if side != PARTNER:
            pictured = records.with_context(bin_size=True).filtered("image_512").with_env(records.env)
        people = []
        for record in records:
            cells, meeting = table[record.id], meetings.get(record.id, nobody)
            people.append(
                Person(
                    record,
                    next(filter(None, cells), "") or self.env._("Participant %s", record.id),
                    cells,
                    record.website_image_url if record in pictured else "",
                    meeting,
                    meeting._get_status(side) if meeting else "",
                )
            )
        return people

    @api.model
    def _read_people(self, side, one, records):
        """Return ``{id: [text for each column]}``: of participants only what the organiser shows."""
        if side != PARTNER:
            return {
                sponsor.id: [sponsor.name, sponsor.sponsor_type_id.name or "", sponsor.subtitle or ""]
                for sponsor in records
            }
        columns = one._get_meeting_columns()
        if not columns:
            return {registration.id: [""] for registration in records}
        return columns._read(records)

    # What a visitor has chosen, looked up again

    @api.model
    def _read_slots(self, event, numbers):
        """Return the slots of the event with these numbers.

        :raise MeetingRefused: ``slot`` when one is of no slot of the event
        """
        slots = event.meeting_slot_ids.filtered(lambda slot: slot.id in numbers)
        if len(slots) != len(numbers):
            raise MeetingRefused("slot", self.env._("This slot is not offered at the event."))
        return slots

    @api.model
    def _read_space(self, sponsor, number):
        """Return a space of the partner by its number, nothing for an empty one.

        :raise MeetingRefused: ``space``
        """
        space = sponsor._find_meeting_space(number)
        if number and not space:
            raise MeetingRefused("space", self.env._("Choose a space of this partner."))
        return space
