import logging

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL, html2plaintext

from ..tools import ics
from ..tools.guest_words import clean_name
from ..tools.mirroring import MIRRORING
from ..tools.own_transaction import own_cursor
from .booking_appointment_change import TOLD_FIELDS
from .booking_appointment_hold import HOLD_TRIES
from .booking_guest import TOLD_STATES

_logger = logging.getLogger(__name__)

# What a calendar is told of a guest's answer (RFC 5545, 3.2.12).
ANSWERS = {"accepted": "ACCEPTED", "declined": "DECLINED"}


class TooManyGuests(Exception):
    """More people than the type allows."""


class BookingAppointment(models.Model):
    """The people whom the booker of an appointment invites."""

    _inherit = "booking.appointment"

    guest_ids = fields.One2many("booking.guest", "appointment_id", string="Guests", copy=False)
    guest_count = fields.Integer(compute="_compute_guest_count", string="Number of guests")
    allow_guests = fields.Boolean(related="type_id.allow_guests")
    guest_rounds = fields.Integer(
        readonly=True, copy=False, help="Written whenever guests are invited online, so that these wait for each other."
    )

    @api.depends("guest_ids.state")
    def _compute_guest_count(self):
        for appointment in self:
            appointment.guest_count = len(appointment._get_listed_guests())

    def _get_listed_guests(self):
        """Return the guests who were not removed: also those who do not come."""
        return self.guest_ids.filtered(lambda guest: guest.state != "removed")

    # Who may

    def _find_guest_obstacle(self):
        """Return why the booker cannot invite anybody now, or nothing when they can.

        :return: ``"cancelled"``, ``"held"``, ``"begun"``, ``"not_offered"`` or ``None``
        """
        self.ensure_one()
        if self.state == "cancelled":
            return "cancelled"
        if self.state != "planned":
            return "held"
        if self.start <= fields.Datetime.now():
            return "begun"
        return None if self.type_id.allow_guests else "not_offered"

    def _may_invite(self):
        """Tell whether the booker is shown the way to invite people."""
        return not self._find_guest_obstacle()

    def _get_guests_url(self):
        return f"{self.access_url}/guests"

    def _get_guest_places_left(self):
        """Return how many more people the booker may invite."""
        self.ensure_one()
        return max(0, self.type_id.guest_limit - len(self._get_listed_guests()))

    def _claim_guests(self):
        """Let those who invite to the same appointment pass one by one.

        The row is written before anything is counted: whoever meets another one at it begins again, on a new snapshot.
        """
        self.ensure_one()
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET guest_rounds = COALESCE(guest_rounds, 0) + 1 WHERE id = %s",
                SQL.identifier(self._table),
                self.id,
            )
        )
        self.invalidate_recordset(["guest_rounds"])

    def _invite_in_own_transaction(self, people):
        """Do :meth:`_invite_guests` in a transaction of its own, again while others get in the way."""
        for attempt in range(HOLD_TRIES):
            try:
                with own_cursor(self.env.registry) as cr:
                    self.with_env(self.env(cr=cr))._invite_guests(people)
                    return
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as error:
                _logger.debug("Guests of appointment %s, try %s: %s", self.id, attempt + 1, error)
        raise TooManyGuests

    def _invite_guests(self, people):
        """Invite people in the name of the booker. Who is invited already, as by a second click, is left as they are.

        :param people: list of ``(normalised e-mail, name)``
        :raise TooManyGuests: when there are more of them than places
        """
        self.ensure_one()
        self._claim_guests()
        known = {guest.email: guest for guest in self.guest_ids}
        listed = self._get_listed_guests()
        again, new = self.guest_ids.browse(), []
        for email, name in people:
            guest = known.get(email)
            if not guest:
                new.append({"appointment_id": self.id, "email": email, "name": name, "invited_by": "booker"})
            elif guest not in listed:
                guest.write({"name": name or guest.name, "invited_by": "booker"})
                again |= guest
        if len(again) + len(new) > self._get_guest_places_left():
            raise TooManyGuests
        again._invite_again()
        self.guest_ids.create(new)

    # What becomes of the appointment

    def _tell_change(self):
        """At another hour, what guests have answered does not hold any more: they are asked again."""
        now = fields.Datetime.now()
        moved = self.filtered(lambda appointment: appointment.former_start and appointment.stop > now)
        moved.sudo().guest_ids._ask_again()
        return super()._tell_change()

    def action_reopen(self):
        """Who was told that it is off is invited again."""
        off = self.filtered(lambda appointment: appointment.state == "cancelled")
        result = super().action_reopen()
        ahead = off.filtered(lambda appointment: appointment.stop > fields.Datetime.now())
        ahead.sudo().guest_ids.filtered(lambda guest: guest.state in TOLD_STATES)._invite_again()
        return result

    @api.onchange(*TOLD_FIELDS)
    def _onchange_told(self):
        """Say that guests are told, too."""
        result = super()._onchange_told()
        appointment = self._origin
        is_ahead = self.state == "planned" and self.stop and self.stop > fields.Datetime.now()
        guests = appointment.guest_ids.filtered(lambda guest: guest.state in TOLD_STATES)
        if not (guests and is_ahead and self.tell_booker and self._get_told() != appointment._get_told()):
            return result
        whom = ", ".join(filter(None, [appointment.booker_email, *guests.mapped("email")]))
        return {
            "warning": {
                "title": self.env._("The booker and the guests will be told"),
                "message": self.env._("When you save, an e-mail with the new details goes to: %s.", whom),
                "type": "notification",
            }
        }

    @api.onchange("guest_ids")
    def _onchange_guest_ids(self):
        """Say who is written to before it is saved."""
        new = [guest.email for guest in self.guest_ids if not guest._origin and guest.email]
        if not new:
            return None
        return {
            "warning": {
                "title": self.env._("An invitation will be sent"),
                "message": self.env._("When you save, an invitation by e-mail goes to: %s.", ", ".join(new)),
                "type": "notification",
            }
        }

    # What advisors read

    def _tell_guests(self):
        """Return who comes, in one line: ``Paul Martin <paul@example.com>, eve@example.com``."""
        self.ensure_one()
        guests = self.guest_ids.filtered(lambda guest: guest.state in TOLD_STATES and guest.email)
        return ", ".join(f"{guest.name} <{guest.email}>" if guest.name else guest.email for guest in guests)

    def _get_calendar_lines(self):
        return [*super()._get_calendar_lines(), (self.env._("Guests"), self.sudo()._tell_guests())]

    def _note_guests_in_calendar(self):
        """Let the text of the calendar entries say who comes. Nobody is told: for the booker nothing has changed."""
        quiet = self.sudo().with_context(**MIRRORING)
        for appointment in quiet:
            reader = appointment.with_context(lang=appointment.user_id.lang or self.env.lang)
            text = reader._calendar_description()
            event = appointment.calendar_event_id.with_user(appointment.user_id).sudo()
            if event and event.description != text:
                event.description = text

    # What guests read

    def _get_reading_guest(self):
        """Return the guest for whom a message is being filled in; in a preview, one of those that there are."""
        self.ensure_one()
        readers = dict(self.env.context.get("booking_readers", ()))
        guests = self.sudo().guest_ids
        return guests.browse(readers[self.id]) if self.id in readers else guests[:1]

    def _find_end(self):
        """Return why there is nothing for guests and participants to answer: ``cancelled``, ``over``, or nothing."""
        self.ensure_one()
        if self.state == "cancelled":
            return "cancelled"
        return "over" if self.state != "planned" or self.stop <= fields.Datetime.now() else None

    def _for_guest(self):
        """Return the appointment as guests read it: on the clock of the place where there is one to go to."""
        return self._for_staff() if self.channel == "in_person" else self

    def _get_guest_zone(self):
        """Return the zone of the hours told to a guest. Online it is always named: nobody knows where guests are."""
        return self._format_zone() or ("" if self.channel == "in_person" else self._get_booker_tz())

    def _get_guest_subject(self):
        """Return what the appointment is called to people from outside: never by what the booker typed."""
        return self.type_id.name or self.subject or self.company_id.name or ""

    def _get_host(self):
        """Return who invites, as strangers read it: the booker's name without anything that is none."""
        return clean_name(self.booker_name)

    def _get_guest_ics(self, method, guest):
        """Return the appointment as an ICS file for a guest: the same entry as the booker's, without their links."""
        host = self.sudo()._get_host()
        return self._get_invitation_ics(
            method,
            ics.Person(guest.name or "", guest.email),
            guest._get_link(),
            ANSWERS.get(guest.state, "NEEDS-ACTION"),
            changes=guest.ics_changes,
            says=self.env._("Invited by %s", host) if host and guest.invited_by == "booker" else "",
        )

    def _get_invitation_ics(self, method, person, link, answer, changes=0, says=""):
        """Return the appointment as an ICS file for somebody who is invited.

        :param method: what the file asks of their calendar (``PUBLISH``, ``REQUEST`` or ``CANCEL``)
        :param person: ``ics.Person``
        :param link: their page
        :param answer: what they said, as RFC 5545 names it
        :param changes: how much more often than the appointment their entry was changed
        :param says: the first line of the description
        """
        self.ensure_one()
        appointment = self.sudo().with_context(lang=self.lang or self.env.lang)
        agency = appointment.agency_id
        in_person = appointment.channel == "in_person"
        texts = [
            says,
            appointment.meeting_url,
            html2plaintext(appointment.reason_id.instructions or ""),
            html2plaintext(agency.instructions or "") if in_person else "",
            link,
        ]
        return ics.build(
            ics.Entry(
                uid=appointment._get_ics_uid(),
                sequence=appointment.ics_sequence + changes,
                stamp=fields.Datetime.now(),
                start=appointment.start,
                stop=appointment.stop,
                summary=appointment._get_guest_subject(),
                description="\n\n".join(filter(None, texts)),
                location=appointment._get_location(),
                url=link,
                organizer=appointment._get_ics_organizer(),
                attendee=person,
                answer=answer,
            ),
            method,
        )
