from odoo import api, fields, models


class BusinessMeetingSpaceBulk(models.TransientModel):
    """Spaces for many partners: one for each sales contact, or one for a partner who has none to name."""

    _name = "business.meeting.space.bulk"
    _description = "Add Meeting Spaces in Bulk"

    event_id = fields.Many2one("event.event", required=True, domain="[('meeting_enabled', '=', True)]")
    sponsor_ids = fields.Many2many(
        "event.sponsor",
        string="Partners",
        compute="_compute_sponsor_ids",
        store=True,
        readonly=False,
        domain="[('event_id', '=', event_id)]",
    )
    summary = fields.Char(compute="_compute_summary")

    @api.depends("event_id")
    def _compute_sponsor_ids(self):
        for bulk in self:
            bulk.sponsor_ids = self.env["event.sponsor"].search(
                [("event_id", "=", bulk.event_id.id), ("exhibitor_type", "!=", "sponsor")]
            )

    @api.depends("sponsor_ids")
    def _compute_summary(self):
        for bulk in self:
            values = bulk._get_values()
            bulk.summary = self.env._(
                "Spaces to add: %(spaces)s, for partners: %(partners)s. Who has one already gets no second one.",
                spaces=len(values),
                partners=len({value["sponsor_id"] for value in values}),
            )

    def _get_values(self):
        """Return the values of the spaces that are missing."""
        self.ensure_one()
        sponsors = self.sponsor_ids._origin
        companies = sponsors.partner_id.commercial_partner_id
        people = self.env["res.partner"].search(
            [
                ("commercial_partner_id", "in", companies.ids),
                ("is_company", "=", False),
                ("type", "=", "contact"),
            ]
        )
        by_company = people.grouped("commercial_partner_id")
        values = []
        for sponsor in sponsors:
            spaces = sponsor.meeting_space_ids
            missing = by_company.get(sponsor.partner_id.commercial_partner_id, people.browse()) - spaces.contact_id
            values += [
                {"sponsor_id": sponsor.id, "contact_id": contact.id, "name": contact.name} for contact in missing
            ]
            if not missing and not spaces:
                values.append(sponsor._propose_meeting_space())
        return values

    def action_add(self):
        """Add the spaces that are missing; the list beneath the window shows them."""
        self.ensure_one()
        self.env["business.meeting.space"].create(self._get_values())
        return {"type": "ir.actions.act_window_close"}
