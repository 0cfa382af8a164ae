from collections import defaultdict

from odoo import api, fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    booking_appointment_ids = fields.One2many("booking.appointment", "partner_id", string="Appointments")
    booking_participant_ids = fields.One2many("booking.participant", "partner_id", string="Participations")
    booking_recent_ids = fields.Many2many(
        "booking.appointment", compute="_compute_booking_recent_ids", string="Latest appointments"
    )
    booking_appointment_count = fields.Integer(compute="_compute_booking_appointment_count")

    @api.depends_context("uid")
    def _compute_booking_appointment_count(self):
        """Count what the current user may see, for a company with all its contacts."""
        appointments = defaultdict(set)
        family = self.with_context(active_test=False).search_fetch([("id", "child_of", self.ids)], ["parent_id"])
        for partner, ids in self.env["booking.participant"]._read_group(
            [("partner_id", "in", family.ids)], ["partner_id"], ["appointment_id:array_agg"]
        ):
            while partner:
                appointments[partner.id] |= set(ids)
                partner = partner.parent_id
        for partner in self:
            partner.booking_appointment_count = len(appointments[partner.id])

    @api.depends_context("uid")
    def _compute_booking_recent_ids(self):
        """Show the latest appointments of each, as far as the current user may see them."""
        for partner in self:
            domain = [("participant_ids.partner_id", "child_of", partner.ids), ("state", "!=", "hold")]
            partner.booking_recent_ids = self.env["booking.appointment"].search(domain, limit=40)

    def action_view_booking_appointments(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("appointment_booking.booking_appointment_action")
        return dict(
            action,
            domain=[("participant_ids.partner_id", "child_of", self.id), ("state", "!=", "hold")],
            context={"default_partner_id": self.id},
            views=[(False, "list"), (False, "kanban"), (False, "form")],
        )

    def action_new_booking_appointment(self):
        """Enter an appointment with this contact, who is its owner."""
        self.ensure_one()
        self.check_access("read")
        return {
            "name": self.env._("New appointment"),
            "type": "ir.actions.act_window",
            "res_model": "booking.appointment",
            "view_mode": "form",
            "target": "new",
            "context": {"default_partner_id": self.id},
        }

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
        values = {"name": name or email or phone, "email": email, "phone": phone, "lang": lang}
        return self.create(dict(values, from_booking=True)), "created"

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
