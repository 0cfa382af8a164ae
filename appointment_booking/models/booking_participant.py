import base64
import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import consteq

from ..tools import ics
from ..tools.mirroring import MIRRORING
from .booking_journey import TOKEN

ANSWERS = ("accepted", "tentative", "declined")
# What an answer is called in a calendar file.
IN_ICS = {answer: answer.upper() for answer in ANSWERS}


class BookingParticipant(models.Model):
    """Somebody who takes part in an appointment, beside the advisor who has it.

    The rows are the one truth about who comes and what they answered. The calendar entry mirrors them as attendees, and
    what is answered there, by hand or by Google or Outlook, is written back here. The owner is the contact of the
    appointment.
    """

    _name = "booking.participant"
    _description = "Participant of an Appointment"
    _inherit = ["booking.guarded"]
    _order = "id"
    _rec_name = "partner_id"

    appointment_id = fields.Many2one("booking.appointment", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="appointment_id.company_id")
    partner_id = fields.Many2one("res.partner", string="Participant", required=True, ondelete="restrict", index=True)
    email = fields.Char(related="partner_id.email")
    is_owner = fields.Boolean(string="Owner", compute="_compute_is_owner", inverse="_inverse_is_owner")
    answer = fields.Selection(
        [("needsAction", "No answer"), ("accepted", "Accepts"), ("tentative", "Maybe"), ("declined", "Declines")],
        required=True,
        default="needsAction",
        copy=False,
    )
    answered_on = fields.Datetime(readonly=True, copy=False)
    asked_on = fields.Datetime(readonly=True, copy=False, help="When the invitation with the link to answer was sent.")
    access_token = fields.Char(copy=False, groups="base.group_system")

    _once = models.Constraint("UNIQUE (appointment_id, partner_id)", "This person already takes part.")
    _access_token_index = models.UniqueIndex("(access_token) WHERE access_token IS NOT NULL")

    @api.depends("partner_id", "appointment_id.partner_id")
    def _compute_is_owner(self):
        for row in self:
            row.is_owner = bool(row.partner_id) and row.partner_id == row.appointment_id.partner_id

    def _inverse_is_owner(self):
        for row in self.filtered("is_owner"):
            if row.appointment_id.partner_id != row.partner_id:
                row.appointment_id.partner_id = row.partner_id

    @api.model_create_multi
    def create(self, vals_list):
        me = self.env.user.partner_id.id
        starred = [vals.pop("is_owner", False) for vals in vals_list]
        if not self.env.su:
            vals_list = [
                {name: vals[name] for name in ("appointment_id", "partner_id", "answer") if name in vals}
                for vals in vals_list
            ]
        rows = super().create(
            [{"answer": "accepted", **vals} if vals.get("partner_id") == me else vals for vals in vals_list]
        )
        for row, star in zip(rows, starred, strict=True):
            if star or not row.appointment_id.partner_id:
                row.is_owner = True
        rows.appointment_id._mirror_participants()
        return rows

    def write(self, vals):
        if "answer" in vals and "answered_on" not in vals:
            vals = dict(vals, answered_on=fields.Datetime.now() if vals["answer"] in ANSWERS else False)
        if not self.env.su and vals.keys() - {"answer", "answered_on", "is_owner"}:
            raise UserError(self.env._("Remove the participant and add the other one: each answers for themselves."))
        result = super().write(vals)
        if "answer" in vals:
            self.appointment_id._mirror_answers()
        return result

    def unlink(self):
        appointments = self.appointment_id
        result = super().unlink()
        appointments.exists()._mirror_participants()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_owner(self):
        if self.env.context.get("booking_forgetting"):
            return
        owner = self.filtered("is_owner")[:1]
        if owner:
            raise UserError(
                self.env._(
                    "%s is the owner of this appointment. Make another participant the owner first, with the star "
                    "beside their name.",
                    owner.partner_id.display_name,
                )
            )

    @api.model
    def _find_by_token(self, token):
        """Return the participant behind a secret link, or nothing."""
        if not TOKEN.fullmatch(token or ""):
            return self.browse()
        row = self.search([("access_token", "=", token)], limit=1)
        return row if row and consteq(row.access_token, token) else self.browse()

    def _get_link(self):
        """Return the secret address on which this participant answers."""
        self.ensure_one()
        row = self.sudo()
        if not row.access_token:
            row.access_token = secrets.token_urlsafe(32)
        return f"{self.appointment_id.get_base_url()}/booking/participant/{row.access_token}"

    def _answer(self, answer):
        """Note what a participant says for themselves, and say so on the appointment.

        :param answer: ``accepted``, ``tentative`` or ``declined``
        """
        self.ensure_one()
        if self.answer == answer:
            return
        self.sudo().answer = answer
        # Colleagues read it, in their language and not in that of the participant's page.
        staff = self.with_context(lang=self.sudo().appointment_id.user_id.lang or self.env.lang)
        words = {
            "accepted": staff.env._("%s accepts the appointment.", self.partner_id.display_name),
            "tentative": staff.env._("%s may come to the appointment.", self.partner_id.display_name),
            "declined": staff.env._("%s declines the appointment.", self.partner_id.display_name),
        }
        self.sudo().appointment_id.message_post(
            body=words[answer], author_id=self.partner_id.id, subtype_xmlid="mail.mt_note"
        )

    # Messages

    def _is_told(self):
        """Tell whether they are written to as participants: advisors and bookers of a type have their own messages."""
        appointment = self.appointment_id
        booker = self.is_owner and appointment.type_id
        return bool(self.email) and not booker and self.partner_id != appointment.user_id.partner_id

    def _send(self, template, method="REQUEST"):
        """Queue an e-mail to each of them alone, with their own link to answer.

        :param template: XML id of a ``mail.template`` of this model
        :param method: what the attached entry asks of their calendars (``REQUEST`` or ``CANCEL``)
        """
        mail_template = self.env.ref(template).sudo()
        for row in self.sudo():
            about = {"model": row.appointment_id._name, "res_id": row.appointment_id.id}
            if not row._is_colleague():
                about["attachments"] = [("appointment.ics", base64.b64encode(row._get_ics(method)))]
            mail_template.send_mail(row.id, email_values=about)
        if self:
            self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()

    def _is_colleague(self):
        """Tell whether they find the appointment in their own calendar here: a file would put it there twice."""
        return any(not user.share for user in self.sudo().partner_id.user_ids)

    def _get_ics(self, method):
        """Return the appointment as an ICS file for this participant."""
        self.ensure_one()
        person = ics.Person(self.partner_id.name or "", self.email)
        return self.appointment_id._get_invitation_ics(
            method, person, self._get_link(), IN_ICS.get(self.answer, "NEEDS-ACTION")
        )


class CalendarAttendee(models.Model):
    """An answer given in a calendar is the participant's answer."""

    _inherit = "calendar.attendee"

    @api.model_create_multi
    def create(self, vals_list):
        attendees = super().create(vals_list)
        attendees.filtered(lambda attendee: attendee.state in ANSWERS)._take_answers()
        return attendees

    def write(self, vals):
        mirrored = "state" in vals and not self.env.context.get("booking_mirroring") and self._find_mirrored()
        if mirrored and vals["state"] not in ANSWERS:
            # A synchronisation that knows of no answer takes none back.
            return super(CalendarAttendee, self - mirrored).write(vals) if self - mirrored else True
        result = super().write(vals)
        if mirrored:
            mirrored._take_answers()
        return result

    def _find_mirrored(self):
        return self.filtered(lambda attendee: attendee.sudo().event_id.res_model == "booking.appointment")

    def _take_answers(self):
        mirrored = self.sudo()._find_mirrored() if not self.env.context.get("booking_mirroring") else self.browse()
        if not mirrored:
            return
        appointments = (
            self.env["booking.appointment"].sudo().search([("calendar_event_id", "in", mirrored.event_id.ids)])
        )
        by_event = {appointment.calendar_event_id: appointment for appointment in appointments}
        for attendee in mirrored:
            appointment = by_event.get(attendee.event_id)
            if not appointment:
                continue
            rows = appointment.participant_ids.filtered(lambda row, a=attendee: row.partner_id == a.partner_id)
            for row in rows.with_context(**MIRRORING):
                row._answer(attendee.state)
            if attendee.partner_id == appointment.user_id.partner_id and attendee.state == "declined":
                appointment._tell_team(
                    self.env._(
                        "%s declined the appointment in their calendar. It stays as it is: give it to another advisor, "
                        "or cancel it.",
                        appointment.user_id.name,
                    )
                )
