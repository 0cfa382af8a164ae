from odoo import api, fields, models
from odoo.fields import Domain

STAFF = "event.group_event_registration_desk"


class EventEvent(models.Model):
    """What the organiser sets about the business meetings of an event."""

    _inherit = "event.event"

    meeting_enabled = fields.Boolean(
        string="Business meetings", help="Partners and participants of this event can agree on meetings."
    )
    meeting_has_quota = fields.Boolean(
        string="Quota of confirmed meetings",
        groups=STAFF,
        help="For partners without a quota of their own and without a quota product.",
    )
    meeting_quota = fields.Integer(
        string="Meetings a partner can confirm", groups=STAFF, help="0: as many as they like."
    )
    meeting_expiry_hours = fields.Integer(
        string="Answer within",
        default=48,
        groups=STAFF,
        help="Hours until a request expires that nobody answered; who asked is told, and may ask again. "
        "It expires when the last proposed slot begins in any case. 0: only then.",
    )
    meeting_partner_request_limit = fields.Integer(
        string="Open requests of a partner", default=30, groups=STAFF, help="0: as many as they like."
    )
    meeting_participant_request_limit = fields.Integer(
        string="Open requests of a participant", default=10, groups=STAFF, help="0: as many as they like."
    )
    meeting_mail_request = fields.Boolean(string="Request", default=True, groups=STAFF)
    meeting_mail_proposed = fields.Boolean(string="Other slots proposed", default=True, groups=STAFF)
    meeting_mail_accepted = fields.Boolean(string="Confirmation", default=True, groups=STAFF)
    meeting_mail_refused = fields.Boolean(string="Refusal", default=True, groups=STAFF)
    meeting_mail_cancelled = fields.Boolean(string="Cancellation", default=True, groups=STAFF)
    meeting_mail_changed = fields.Boolean(string="Change", default=True, groups=STAFF)
    meeting_mail_expired = fields.Boolean(string="Request expired", default=True, groups=STAFF)
    meeting_mail_word = fields.Boolean(
        string="Message", default=True, groups=STAFF, help="When the other side writes something about a meeting."
    )
    meeting_mail_reminder = fields.Boolean(string="Reminder", default=True, groups=STAFF)
    meeting_reminder_hours = fields.Integer(
        string="Remind before", default=24, groups=STAFF, help="Hours before a meeting begins."
    )
    meeting_participant_domain = fields.Char(
        string="Participants shown",
        default="[]",
        groups=STAFF,
        help="Beside the matching rules: only these participants take part in business meetings at all.",
    )
    meeting_partners_manage_spaces = fields.Boolean(
        string="Partners manage their spaces",
        default=True,
        groups=STAFF,
        help="Partners create their meeting spaces and choose the sales contacts themselves. Else the organiser does.",
    )
    meeting_field_ids = fields.One2many(
        "business.meeting.field", "event_id", string="Information about participants", groups=STAFF
    )
    meeting_rule_ids = fields.One2many(
        "business.meeting.rule", "event_id", string="Matching rules", copy=True, groups=STAFF
    )
    meeting_slot_ids = fields.One2many("business.meeting.slot", "event_id", string="Slot grid", groups=STAFF)
    meeting_space_ids = fields.One2many("business.meeting.space", "event_id", string="Meeting spaces", groups=STAFF)
    meeting_ids = fields.One2many("business.meeting", "event_id", string="Meetings", groups=STAFF)
    meeting_slot_count = fields.Integer(compute="_compute_meeting_counts", groups=STAFF)
    meeting_space_count = fields.Integer(compute="_compute_meeting_counts", groups=STAFF)
    meeting_count = fields.Integer(compute="_compute_meeting_counts", groups=STAFF)
    meeting_problem = fields.Char(compute="_compute_meeting_problem", groups=STAFF)

    _meeting_numbers = models.Constraint(
        "CHECK (COALESCE(meeting_quota, 0) >= 0 AND COALESCE(meeting_expiry_hours, 0) >= 0"
        " AND COALESCE(meeting_partner_request_limit, 0) >= 0 AND COALESCE(meeting_participant_request_limit, 0) >= 0"
        " AND COALESCE(meeting_reminder_hours, 0) >= 0)",
        "Quotas, limits and hours are not negative.",
    )

    def _compute_meeting_counts(self):
        counts = {}
        for name, model, domain in (
            ("meeting_slot_count", "business.meeting.slot", []),
            ("meeting_space_count", "business.meeting.space", []),
            ("meeting_count", "business.meeting", [("state", "=", "confirmed")]),
        ):
            groups = (
                self.env[model].sudo()._read_group([("event_id", "in", self.ids), *domain], ["event_id"], ["__count"])
            )
            counts[name] = {event.id: count for event, count in groups}
        for event in self:
            for name, by_event in counts.items():
                event[name] = by_event.get(event.id, 0)

    @api.depends("meeting_enabled", "meeting_slot_ids", "meeting_space_ids", "meeting_rule_ids.active")
    def _compute_meeting_problem(self):
        """Say in one line why nobody can meet yet."""
        for event in self:
            problem = False
            if event.meeting_enabled and not event.meeting_slot_ids:
                problem = self.env._("The slot grid is empty: nobody can meet yet.")
            elif event.meeting_enabled and not event.meeting_rule_ids:
                problem = self.env._("There is no matching rule: partners see no participant yet.")
            elif event.meeting_enabled and not event.meeting_space_ids:
                problem = self.env._("No partner has a meeting space yet.")
            event.meeting_problem = problem

    @api.constrains("meeting_participant_domain")
    def _check_meeting_participant_domain(self):
        for event in self:
            self.env["business.meeting.rule"]._check_domain(
                event.meeting_participant_domain, "event.registration", self.env._("Participants shown")
            )

    @api.model_create_multi
    def create(self, vals_list):
        events = super().create(vals_list)
        events.filtered("meeting_enabled")._add_meeting_fields()
        return events

    def write(self, vals):
        result = super().write(vals)
        if vals.get("meeting_enabled"):
            self._add_meeting_fields()
        return result

    def copy(self, default=None):
        """Copy what partners see, too, but for answers to questions that the copy does not ask."""
        copies = super().copy(default)
        for event, copied in zip(self.sudo(), copies.sudo(), strict=True):
            copied.meeting_field_ids.unlink()
            copied.invalidate_recordset(["question_ids"])
            for field in event.meeting_field_ids:
                if not field.question_id or field.question_id in copied.question_ids:
                    field.copy({"event_id": copied.id})
        return copies

    def _add_meeting_fields(self):
        """Let partners see names, companies and jobs, where nothing has been chosen yet."""
        for event in self.sudo().filtered(lambda event: not event.meeting_field_ids):
            event.env["business.meeting.field"].create(
                [{"event_id": event.id, "what": what} for what in ("name", "company", "function")]
            )

    def _get_meeting_registration_domain(self):
        """Return who takes part in business meetings of an event at all, whatever the matching rules say."""
        self.ensure_one()
        event = self.sudo()
        rules = event.env["business.meeting.rule"]
        try:
            shown = rules._parse(event.meeting_participant_domain, "event.registration")
        except ValueError:
            shown = Domain.FALSE
        return Domain("event_id", "=", event.id) & Domain("state", "in", ("open", "done")) & shown

    def _get_meeting_mail_kinds(self):
        """Return the kinds of messages that are sent for this event: a set of texts."""
        self.ensure_one()
        kinds = ("request", "proposed", "accepted", "refused", "cancelled", "changed", "expired", "reminder", "word")
        event = self.sudo()
        return {kind for kind in kinds if event[f"meeting_mail_{kind}"]}

    def action_view_meetings(self):
        return self._open_meeting_records("appointment_business_meeting.action_business_meeting")

    def action_view_meeting_slots(self):
        return self._open_meeting_records("appointment_business_meeting.action_business_meeting_slot")

    def action_view_meeting_spaces(self):
        return self._open_meeting_records("appointment_business_meeting.action_business_meeting_space")

    def action_view_meeting_sponsors(self):
        return self._open_meeting_records("appointment_business_meeting.action_event_sponsor_meetings")

    def action_view_meeting_report(self):
        return self._open_meeting_records("appointment_business_meeting.action_business_meeting_report")

    def action_view_meeting_capacity(self):
        return self._open_meeting_records("appointment_business_meeting.action_business_meeting_capacity")

    def action_book_meeting(self):
        """Open the window in which the organiser books for two who agreed aloud."""
        action = self._open_meeting_records("appointment_business_meeting.action_business_meeting_book")
        action["context"] |= {"default_deed": "book"}
        return action

    def _open_meeting_records(self, action):
        """Return an action of this addon, for the records of this event only."""
        self.ensure_one()
        return self.env["ir.actions.act_window"]._for_xml_id(action) | {
            "domain": [("event_id", "=", self.id)],
            # Calendars open on the day of the event.
            "context": {"default_event_id": self.id, "initial_date": fields.Date.to_string(self.date_begin)},
        }

    def action_preview_meeting_rules(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Try the rules"),
            "res_model": "business.meeting.preview",
            "view_mode": "form",
            "target": "new",
            "context": {"default_event_id": self.id},
        }
