from odoo import _, api, fields, models


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
    required = fields.Boolean()
    personal = fields.Boolean(
        string="Personal data",
        default=True,
        help="The answer identifies a person: it is removed when personal data expire.",
    )
    help_text = fields.Char(string="Hint", translate=True, help="One line shown under the label.")

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

    def _is_required(self):
        """Tell whether an answer is needed: a phone appointment cannot do without a number."""
        self.ensure_one()
        return self.required or (self.role == "phone" and self.type_id.channel == "phone")
