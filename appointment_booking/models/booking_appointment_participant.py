from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.mirroring import MIRRORING
from .booking_appointment_message import TOLD_BY_STAFF
from .booking_participant import ANSWERS

# Those which say themselves to whom they go are sent by the appointment, each with links for one reader alone.
TEMPLATES_FOR_ALL = ["|", ("use_default_to", "=", True), ("partner_to", "like", "_get_partner_to")]


class BookingAppointment(models.Model):
    """The people who take part. The contact is one of them: the owner."""

    _inherit = "booking.appointment"

    participant_ids = fields.One2many("booking.participant", "appointment_id", string="Participants", copy=False)
    participant_count = fields.Integer(compute="_compute_participants", string="Number of participants")
    my_answer = fields.Selection(
        selection=lambda self: self.env["booking.participant"]._fields["answer"]._description_selection(self.env),
        compute="_compute_participants",
        string="My answer",
    )
    is_mine = fields.Boolean(
        compute="_compute_is_mine",
        search="_search_is_mine",
        string="I take part",
        help="As its advisor or participant.",
    )

    @api.depends("participant_ids.answer")
    @api.depends_context("uid")
    def _compute_participants(self):
        for appointment in self:
            rows = appointment.participant_ids
            appointment.participant_count = len(rows)
            appointment.my_answer = rows.filtered(lambda row: row.partner_id == self.env.user.partner_id)[:1].answer

    @api.depends("user_id", "participant_ids.partner_id")
    @api.depends_context("uid")
    def _compute_is_mine(self):
        user = self.env.user
        for appointment in self:
            takes_part = user.partner_id in appointment.participant_ids.partner_id
            appointment.is_mine = appointment.user_id == user or takes_part

    def _search_is_mine(self, operator, value):
        if operator != "in":
            return NotImplemented
        user = self.env.user
        mine = Domain("user_id", "=", user.id) | Domain("participant_ids.partner_id", "=", user.partner_id.id)
        return mine if True in value else ~mine

    @api.model_create_multi
    def create(self, vals_list):
        appointments = super().create(vals_list)
        appointments._add_owners()
        return appointments

    def write(self, vals):
        if self.env.context.get("booking_forgetting") or not {"partner_id", "start", "stop"} & vals.keys():
            return super().write(vals)
        former = {appointment: (appointment.partner_id, appointment.start) for appointment in self}
        known = {appointment: appointment.participant_ids.partner_id for appointment in self}
        result = super().write(vals)
        if "partner_id" in vals:
            for appointment, (partner, _start) in former.items():
                appointment._follow_contact(partner, known[appointment])
        moved = self.filtered(lambda a: a.state == "planned" and a.start != former[a][1])
        moved.sudo()._ask_again()
        return result

    def _follow_contact(self, former, known):
        """Another contact is the owner: one who took part already leaves the former one among the participants; a new
        one takes the former's place.
        """
        replaced = former and self.partner_id != former and self.partner_id not in known
        self._add_owners()
        if replaced:
            self.sudo().participant_ids.filtered(lambda row: row.partner_id == former).unlink()
        if not self.partner_id and self.participant_ids:
            self.partner_id = self.participant_ids[0].partner_id
        if former and self.partner_id and self.partner_id != former:
            # What was taken from the contact and not typed is that of the new one.
            words = {"booker_name": "name", "booker_email": "email", "booker_phone": "phone"}
            taken = {ours: theirs for ours, theirs in words.items() if (self[ours] or "") == (former[theirs] or "")}
            if taken:
                self.write({ours: self.partner_id[theirs] for ours, theirs in taken.items()})

    def _add_owners(self):
        """Let the contacts take part. Who chose the hour of a type has accepted it."""
        rows = self.env["booking.participant"].sudo()
        missing = self.filtered(lambda a: a.partner_id and a.partner_id not in a.sudo().participant_ids.partner_id)
        if missing:
            rows.create(
                [
                    {
                        "appointment_id": appointment.id,
                        "partner_id": appointment.partner_id.id,
                        "answer": "accepted" if appointment.type_id else "needsAction",
                    }
                    for appointment in missing
                ]
            )

    @api.onchange("partner_id")
    def _onchange_partner_participates(self):
        """Show the contact among the participants before it is saved."""
        if self.partner_id and self.partner_id not in self.participant_ids.partner_id._origin:
            former = self.participant_ids.filtered(lambda row: row.partner_id._origin == self._origin.partner_id)
            if self._origin.partner_id:
                self.participant_ids -= former
            answer = "accepted" if self.type_id or self.partner_id == self.env.user.partner_id else "needsAction"
            self.participant_ids += self.env["booking.participant"].new(
                {"partner_id": self.partner_id.id, "answer": answer}
            )

    @api.onchange("participant_ids")
    def _onchange_owner(self):
        """The star that was clicked makes the owner; there is always one."""
        starred = self.participant_ids.filtered(
            lambda row: row.is_owner and row.partner_id and row.partner_id._origin != self.partner_id._origin
        )
        if starred or not self.partner_id:
            self.partner_id = (starred or self.participant_ids.filtered("partner_id"))[:1].partner_id._origin
        for row in self.participant_ids:
            row.is_owner = bool(row.partner_id) and row.partner_id._origin == self.partner_id._origin

    # In the calendar

    def _get_people(self):
        """Return the ``res.partner`` in whose calendars the appointment is, the advisor first."""
        return self.user_id.partner_id | self.partner_id | self.participant_ids.partner_id

    def _get_answers(self):
        """Return ``{res.partner: state}`` as the attendees of the entry say it."""
        answers = dict.fromkeys(self._get_people(), "accepted")
        return answers | {row.partner_id: row.answer for row in self.participant_ids}

    def _mirror_participants(self):
        """Let the calendar entries say who takes part."""
        if self.env.context.get("booking_forgetting"):
            return
        quiet = self.sudo().with_context(**MIRRORING)
        for appointment in quiet.filtered(lambda a: a.calendar_event_id and a.state in ("planned", "done")):
            people = appointment._get_people()
            event = appointment.calendar_event_id.with_user(appointment.user_id).sudo()
            if event.partner_ids != people:
                event.partner_ids = [fields.Command.set(people.ids)]
        self._mirror_answers()

    def _mirror_answers(self):
        for appointment in self.sudo().with_context(**MIRRORING).filtered("calendar_event_id"):
            answers = {row.partner_id: row.answer for row in appointment.participant_ids}
            for attendee in appointment.calendar_event_id.attendee_ids:
                if attendee.state != answers.get(attendee.partner_id, attendee.state):
                    attendee.state = answers[attendee.partner_id]

    def _mirror_in_calendar(self):
        result = super()._mirror_in_calendar()
        if not self.env.context.get("booking_forgetting"):
            self._mirror_answers()
        return result

    # What staff do

    def action_add_me(self):
        """Take part oneself."""
        self.check_access("write")
        me = self.env.user.partner_id
        for appointment in self:
            if me not in appointment._get_people():
                self.env["booking.participant"].create({"appointment_id": appointment.id, "partner_id": me.id})

    def action_answer(self):
        """Answer for oneself; the context says what, by ``booking_answer``."""
        self.check_access("read")
        answer = self.env.context.get("booking_answer")
        rows = self.sudo().participant_ids.filtered(lambda row: row.partner_id == self.env.user.partner_id)
        for row in rows if answer in ANSWERS else ():
            row._answer(answer)

    def action_ask_participants(self):
        """Send an invitation to who has not answered yet, with a link to answer."""
        self.check_access("write")
        now = fields.Datetime.now()
        rows = self.sudo().participant_ids.filtered(
            lambda row: (
                row.answer == "needsAction"
                and row._is_told()
                and row.appointment_id.state == "planned"
                and row.appointment_id.stop > now
            )
        )
        if rows:
            rows._send("appointment_booking.mail_template_participant_invited")
            rows.write({"asked_on": now})
            text, kind = self.env._("The invitations are on their way."), "success"
        else:
            text, kind = self.env._("Everybody who can be reached by e-mail has answered."), "info"
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": kind, "message": text, "next": {"type": "ir.actions.act_window_close"}},
        }

    def action_email(self):
        """Open the composer with all who take part as recipients."""
        self.ensure_one()
        self.check_access("read")
        return {
            "name": self.env._("E-mail to the participants"),
            "type": "ir.actions.act_window",
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_composition_mode": "comment",
                "default_partner_ids": self._get_recipients().ids,
                "default_subject": self.display_name,
                "default_email_layout_xmlid": "mail.mail_notification_light",
                "force_email": True,
                "booking_template_domain": TEMPLATES_FOR_ALL,
            },
        }

    def _get_recipients(self):
        """Return whom an e-mail to all participants goes to: everybody but who writes it."""
        return self.sudo()._get_people() - self.env.user.partner_id

    def _get_partner_to(self):
        """Return the recipients as templates name them."""
        return ",".join(str(partner_id) for partner_id in self._get_recipients().ids)

    # What participants are told

    def _ask_again(self):
        """At another hour, what participants have answered does not hold any more; it does for the booker, who is told
        by their own messages, and for whoever moves it.
        """
        for appointment in self:
            sure = self.env.user.partner_id | appointment.user_id.partner_id
            if appointment.type_id:
                sure |= appointment.partner_id
            rows = appointment.participant_ids.filtered(lambda row, sure=sure: row.partner_id not in sure)
            rows.filtered(lambda row: row.answer != "needsAction").write({"answer": "needsAction"})

    def _tell_change(self):
        if not set(TOLD_BY_STAFF) & set(self.env.context.get("booking_leaving_out", ())):
            self._tell_participants("appointment_booking.mail_template_participant_changed")
        return super()._tell_change()

    def _cancel(self, by, reason=None):
        result = super()._cancel(by, reason)
        self._tell_participants("appointment_booking.mail_template_participant_cancelled", "CANCEL")
        return result

    def _tell_participants(self, template, method="REQUEST"):
        """Tell those who were asked what has become of it, while it lies ahead."""
        if self.env.context.get("booking_tell_nobody"):
            return
        now = fields.Datetime.now()
        rows = self.sudo().filtered(lambda a: a.stop > now).participant_ids
        rows.filtered(lambda row: row.asked_on and row.answer != "declined" and row._is_told())._send(template, method)

    # Personal data

    def _forget_personal_data(self, also_found=False):
        """Take people from outside off appointments that are over; colleagues stay, as the advisor does."""
        rows = self.sudo().with_context(booking_forgetting=True).participant_ids
        colleagues = rows.filtered(lambda row: any(not user.share for user in row.partner_id.user_ids))
        if any(a.state == "planned" and a.stop > fields.Datetime.now() for a in self):
            return super()._forget_personal_data(also_found)  # it refuses
        people = (rows - colleagues).partner_id - self.sudo().partner_id
        (rows - colleagues).unlink()
        colleagues.write({"access_token": False})
        result = super()._forget_personal_data(also_found)
        people.exists()._forget_unused()
        return result
