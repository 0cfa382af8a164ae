from odoo import api, models
from odoo.fields import Domain
from odoo.tools import OrderedSet

COLLECTIONS = (list, tuple, set, frozenset, OrderedSet)


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    def _get_activity_excluded_models(self):
        """The appointment is its own reminder: its mirror needs no activity beside it."""
        return super()._get_activity_excluded_models() + ["booking.appointment"]

    @api.model
    def _get_public_fields(self):
        """That an entry is an appointment is no secret, and who may read its attendees depends on it."""
        return super()._get_public_fields() | {"res_model"}

    @api.model
    def _get_secret_domain(self):
        """Return which entries nobody finds by what reading hides. Addons that mirror something else extend it."""
        return Domain("res_model", "=", "booking.appointment")

    @api.model
    def _search(self, domain, *args, bypass_access=False, **kwargs):
        """Let nobody find out by searching what reading hides.

        To those who take no part, the private entry of an appointment reads “Busy”. But it could still be asked for by
        its words or by the client who comes. Such a question finds it only for who takes part; one for the hours of a
        colleague finds it as ever.
        """
        if not (self.env.su or bypass_access):
            told = (
                ~self._get_secret_domain()
                | Domain("user_id", "=", self.env.uid)
                | Domain("partner_ids", "in", self.env.user.partner_id.ids)
            )
            public = self._get_public_fields()
            domain = Domain(domain).map_conditions(
                lambda asked: (
                    asked
                    if asked.field_expr.split(".")[0] in public
                    else self._asked_of_colleagues(asked) | asked & told
                )
            )
        return super()._search(domain, *args, bypass_access=bypass_access, **kwargs)

    @api.model
    def _asked_of_colleagues(self, condition):
        """Return the part of a question for certain attendees that is about colleagues, which everybody may ask."""
        if condition.field_expr != "partner_ids" or condition.operator not in ("in", "="):
            return Domain.FALSE
        values = condition.value if isinstance(condition.value, COLLECTIONS) else [condition.value]
        partners = self.env["res.partner"].browse(value for value in values if value and isinstance(value, int))
        colleagues = partners.sudo().filtered(lambda partner: any(not user.share for user in partner.user_ids))
        return Domain("partner_ids", "in", colleagues.ids)
