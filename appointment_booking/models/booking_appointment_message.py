import base64
from datetime import timedelta
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.tools import email_normalize, html2plaintext

from ..tools import ics

# To whom an event is of no use once the appointment is over.
ABOUT_THE_FUTURE = ("booked", "modified", "cancelled", "assigned", "released")
# Whom staff may prefer to tell themselves.
TOLD_BY_STAFF = ("booker", "guest")
# What changes the messages: those that wait, or those to be sent.
TOLD_FIELDS = frozenset(
    ("agency_id", "attendance", "channel", "reason_id", "start", "state", "stop", "type_id", "user_id")
)


class BookingAppointment(models.Model):
    """What is told about an appointment. Sending is left to Odoo's queues: here it is only written down."""

    _inherit = "booking.appointment"

    message_log_ids = fields.One2many("booking.message", "appointment_id", string="Messages", readonly=True)
    planned_since = fields.Datetime(
        compute="_compute_planned_since",
        store=True,
        precompute=True,
        copy=False,
        help="When it was planned for the hour at which it is now: reminders that were due before are not sent.",
    )
    tell_booker = fields.Boolean(
        compute="_compute_tell_booker",
        readonly=False,
        help="Sends the booker the confirmation of a new appointment, or the update of a changed one, as set up under "
        "Messages of the appointment type.",
    )

    _type_planned_index = models.Index("(type_id, start) WHERE state = 'planned'")
    _type_stop_index = models.Index("(type_id, stop) WHERE state IN ('planned', 'done')")

    @api.depends("state", "start", "stop")
    def _compute_planned_since(self):
        for appointment in self:
            is_new = appointment.state in ("hold", "planned") or not appointment.planned_since
            appointment.planned_since = fields.Datetime.now() if is_new else appointment.planned_since

    def _compute_tell_booker(self):
        """On unless staff say otherwise: a choice for one save, kept nowhere."""
        self.tell_booker = self._tells_by_default()

    # Events

    def _notify(self, event, leaving_out=(), former=None):
        """Queue what the types' notifications say about an event. This is the one way to tell somebody something.

        Messages are written down in this transaction, once, and filled in and sent after it by the sweep, with what
        the appointment says then. Two events of the same kind before the sweep make one message.

        :param event: one of ``booking.notification``'s events that happen: ``booked``, ``modified``, ``cancelled``,
            ``absent``, ``assigned``, ``released``
        :param leaving_out: kinds of recipients (``booker``, ``guest``, ``advisor``, ``team``) who are not told
        :param former: the ``res.users`` who had the appointment, when it was given to another advisor
        """
        if self.env.context.get("booking_tell_nobody"):
            return
        now = fields.Datetime.now()
        appointments = self.sudo()
        if event in ABOUT_THE_FUTURE:
            appointments = appointments.filtered(lambda appointment: appointment.stop > now)
        notifications = (
            self.env["booking.notification"]
            .sudo()
            .search([("event", "=", event), ("type_id", "in", [*appointments.type_id.ids, False])])
        )
        by_type = notifications.filtered(lambda n: n.recipient not in leaving_out).grouped("type_id")
        pairs = [(n, appointment) for appointment in appointments for n in by_type.get(appointment.type_id, ())]
        if not pairs:
            return
        messages = self.env["booking.message"].sudo()
        if messages._claim(appointments._get_instants(pairs, now), former):
            messages._trigger_sweep()

    def _get_instants(self, pairs, now):
        """Return ``[(notification, appointment, instant)]`` for what happens now, and leave out what is told anyway.

        A message that waits to be filled in will say the newest. After one of this very second, the next one is a
        moment later, so that both are told.
        """
        known = self.env["booking.message"].sudo().search([("appointment_id", "in", self.ids)])
        waiting = known.filtered(lambda message: message.state == "queued" and not message.prepared_at)
        told = {(message.event, message.appointment_id) for message in waiting if message.recipient == "booker"}
        latest = {}
        for message in known:
            key = message.notification_id, message.appointment_id
            latest[key] = max(latest.get(key, message.due), message.due)
        untold = [pair for pair in pairs if not self._is_told_anyway(*pair, waiting, told)]
        return [
            (*pair, max(now, latest[pair] + timedelta(microseconds=1)) if pair in latest else now) for pair in untold
        ]

    @api.model
    def _is_told_anyway(self, notification, appointment, waiting, told):
        if notification.event == "modified" and notification.recipient == "booker":
            if ("booked", appointment) in told:
                return True
        if notification.event in ("released", "invited", "removed"):  # each time about somebody else
            return False
        return any(
            message.notification_id == notification and message.appointment_id == appointment for message in waiting
        )

    def _get_due(self, notification, now):
        """Return when a timed notification is due for the appointment as it is, or nothing if it is not wanted."""
        self.ensure_one()
        offset = timedelta(minutes=notification.offset)
        if notification.event == "before":
            return self.start + offset if self.state == "planned" and self.start > now else None
        if notification.event == "after":
            came = not self.attendance or self.attendance == "came"
            return self.stop + offset if self.state in ("planned", "done") and came else None
        return None

    def _drop_unwanted_messages(self):
        """Take back what waits and is no longer so, after a change."""
        messages = self.env["booking.message"].sudo()
        messages.search([("appointment_id", "in", self.ids), ("state", "=", "queued")])._keep_wanted()

    # What staff do

    @api.model_create_multi
    def create(self, vals_list):
        tell = [vals.pop("tell_booker", self._tells_by_default()) for vals in vals_list]
        appointments = super().create(vals_list)
        if not self.env.su:
            planned = appointments.filtered(lambda appointment: appointment.state == "planned")
            told = appointments.browse(a.id for a, is_told in zip(appointments, tell, strict=True) if is_told)
            (planned & told)._notify("booked")
            (planned - told)._notify("booked", leaving_out=TOLD_BY_STAFF)
            planned._notify("assigned")
        return appointments

    def write(self, vals):
        vals = dict(vals)
        tell = vals.pop("tell_booker", self._tells_by_default())
        if not TOLD_FIELDS & vals.keys():
            return super().write(vals)
        if not tell:
            self = self.with_context(booking_leaving_out=TOLD_BY_STAFF)
        planned = self.filtered(lambda appointment: appointment.state == "planned")
        absent = self.filtered(lambda appointment: appointment.attendance == "absent")
        before = {appointment: appointment.user_id for appointment in planned}
        result = super().write(vals)
        self._drop_unwanted_messages()
        planned = planned.filtered(lambda appointment: appointment.state == "planned")
        planned._tell_advisors(before)
        (self - absent).filtered(lambda appointment: appointment.attendance == "absent")._notify("absent")
        return result

    @api.model
    def _tells_by_default(self):
        return not self.env.context.get("import_file")

    def _tell_advisors(self, before):
        """Tell the advisor who has an appointment now, and the one who had it."""
        moved = self.filtered(lambda appointment: before[appointment] != appointment.user_id)
        moved._notify("assigned")
        for user, appointments in moved.grouped(lambda appointment: before[appointment]).items():
            appointments._notify("released", former=user)

    def _send_message(self, template_xmlid, method):
        """Queue an e-mail that the booker has just asked for, with the calendar entry attached. For what happens to an
        appointment there is :meth:`_notify`.

        :param template_xmlid: ``mail.template`` of this model
        :param method: what the attached entry asks of the booker's calendar (``REQUEST`` or ``CANCEL``)
        """
        template = self.env.ref(template_xmlid).sudo()
        reachable = self.filtered("booker_email")
        for appointment in reachable:
            attachment = ("appointment.ics", base64.b64encode(appointment._get_ics(method)))
            template.send_mail(appointment.id, email_values={"attachments": [attachment]})
        if reachable:
            self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()

    # Calendar entries

    def _get_ics(self, method):
        """Return the appointment as an ICS file, in the booker's language."""
        self.ensure_one()
        appointment = self.sudo().with_context(lang=self.lang or self.env.lang)
        agency = appointment.agency_id
        in_person = appointment.channel == "in_person"
        link = appointment.get_base_url() + appointment.access_url
        texts = [
            appointment.meeting_url,
            html2plaintext(appointment.reason_id.instructions or ""),
            html2plaintext(agency.instructions or "") if in_person else "",
            "\n".join([link, *appointment._tell_change_links("calendar")]),
        ]
        return ics.build(
            ics.Entry(
                uid=appointment._get_ics_uid(),
                sequence=appointment.ics_sequence,
                stamp=fields.Datetime.now(),
                start=appointment.start,
                stop=appointment.stop,
                summary=appointment.type_id.name or appointment.subject or appointment.display_name,
                description="\n\n".join(filter(None, texts)),
                location=appointment._get_location(),
                url=link,
                organizer=appointment._get_ics_organizer(),
                attendee=ics.Person(appointment.booker_name or "", appointment.booker_email)
                if appointment.booker_email
                else None,
            ),
            method,
        )

    def _get_ics_organizer(self):
        """Return the advisor, reached at the company's address where they have none: an entry needs an organizer."""
        advisor, company = self.user_id, self.company_id
        address = advisor.email_normalized or company.partner_id.email_normalized or self._get_noreply()
        return ics.Person(advisor.name, address)

    def _get_noreply(self):
        return f"noreply@{urlsplit(self.get_base_url()).hostname}"

    def _get_staff_ics(self, method, user):
        """Return the appointment as an invitation for an advisor, from the company: a calendar takes no invitation
        that its owner has sent.
        """
        self.ensure_one()
        appointment = self.sudo().with_context(lang=user.lang or self.env.lang)
        company = appointment.company_id
        sender = email_normalize(company.email or "") or appointment._get_noreply()
        return ics.build(
            appointment._get_staff_entry(user)._replace(
                organizer=ics.Person(company.name, sender),
                attendee=ics.Person(user.name, user.email_normalized) if user.email_normalized else None,
            ),
            method,
        )

    def _get_staff_entry(self, user):
        """Return the appointment as the entry in an advisor's calendar."""
        self.ensure_one()
        texts = [self.booker_phone, self.booker_email, self.meeting_url, self._get_staff_url()]
        return ics.Entry(
            uid=f"advisor-{user.id}-{self._get_ics_uid()}",
            sequence=self.ics_sequence,
            stamp=fields.Datetime.now(),
            start=self.start,
            stop=self.stop,
            summary=self.display_name,
            description="\n".join(filter(None, texts)),
            location=self._get_location(),
            url=self._get_staff_url(),
        )

    def _get_staff_url(self):
        """Return where staff open the appointment in the back office."""
        self.ensure_one()
        return f"{self.get_base_url()}/odoo/appointments/{self.id}"

    def _get_ics_uid(self):
        """Return the identity of the entry in all calendars: it never changes."""
        database = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        return f"appointment-{self.id}@{database}"

    def action_view_messages(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("appointment_booking.booking_message_action")
        return dict(action, domain=[("appointment_id", "=", self.id)], context={})
