from babel.dates import format_date
from babel.numbers import format_decimal
from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain


class BookingAnswer(models.Model):
    """What the booker said to one question, in a column of its own type.

    Files belong to the appointment: who may read it reads them, and they go with it. They are never public.
    """

    _name = "booking.answer"
    _description = "Answer of the Booking Form"
    _order = "appointment_id, sequence, id"

    appointment_id = fields.Many2one("booking.appointment", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="appointment_id.company_id")
    question_id = fields.Many2one("booking.question", ondelete="set null", index="btree_not_null")
    sequence = fields.Integer(aggregator=None)
    label = fields.Char(
        string="Question", required=True, help="The question as it was asked, kept should it change or go."
    )
    personal = fields.Boolean(string="Personal data")
    kind = fields.Selection(
        selection=lambda self: self.env["booking.question"]._fields["kind"]._description_selection(self.env),
        string="Field type",
        help="The field type of the question when it was answered.",
    )

    value_text = fields.Text(string="Text answer", help="Options too, as they read when they were chosen.")
    value_boolean = fields.Boolean(string="Checked")
    value_date = fields.Date(string="Date answer")
    value_number = fields.Float(string="Number answer", aggregator="avg")
    option_ids = fields.Many2many(
        "booking.question.option",
        string="Options chosen",
        context={"active_test": False},
    )
    attachment_ids = fields.Many2many("ir.attachment", string="Files", bypass_search_access=True)

    display_value = fields.Char(compute="_compute_display_value", search="_search_display_value", string="Answer")
    display_html = fields.Html(compute="_compute_display_html", string="Answer with links", sanitize=False)

    # Of the appointment, to group and filter by
    type_id = fields.Many2one(related="appointment_id.type_id")
    reason_id = fields.Many2one(related="appointment_id.reason_id")
    agency_id = fields.Many2one(related="appointment_id.agency_id")
    user_id = fields.Many2one(related="appointment_id.user_id")
    start = fields.Datetime(related="appointment_id.start")
    state = fields.Selection(related="appointment_id.state", string="State of the appointment")

    @api.depends("kind", "value_text", "value_boolean", "value_date", "option_ids.name", "attachment_ids.name")
    @api.depends_context("lang")
    def _compute_display_value(self):
        for answer in self:
            answer.display_value = answer._tell()

    def _tell(self):
        """Return the answer in words, in the language of who reads it."""
        self.ensure_one()
        if self.kind == "checkbox":
            return self.env._("Yes") if self.value_boolean else self.env._("No")
        if self.kind == "date" and self.value_date:
            return format_date(self.value_date, "long", locale=self.env["booking.journey"]._locale())
        if self.kind == "file":
            return ", ".join(self._get_files().mapped("name"))
        # Who may read an answer may read what its options are called, also of a type that is no longer theirs.
        if options := self.sudo().option_ids:
            return ", ".join(options.mapped("name"))
        return self.value_text

    def _get_files(self):
        # Who may read an answer may read its files: both follow the appointment.
        return self.sudo().attachment_ids.sorted("id")

    @api.model
    def _tell_size(self, size):
        """Return the size of a file in words, ``120 kB`` or ``1.5 MB``."""
        locale = self.env["booking.journey"]._locale()
        if size >= 1000000:
            return self.env._("%s MB", format_decimal(round(size / 1000000, 1), locale=locale))
        return self.env._("%s kB", max(1, round(size / 1000)))

    @api.depends("display_value")
    @api.depends_context("lang")
    def _compute_display_html(self):
        for answer in self:
            files = answer._get_files() if answer.kind == "file" else ()
            links = [
                Markup('<a href="/web/content/%s?download=true" target="_blank">%s</a> (%s)')
                % (file.id, file.name, self._tell_size(file.file_size))
                for file in files
            ]
            lines = (answer.display_value or "").splitlines()
            answer.display_html = Markup("<br/>").join(links or lines)

    def _search_display_value(self, operator, value):
        """Search the words of answers, the labels of options and the names of files."""
        if operator not in ("ilike", "not ilike", "=ilike", "like", "not like", "in", "not in"):
            return NotImplemented
        positive = operator.removeprefix("not ")
        domain = Domain.OR(
            [
                Domain("value_text", positive, value),
                Domain("option_ids.name", positive, value),
                Domain("attachment_ids.name", positive, value),
            ]
        )
        return ~domain if positive != operator else domain
