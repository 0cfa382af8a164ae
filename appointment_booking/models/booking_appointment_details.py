from odoo import api, fields, models


class BookingAppointment(models.Model):
    """What an appointment without a type says for itself: its category, subject, place and notes.

    Those of the settings are taken where no type is chosen; a type says itself what it is about and where.
    """

    _inherit = "booking.appointment"

    category_id = fields.Many2one(
        "booking.category",
        compute="_compute_category_id",
        store=True,
        precompute=True,
        readonly=False,
        ondelete="restrict",
        tracking=True,
        index="btree_not_null",
    )
    category_color = fields.Integer(related="category_id.color", string="Colour of the category")
    subject = fields.Char(
        compute="_compute_subject",
        store=True,
        precompute=True,
        readonly=False,
        help="What it is about, in a few words.",
    )
    place = fields.Char(
        compute="_compute_place",
        store=True,
        precompute=True,
        readonly=False,
        help="Where it is, if that is not an agency.",
    )
    alarm_ids = fields.Many2many(
        "calendar.alarm",
        string="Reminders",
        compute="_compute_alarm_ids",
        store=True,
        precompute=True,
        readonly=False,
        copy=True,
        domain="[('alarm_type', '=', 'notification')]",
        help="They appear on the screens of the colleagues who take part. What bookers get is set under Messages.",
    )
    notes = fields.Html(help="What those who take part should know. Read in the back office only.")

    @api.depends("type_id")
    def _compute_category_id(self):
        for appointment in self:
            appointment.category_id = (
                appointment.type_id.appointment_category_id
                or appointment.category_id
                or appointment._get_settings().booking_category_id
                or self.env.ref("appointment_booking.category_client", raise_if_not_found=False)
            )

    @api.depends("type_id")
    def _compute_subject(self):
        self._take_from_settings("subject", "booking_subject")

    @api.depends("type_id")
    def _compute_place(self):
        self._take_from_settings("place", "booking_place")

    @api.depends("type_id")
    def _compute_alarm_ids(self):
        for appointment in self:
            usual = appointment._get_settings().booking_alarm_ids
            if appointment.type_id:
                appointment.alarm_ids = appointment.alarm_ids if appointment.alarm_ids != usual else False
            else:
                appointment.alarm_ids = appointment.alarm_ids or (not appointment._origin and usual)

    def _take_from_settings(self, name, setting):
        """Take the text of the settings into a new appointment, and take it back when a type is chosen."""
        for appointment in self:
            text, usual = appointment[name], appointment._get_settings()[setting]
            if appointment.type_id:
                appointment[name] = text if text != usual else False
            else:
                appointment[name] = text or (not appointment._origin and usual) or False

    def _get_settings(self):
        """Return the ``res.company`` whose settings count, with all rights."""
        return (self.company_id or self.env.company).sudo()

    def _get_own_duration(self):
        return self._get_settings().booking_duration or 30

    def _get_location(self):
        """Return where it is, for calendars: the agency, else the place as it was typed."""
        agency = self.agency_id
        if self.channel == "in_person" and agency:
            return ", ".join(filter(None, [agency.name, agency.address]))
        return self.place or ""

    def _calendar_values(self):
        return {**super()._calendar_values(), "alarm_ids": [fields.Command.set(self.alarm_ids.ids)]}
