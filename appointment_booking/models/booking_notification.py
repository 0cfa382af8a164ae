from typing import NamedTuple

from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

# What is told at an hour that depends on the appointment's; everything else is told when it happens.
TIMED = ("before", "after", "held")
UNITS = {"minutes": 1, "hours": 60, "days": 24 * 60}


class Recipient(NamedTuple):
    """Somebody who is to get a message.

    ``key`` tells one recipient of an appointment from the others, for ever: ``booker``, ``user-7``, ``guest-3``.
    """

    key: str
    name: str
    email: str
    phone: str
    lang: str
    user_id: int | None = None
    guest_id: int | None = None


class BookingNotification(models.Model):
    """What is told when, to whom and how, about the appointments of a type; without a type, about those without one."""

    _name = "booking.notification"
    _description = "Appointment Notification"
    _inherit = ["booking.guarded"]
    _order = "type_id, sequence, id"

    type_id = fields.Many2one("booking.type", string="Appointment type", ondelete="cascade")
    company_id = fields.Many2one(related="type_id.company_id")
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    event = fields.Selection(
        [
            ("booked", "Booked"),
            ("modified", "Moved or changed"),
            ("cancelled", "Cancelled"),
            ("before", "Before it starts"),
            ("after", "After it ends"),
            ("held", "After it is marked as held"),
            ("absent", "Marked as a no-show"),
            ("assigned", "Assigned to an advisor"),
            ("released", "Given to another advisor"),
        ],
        string="When",
        required=True,
        default="before",
        help="Booked: also when staff enter it, or plan it again. Given to another advisor: told to the advisor who no "
        "longer has it. After it is marked as held: asks how it was, once, while answers are taken.",
    )
    delay = fields.Integer(default=1, help="How long before or after.")
    unit = fields.Selection(
        [("minutes", "minutes"), ("hours", "hours"), ("days", "days")], default="days", required=True
    )
    offset = fields.Integer(
        compute="_compute_offset",
        store=True,
        precompute=True,
        help="Minutes from the start of the appointment (negative), or from its end or its being held (positive).",
    )
    since = fields.Datetime(
        compute="_compute_since",
        store=True,
        precompute=True,
        copy=False,
        help="What was due before this notification was as it is now is not sent after the fact.",
    )
    recipient = fields.Selection(
        [("booker", "Booker"), ("guest", "Guests"), ("advisor", "Advisor"), ("team", "Team managers")],
        required=True,
        default="booker",
    )
    channel = fields.Selection([("email", "E-mail"), ("sms", "SMS")], string="By", required=True, default="email")
    mail_template_id = fields.Many2one(
        "mail.template",
        string="E-mail template",
        domain="[('model', '=', 'booking.appointment')]",
        ondelete="set null",
        index="btree_not_null",
    )
    sms_template_id = fields.Many2one(
        "sms.template",
        string="SMS template",
        domain="[('model', '=', 'booking.appointment')]",
        ondelete="set null",
        index="btree_not_null",
    )

    _type_event_index = models.Index("(type_id, event)")
    _delay_positive = models.Constraint(
        "CHECK (event NOT IN ('before', 'after', 'held') OR delay > 0)", "Say how long before or after: at least 1."
    )

    @api.depends("event", "delay", "unit")
    def _compute_offset(self):
        for notification in self:
            minutes = notification.delay * UNITS[notification.unit or "days"]
            notification.offset = {"before": -minutes, "after": minutes, "held": minutes}.get(notification.event, 0)

    @api.depends("active", "event", "offset", "recipient", "channel")
    def _compute_since(self):
        self.since = fields.Datetime.now()

    @api.depends("event", "delay", "unit", "recipient", "channel")
    def _compute_display_name(self):
        whom = dict(self._fields["recipient"]._description_selection(self.env))
        how = dict(self._fields["channel"]._description_selection(self.env))
        for notification in self:
            notification.display_name = _(
                "%(when)s, to: %(whom)s, by: %(how)s",
                when=notification._tell_when(),
                whom=whom.get(notification.recipient, ""),
                how=how.get(notification.channel, ""),
            )

    def _tell_when(self):
        """``2 days before``, or ``Booked``."""
        self.ensure_one()
        if self.event not in TIMED:
            return dict(self._fields["event"]._description_selection(self.env)).get(self.event, "")
        one = self.delay == 1
        texts = {
            ("before", "minutes"): _("1 minute before") if one else _("%s minutes before", self.delay),
            ("before", "hours"): _("1 hour before") if one else _("%s hours before", self.delay),
            ("before", "days"): _("1 day before") if one else _("%s days before", self.delay),
            ("after", "minutes"): _("1 minute after") if one else _("%s minutes after", self.delay),
            ("after", "hours"): _("1 hour after") if one else _("%s hours after", self.delay),
            ("after", "days"): _("1 day after") if one else _("%s days after", self.delay),
            ("held", "minutes"): _("1 minute after it is held")
            if one
            else _("%s minutes after it is held", self.delay),
            ("held", "hours"): _("1 hour after it is held") if one else _("%s hours after it is held", self.delay),
            ("held", "days"): _("1 day after it is held") if one else _("%s days after it is held", self.delay),
        }
        return texts[self.event, self.unit]

    @api.constrains("channel", "mail_template_id", "sms_template_id")
    def _check_template(self):
        for notification in self:
            template = notification._get_template()
            if not template:
                raise ValidationError(_("Choose the template of the message “%s”.", notification.display_name))
            if template.sudo().model != "booking.appointment":
                raise ValidationError(_("The template “%s” is not for appointments.", template.display_name))

    def _get_template(self):
        """Return the ``mail.template`` or ``sms.template`` that is sent."""
        self.ensure_one()
        return self.sms_template_id if self.channel == "sms" else self.mail_template_id

    @api.onchange("event")
    def _onchange_event(self):
        """Offer who usually gets to know, and the template made for it."""
        if self.event in ("assigned", "released"):
            self.recipient = "advisor"
        self._onchange_channel()

    @api.onchange("channel", "recipient")
    def _onchange_channel(self):
        for event, recipient, channel, template, _more in self._get_defaults():
            if (event, recipient, channel) == (self.event, self.recipient, self.channel):
                self[_TEMPLATE_FIELDS[channel]] = self._find_template(template)

    @api.model
    def _get_defaults(self):
        """Return what a new type tells: ``[(event, recipient, channel, XML id of the template, more values)]``.

        Text messages cost money, and most teams do not want a copy of everything: these wait, ready, switched off.
        """
        off = {"active": False}
        return [
            ("booked", "booker", "email", "mail_template_confirmation", {}),
            ("modified", "booker", "email", "mail_template_modified", {}),
            ("cancelled", "booker", "email", "mail_template_cancelled", {}),
            ("before", "booker", "email", "mail_template_reminder", {"delay": 1, "unit": "days"}),
            ("assigned", "advisor", "email", "mail_template_staff_assigned", {}),
            ("modified", "advisor", "email", "mail_template_staff_modified", {}),
            ("cancelled", "advisor", "email", "mail_template_staff_cancelled", {}),
            ("released", "advisor", "email", "mail_template_staff_released", {}),
            ("booked", "booker", "sms", "sms_template_confirmation", off),
            ("cancelled", "booker", "sms", "sms_template_cancelled", off),
            ("before", "booker", "sms", "sms_template_reminder", {"delay": 1, "unit": "hours", **off}),
            ("after", "booker", "email", "mail_template_follow_up", {"delay": 2, "unit": "hours", **off}),
            ("absent", "booker", "email", "mail_template_absent", off),
            ("booked", "team", "email", "mail_template_staff_assigned", off),
            ("cancelled", "team", "email", "mail_template_staff_cancelled", off),
            ("held", "booker", "email", "mail_template_satisfaction", {"delay": 2, "unit": "hours", **off}),
        ]

    @api.model
    def _find_template(self, xmlid):
        """Return a template of :meth:`_get_defaults`, of this module unless its name says another; or nothing."""
        return self.env.ref(xmlid if "." in xmlid else f"appointment_booking.{xmlid}", raise_if_not_found=False)

    @api.model
    def _default_values(self):
        """Return :meth:`_get_defaults` as values to create; those whose template was deleted are left out."""
        values = []
        for number, (event, recipient, channel, xmlid, more) in enumerate(self._get_defaults()):
            template = self._find_template(xmlid)
            if template:
                values.append(
                    {
                        "sequence": 10 + number,
                        "event": event,
                        "recipient": recipient,
                        "channel": channel,
                        _TEMPLATE_FIELDS[channel]: template.id,
                        **more,
                    }
                )
        return values

    @api.model
    def _create_missing_defaults(self):
        """Give the types that tell nothing yet, and the appointments without a type, what new ones have."""
        every = self.sudo().with_context(active_test=False)
        told = {booking_type.id for (booking_type,) in every._read_group([], ["type_id"])}
        types = self.env["booking.type"].sudo().with_context(active_test=False).search([]).ids
        values = self._default_values()
        missing = [{**value, "type_id": type_id} for type_id in types if type_id not in told for value in values]
        if False not in told:
            # Entered by staff, often for themselves: the booker hears of it, the advisor knows, nobody rates it.
            missing += [value for value in values if value["recipient"] == "booker" and value["event"] != "held"]
        every.create(missing)

    # Who

    def _get_recipients(self, appointments, former=None):
        """Return who gets this message, ``{appointment: [Recipient]}``; who cannot be reached is among them.

        Other modules add recipients here.

        :param appointments: ``booking.appointment`` with all rights
        :param former: the ``res.users`` who had the appointments before
        """
        self.ensure_one()
        if self.event == "released" and self.recipient == "advisor":
            return {appointment: self._get_users(former or []) for appointment in appointments}
        return {appointment: getattr(self, f"_get_{self.recipient}")(appointment) for appointment in appointments}

    def _get_booker(self, appointment):
        return [
            Recipient(
                "booker",
                appointment.booker_name or "",
                appointment.booker_email or "",
                appointment.booker_phone or "",
                appointment.lang or "",
            )
        ]

    def _get_guest(self, appointment):
        """Return the people whom the booker invited: see ``booking_notification_guest``."""
        return []

    def _reaches_nobody(self):
        """Tell whether it is worth a line in the log that there is nobody to tell."""
        return self.recipient != "guest"  # most appointments have no guests

    def _get_advisor(self, appointment):
        return self._get_users(appointment.user_id)

    def _get_team(self, appointment):
        teams = appointment.type_id.team_ids or appointment.user_id.booking_team_ids
        return self._get_users(teams.manager_ids)

    def _get_users(self, users):
        return [
            Recipient(f"user-{user.id}", user.name, user.email or "", user.phone or "", user.lang or "", user.id)
            for user in users
        ]

    # Look at it

    def action_preview(self):
        """Open Odoo's preview of the template, on the latest appointment that the user may see."""
        self.ensure_one()
        Appointment = self.env["booking.appointment"]
        domain = [("state", "!=", "hold")]
        example = Appointment.search([*domain, ("type_id", "=", self.type_id.id)], limit=1)
        example = example or Appointment.search(domain, limit=1)
        xmlid = "sms.sms_template_preview_action" if self.channel == "sms" else "mail.mail_template_preview_action"
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        template = self._get_template()
        context = {f"default_{_TEMPLATE_FIELDS[self.channel]}": template.id}
        if example:
            context["default_resource_ref"] = f"{example._name},{example.id}"
        return dict(action, name=template.display_name, context=context)


_TEMPLATE_FIELDS = {"email": "mail_template_id", "sms": "sms_template_id"}


class BookingType(models.Model):
    _inherit = "booking.type"

    notification_ids = fields.One2many(
        "booking.notification",
        "type_id",
        string="Messages",
        copy=True,
        context={"active_test": False},
        default=lambda self: [(0, 0, values) for values in self.env["booking.notification"]._default_values()],
    )
