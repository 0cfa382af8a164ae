from collections import defaultdict

from odoo import api, fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    booking_appointment_ids = fields.One2many("booking.appointment", "partner_id", string="Appointments")
    booking_appointment_count = fields.Integer(compute="_compute_booking_appointment_count")

    @api.depends_context("uid")
    def _compute_booking_appointment_count(self):
        """Count what the current user may see, for a company with all its contacts."""
        counts = defaultdict(int)
        family = self.with_context(active_test=False).search_fetch([("id", "child_of", self.ids)], ["parent_id"])
        for partner, count in self.env["booking.appointment"]._read_group(
            [("partner_id", "in", family.ids), ("state", "!=", "hold")], ["partner_id"], ["__count"]
        ):
            while partner:
                counts[partner.id] += count
                partner = partner.parent_id
        for partner in self:
            partner.booking_appointment_count = counts[partner.id]

    def action_view_booking_appointments(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("appointment_booking.booking_appointment_action")
        return dict(
            action,
            domain=[("partner_id", "child_of", self.id), ("state", "!=", "hold")],
            context={"default_partner_id": self.id},
            views=[(False, "list"), (False, "kanban"), (False, "form")],
        )

    @api.model
    def _booking_find_or_create(self, *, name, email, phone, lang, company):
        """Return ``(contact, how)`` for a booker: found again by account, e-mail or phone, else created.

        Nobody has proven that the typed e-mail is theirs. So a contact found by it is never changed nor shown to the
        visitor: the appointment is merely filed under it, what was typed stays on the appointment, and ``how`` tells
        staff what the link rests on. Of several contacts with one e-mail or phone, only one of the same name will do.

        :param phone: in E.164
        :return: the contact and one of ``account``, ``email``, ``phone``, ``created``
        """
        if not self.env.user._is_public():
            return self.env.user.partner_id, "account"
        for how, field, value in (("email", "email_normalized", email), ("phone", "phone_sanitized", phone)):
            partner = value and self._booking_find(name, field, value, company)
            if partner:
                return partner, how
        created = self.create({"name": name or email or phone, "email": email, "phone": phone, "lang": lang})
        return created, "created"

    @api.model
    def _booking_find(self, name, field, value, company):
        candidates = self.search(
            [(field, "=", value), ("company_id", "in", (False, company.id))], order="is_company, id", limit=10
        )
        namesakes = candidates.filtered(lambda partner: _same_name(partner.name, name))
        if namesakes:
            return namesakes[0]
        # A household or a desk shares a phone more often than an e-mail: alone it does not tell who calls.
        return candidates if len(candidates) == 1 and field == "email_normalized" else self.browse()


def _same_name(left, right):
    """Compare names whatever their case and order: ``"Anne Martin"`` and ``"MARTIN anne"`` are the same."""
    return sorted((left or "").casefold().split()) == sorted((right or "").casefold().split())
