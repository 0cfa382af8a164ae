from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.mirroring import MIRRORING


class BookingAppointment(models.Model):
    """The mirror of an appointment in Odoo's calendar, where the synchronisations with Google and Outlook see it."""

    _inherit = "booking.appointment"

    # A change of one of these changes the calendar entry.
    _CALENDAR_FIELDS = frozenset(
        (
            "state",
            "start",
            "stop",
            "user_id",
            "partner_id",
            "agency_id",
            "type_id",
            "reason_id",
            "booker_name",
            "channel",
            "alarm_ids",
            "place",
            "subject",
        )
    )

    calendar_event_id = fields.Many2one(
        "calendar.event",
        string="Calendar entry",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
    )
    meeting_url = fields.Char(related="calendar_event_id.videocall_location", string="Video link")
    ics_sequence = fields.Integer(
        copy=False, help="Number of changes told to the calendars of the booker and the advisor."
    )

    @api.constrains("calendar_event_id")
    def _check_calendar_event(self):
        """The mirror is written with all rights: it must not be turned to an entry of somebody else."""
        for appointment in self:
            event = appointment.sudo().calendar_event_id
            if event and (event.res_model, event.res_id) != (self._name, appointment.id):
                raise ValidationError(self.env._("This calendar entry is not the one of the appointment."))

    def _mirror_in_calendar(self):
        """Create, update or archive the calendar entries so that they say what the appointments say.

        The advisor's own synchronisation is asked, whoever books: entries are written in the advisor's name.
        """
        quiet = self.sudo().with_context(**MIRRORING)
        for appointment in quiet:
            advisor, event = appointment.user_id, appointment.calendar_event_id
            event = event.with_user(advisor).sudo()
            if appointment.state in ("planned", "done"):
                values = appointment._calendar_values()
                if event._is_kept_elsewhere(advisor):
                    room, event = event._pass_on_room(), event._leave()
                    appointment.calendar_event_id = False
                    appointment.ics_sequence += 1
                    values |= room
                if event:
                    is_new_there = event.user_id != advisor
                    event.write(values)
                    if is_new_there:
                        event._send_again()
                    appointment.ics_sequence += 1
                else:
                    appointment.calendar_event_id = event.create(appointment._new_calendar_values(values))
            elif event:
                event.active = False
                appointment.ics_sequence += 1

    def _calendar_values(self):
        """Return what the calendar entry says, as values of ``calendar.event``."""
        self.ensure_one()
        appointment = self.with_context(lang=self.user_id.lang or self.env.lang)
        return {
            "active": True,
            "name": appointment.display_name,
            "start": appointment.start,
            "stop": appointment.stop,
            "user_id": appointment.user_id.id,
            "partner_ids": [fields.Command.set(appointment._get_people().ids)],
            "location": appointment._get_location(),
            "description": appointment._calendar_description(),
        }

    def _new_calendar_values(self, values):
        """Complete the values of a new entry: what is decided once."""
        values = dict(
            values,
            show_as="busy",
            privacy="private",
            res_model_id=self.env["ir.model"]._get_id(self._name),
            res_id=self.id,
            # Advisor and booker have agreed to the hour: the booker chose it, the advisor opened it.
            attendee_ids=[
                fields.Command.create({"partner_id": partner.id, "state": state})
                for partner, state in self._get_answers().items()
            ],
        )
        if self.channel == "video" and self.type_id.video_provider == "discuss" and "access_token" not in values:
            values["videocall_location"] = self.env["calendar.event"].get_discuss_videocall_location()
        return values

    def _calendar_description(self):
        self.ensure_one()
        lines = self._get_calendar_lines()
        told = [self.env._("%(label)s: %(value)s", label=label, value=value) for label, value in lines if value]
        rows = [Markup("<li>%s</li>") % line for line in told]
        return Markup("<ul>%s</ul>") % Markup("").join(rows)

    def _get_calendar_lines(self):
        """Return what the text of the calendar entry says, as ``[(label, value)]``."""
        self.ensure_one()
        return [
            (self.env._("Reference"), self.name),
            (self.env._("Reason"), self.reason_id.name),
            (self.env._("Phone"), self.booker_phone),
            (self.env._("E-mail"), self.booker_email),
        ]
