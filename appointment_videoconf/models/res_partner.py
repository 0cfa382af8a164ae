from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize, parse_contact_from_email
from odoo.tools.misc import clean_context


class ResPartner(models.Model):
    """A contact's conferences, and contacts who are made of an address while somebody is invited."""

    _inherit = "res.partner"

    videoconf_count = fields.Integer(compute="_compute_videoconf_count", string="Video conferences")

    @api.depends_context("uid")
    def _compute_videoconf_count(self):
        """Count what the current user may see, for a company with all its contacts."""
        conferences = defaultdict(set)
        family = self.with_context(active_test=False).search_fetch([("id", "child_of", self.ids)], ["parent_id"])
        for partner, ids in self.env["videoconf.guest"]._read_group(
            [("partner_id", "in", family.ids)], ["partner_id"], ["conference_id:array_agg"]
        ):
            while partner:
                conferences[partner.id] |= set(ids)
                partner = partner.parent_id
        for partner in self:
            partner.videoconf_count = len(conferences[partner.id])

    def action_view_videoconfs(self):
        """Show the history of the contact's conferences."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("appointment_videoconf.videoconf_conference_all_action")
        return dict(
            action,
            domain=[("guest_ids.partner_id", "child_of", self.id)],
            context={"default_guest_ids": self.ids},
            views=[(False, "list"), (False, "form")],
        )

    @api.model
    def name_create(self, name):
        """Where guests are searched, an address that nobody has becomes a contact; one that somebody has is theirs."""
        if not self.env.context.get("videoconf_guest"):
            return super().name_create(name)
        person, email = parse_contact_from_email(name)
        if not email_normalize(email or ""):
            typed = (person or name or "").strip()
            raise UserError(self.env._("Enter the e-mail address, too: “%s <name@example.com>”.", typed))
        known = self.search([("email_normalized", "=", email_normalize(email))], limit=1)
        if known:
            return known.id, known.display_name
        if self.env.user._is_internal():
            # As for who is written to by e-mail from anywhere in Odoo: a name and an address, and nothing else.
            partners = self.env(context=clean_context(self.env.context), su=True)["res.partner"]
            return super(ResPartner, partners).name_create(name)
        return super().name_create(name)
