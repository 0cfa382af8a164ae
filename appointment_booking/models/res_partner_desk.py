from odoo import api, models
from odoo.fields import Domain


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def _search_display_name(self, operator, value):
        """Find who calls by their number, too, where staff book for them: ``booking_by_phone`` in the context."""
        domain = super()._search_display_name(operator, value)
        if self.env.context.get("booking_by_phone") and operator == "ilike" and _looks_like_number(value):
            domain = Domain(domain) | Domain("phone_mobile_search", "ilike", value)
            digits = "".join(sign for sign in value if sign.isdigit())
            if digits.startswith("0") and not digits.startswith("00") and len(digits) > 3:
                # Said as one dials it in the country, kept as from abroad.
                domain |= Domain("phone_mobile_search", "ilike", digits[1:])
        return domain

    @api.model
    def _booking_find_or_create_for(self, *, name, email, phone, lang, company):
        """Return ``(contact, how)`` of somebody for whom staff book: found by e-mail or phone, else created.

        As :meth:`_booking_find_or_create`, but who is signed in is not who is meant.

        :param phone: in E.164
        """
        contacts = self.sudo()
        for how, field, value in (("email", "email_normalized", email), ("phone", "phone_sanitized", phone)):
            partner = value and contacts._booking_find(name, field, value, company)
            if partner:
                return partner.with_env(self.env), how
        values = {"name": name or email or phone, "email": email, "phone": phone, "lang": lang, "from_booking": True}
        return contacts.create(values).with_env(self.env), "created"


def _looks_like_number(value):
    """Tell ``"06 12 34"`` from a name: three digits at least, and no letters."""
    text = value if isinstance(value, str) else ""
    return sum(sign.isdigit() for sign in text) >= 3 and not any(sign.isalpha() for sign in text)
