from odoo import api, fields, models


class BusinessMeetingPreview(models.TransientModel):
    """Trying the matching rules: what a partner sees, or a participant."""

    _name = "business.meeting.preview"
    _description = "Try the Matching Rules"

    event_id = fields.Many2one("event.event", required=True)
    sponsor_id = fields.Many2one("event.sponsor", string="Partner", domain="[('event_id', '=', event_id)]")
    registration_id = fields.Many2one(
        "event.registration", string="Participant", domain="[('event_id', '=', event_id)]"
    )
    rule_ids = fields.Many2many("business.meeting.rule", string="Rules that apply", compute="_compute_seen")
    registration_ids = fields.Many2many("event.registration", string="Participants", compute="_compute_seen")
    sponsor_ids = fields.Many2many("event.sponsor", string="Partners seen", compute="_compute_seen")
    summary = fields.Char(compute="_compute_seen")

    @api.depends("event_id", "sponsor_id", "registration_id")
    def _compute_seen(self):
        for preview in self:
            rules = preview.event_id.meeting_rule_ids
            sponsor, registration = preview.sponsor_id._origin, preview.registration_id._origin
            (preview.event_id | sponsor.event_id | registration.event_id).check_access("read")
            told = []
            found = self.env["event.registration"]
            partners = self.env["event.sponsor"]
            applying = self.env["business.meeting.rule"]
            if sponsor:
                applying = rules._for(sponsor, "partner")
                found, count = sponsor._search_meeting_participants(limit=200)
                told.append(
                    self.env._("%(partner)s sees one participant.", partner=sponsor.name)
                    if count == 1
                    else self.env._("%(partner)s sees %(count)s participants.", partner=sponsor.name, count=count)
                )
            if registration:
                partners, count = registration._search_meeting_sponsors(limit=200)
                name = registration.display_name
                told.append(
                    self.env._("%(participant)s sees one partner.", participant=name)
                    if count == 1
                    else self.env._("%(participant)s sees %(count)s partners.", participant=name, count=count)
                )
            if sponsor and registration:
                can = sponsor._can_meet(registration)
                told.append(self.env._("They may meet.") if can else self.env._("They may not meet."))
            if not preview.event_id.meeting_enabled:
                told = [self.env._("Business meetings are switched off for this event: nobody sees anybody.")]
            preview.rule_ids = applying
            preview.registration_ids = found.with_env(self.env)
            preview.sponsor_ids = partners.with_env(self.env)
            preview.summary = " ".join(told) or self.env._("Choose a partner or a participant.")
