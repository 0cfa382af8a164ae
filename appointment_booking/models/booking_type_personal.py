import hashlib

from odoo import fields, models
from odoo.tools import html2plaintext, is_html_empty


class BookingType(models.Model):
    """Personal data of the bookers of a type: what they are told and agree to, and how long it is kept."""

    _inherit = "booking.type"

    consent_mode = fields.Selection(
        [
            ("none", "Nothing"),
            ("note", "A text to read"),
            ("box", "A text and a box to tick"),
        ],
        string="What the form says",
        required=True,
        default="none",
        tracking=True,
        help="About what you do with the answers. With a box, nobody can book without having ticked it.",
    )
    consent_text = fields.Html(
        string="Text",
        translate=True,
        help="Kept with each appointment as the booker read it, in their language, with the date.",
    )
    keep_rule = fields.Selection(
        [
            ("company", "As set for the company"),
            ("own", "For a time of its own"),
            ("ever", "For ever"),
        ],
        string="Personal data are kept",
        required=True,
        default="company",
        tracking=True,
        help="Counted from the end of the appointment. Then name, e-mail, phone, personal answers, files and messages "
        "are removed; the appointment stays in the statistics.",
    )
    keep_months = fields.Integer(string="Months", default=13, tracking=True)
    company_keep_months = fields.Integer(related="company_id.booking_keep_months", string="Months of the company")

    _keep_months_positive = models.Constraint(
        "CHECK (keep_rule != 'own' OR keep_months > 0)", "Personal data are kept for a month at least."
    )

    def _get_consent_text(self):
        """Return what bookers are told of their data, in the language of the context, or nothing."""
        self.ensure_one()
        return self.consent_text if self.consent_mode != "none" and not is_html_empty(self.consent_text) else ""

    def _needs_consent(self):
        """Tell whether a box has to be ticked. A box without words would be agreed to by nobody."""
        return self.consent_mode == "box" and bool(self._get_consent_text())

    def _get_consent_mark(self):
        """Return what tells this text from an older or a translated one: the box was ticked beside this one."""
        return hashlib.sha256(html2plaintext(self._get_consent_text()).encode()).hexdigest()[:16]
