from odoo import fields, models

from odoo.addons.appointment_booking.tools import ics

from ..exceptions import PARTICIPANT, other_side


class BusinessMeeting(models.Model):
    """The meeting as an entry of people's own calendars: the same one through all its changes."""

    _inherit = "business.meeting"

    def _get_ics(self, side, method="PUBLISH"):
        """Return the bytes of an ICS file for one side.

        :param method: ``REQUEST`` for a new or changed meeting, ``CANCEL`` for one that is off, ``PUBLISH`` for a file
            that somebody downloads
        """
        self.ensure_one()
        return ics.build(self._get_ics_entry(side), method)

    def _get_ics_entry(self, side):
        """Return the ``tools.ics.Entry`` of a meeting that has a slot, for one side; also for whole agendas."""
        self.ensure_one()
        meeting = self.sudo()
        event = meeting.event_id
        database = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        organiser = event.organizer_id or event.company_id.partner_id
        contact = meeting._get_contact(side)
        name = meeting.registration_id.name if side == PARTICIPANT else contact.name
        address = meeting._get_address(side)
        link = meeting._get_link(side)
        return ics.Entry(
            uid=f"business-meeting-{meeting.id}@{database}",
            sequence=meeting.sequence,
            stamp=fields.Datetime.now(),
            start=meeting.start,
            stop=meeting.stop,
            summary=f"{meeting._get_name(other_side(side))} ({event.name})",
            description="\n\n".join(filter(None, [meeting.message, link])),
            location=meeting._get_place(),
            url=link,
            organizer=ics.Person(organiser.name, organiser.email_normalized) if organiser.email_normalized else None,
            attendee=ics.Person(name or "", address) if address else None,
        )

    def _get_name(self, side):
        """Return what a side is called, as the other one sees it."""
        meeting = self.sudo()
        if side == PARTICIPANT:
            registration = meeting.registration_id
            company = registration.company_name
            return f"{registration.name} ({company})" if company else registration.name or registration.display_name
        contact = meeting.space_id.contact_id
        return f"{meeting.sponsor_id.name} ({contact.name})" if contact else meeting.sponsor_id.name

    def _get_place(self):
        """Return where the meeting is, as ``Table 12, Expo hall``."""
        meeting = self.sudo()
        place = meeting.event_id.address_id
        return ", ".join(filter(None, [meeting.space_id.location or meeting.space_id.name, place.name]))

    def _get_link(self, side):
        """Return the address of the meeting among the pages of a side."""
        meeting = self.sudo()
        one = meeting.registration_id if side == PARTICIPANT else meeting.sponsor_id
        return f"{meeting.event_id.get_base_url()}{one._get_meeting_url()}/meeting/{meeting.id}"
