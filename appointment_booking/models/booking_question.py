from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

# What is not asked, and what is answered with options.
SILENT_KINDS = ("note", "hidden")
CHOICE_KINDS = ("checkboxes", "radio", "dropdown")


class BookingQuestion(models.Model):
    """A field of the booking form of a type."""

    _name = "booking.question"
    _description = "Question of the Booking Form"
    _inherit = ["booking.guarded"]
    _order = "type_id, sequence, id"

    type_id = fields.Many2one("booking.type", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="type_id.company_id")
    name = fields.Char(string="Label", required=True, translate=True)
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [
            ("text", "Text"),
            ("email", "E-mail"),
            ("phone", "Phone"),
            ("long_text", "Long text"),
            ("checkbox", "Checkbox"),
            ("checkboxes", "Multiple checkboxes"),
            ("radio", "Radio buttons"),
            ("dropdown", "Drop-down list"),
            ("date", "Date"),
            ("file", "File"),
            ("note", "Information note"),
            ("hidden", "Hidden, prefilled"),
        ],
        string="Field type",
        required=True,
        default="text",
    )
    role = fields.Selection(
        [
            ("last_name", "Last name"),
            ("first_name", "First name"),
            ("email", "E-mail"),
            ("phone", "Mobile"),
        ],
        string="Tells us the booker's",
        help="The answer identifies the booker: the confirmation goes to this e-mail, the advisor calls this number.",
    )
    required = fields.Boolean(help="Nobody can book without answering. For a checkbox: without ticking it.")
    personal = fields.Boolean(
        string="Personal data",
        default=True,
        help="The answer identifies a person: it is removed when personal data expire.",
    )
    help_text = fields.Char(string="Hint", translate=True, help="One line shown under the label.")
    note = fields.Html(string="Information", translate=True, help="Shown to the booker between the other fields.")
    option_ids = fields.One2many(
        "booking.question.option",
        "question_id",
        string="Options",
        copy=True,
        help="What the booker chooses among, in this order.",
    )
    reason_ids = fields.Many2many(
        "booking.reason",
        string="Only for",
        domain="[('type_id', '=', type_id)]",
        copy=False,
        help="Asked only when the booker comes for one of these reasons. Leave empty to ask it always.",
    )
    side = fields.Selection(
        [("left", "Left"), ("right", "Right"), ("both", "Across both")],
        string="Column",
        required=True,
        default="left",
        help="Where it stands on a wide screen. On a phone all fields stand below each other, as listed.",
    )

    _type_role_uniq = models.UniqueIndex(
        "(type_id, role) WHERE role IS NOT NULL", "A form asks for each part of the booker's identity once."
    )

    @api.model
    def _recommended(self):
        """Return the values of the four fields that a new type starts with."""
        return [
            {"name": _("Last name"), "kind": "text", "role": "last_name", "required": True, "sequence": 1},
            {"name": _("First name"), "kind": "text", "role": "first_name", "required": True, "sequence": 2},
            {"name": _("E-mail"), "kind": "email", "role": "email", "required": True, "sequence": 3},
            {"name": _("Mobile"), "kind": "phone", "role": "phone", "sequence": 4},
        ]

    @api.constrains("kind", "role")
    def _check_role(self):
        kinds = {"email": ("email",), "phone": ("phone",), "last_name": ("text",), "first_name": ("text",)}
        for question in self.filtered("role"):
            if question.kind not in kinds[question.role]:
                raise ValidationError(
                    self.env._(
                        "“%(question)s” tells us who books: its field type must be %(kind)s.",
                        question=question.name,
                        kind=dict(self._fields["kind"]._description_selection(self.env))[kinds[question.role][0]],
                    )
                )

    @api.constrains("kind", "option_ids")
    def _check_options(self):
        if self.env.context.get("install_mode"):
            return  # data files say the options after their question
        for question in self:
            if question.kind in CHOICE_KINDS and not question.option_ids:
                raise ValidationError(self.env._("Add at least one option to “%s”.", question.name))

    @api.constrains("reason_ids", "type_id")
    def _check_reasons(self):
        for question in self.with_context(active_test=False):
            if question.reason_ids.type_id - question.type_id:
                raise ValidationError(self.env._("“%s” can be limited to reasons of its own type only.", question.name))

    @api.onchange("kind")
    def _onchange_kind(self):
        if self.kind in SILENT_KINDS:
            self.required = False

    def _is_required(self):
        """Tell whether an answer is needed: a phone appointment cannot do without a number."""
        self.ensure_one()
        if self.kind in SILENT_KINDS:
            return False
        return self.required or (self.role == "phone" and self.type_id.channel == "phone")

    def _applying(self, reason):
        """Return the questions that are asked of somebody who comes for a reason.

        :param reason: ``booking.reason``, or empty
        """
        # One that was limited to a reason is not asked of everybody once that is archived.
        limits = {question.id: question.reason_ids for question in self.with_context(active_test=False)}
        return self.filtered(lambda question: not limits[question.id] or reason in limits[question.id])


class BookingType(models.Model):
    _inherit = "booking.type"

    def copy(self, default=None):
        """Let the questions of a copy be asked for its own reasons."""
        copies = super().copy(default)
        for former, booking_type in zip(self, copies, strict=True):
            own = dict(zip(former.reason_ids, booking_type.reason_ids, strict=False))
            for question, asked in zip(former.question_ids, booking_type.question_ids, strict=False):
                limits = question.with_context(active_test=False).reason_ids
                reasons = booking_type.reason_ids.browse().concat(*(own[reason] for reason in limits if reason in own))
                if limits and not reasons:
                    asked.unlink()  # asked for reasons only that are not offered any more
                else:
                    asked.reason_ids = reasons
        return copies

    def action_preview_form(self):
        """Open the form as bookers see it, to be tried without booking anything."""
        self.ensure_one()
        self.check_access("write")
        return {"type": "ir.actions.act_url", "url": f"{self.website_url}/form", "target": "new"}
