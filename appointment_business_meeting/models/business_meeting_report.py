from odoo import fields, models
from odoo.tools import SQL


class BusinessMeetingReport(models.Model):
    """The statistics of meetings: one row for each, with what can be summed up and averaged."""

    _name = "business.meeting.report"
    _description = "Business Meeting Statistics"
    _auto = False
    _rec_name = "meeting_id"
    _order = "asked_on desc, id desc"
    _depends = {
        "business.meeting": [
            "answered_at",
            "company_id",
            "contact_id",
            "create_date",
            "event_id",
            "is_booked",
            "origin",
            "outcome",
            "partner_rating",
            "participant_rating",
            "registration_id",
            "slot_id",
            "space_id",
            "sponsor_id",
            "sponsor_type_id",
            "start",
            "state",
        ],
    }

    meeting_id = fields.Many2one("business.meeting", readonly=True)
    event_id = fields.Many2one("event.event", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    sponsor_id = fields.Many2one("event.sponsor", string="Partner", readonly=True)
    sponsor_type_id = fields.Many2one("event.sponsor.type", string="Level", readonly=True)
    registration_id = fields.Many2one("event.registration", string="Participant", readonly=True)
    slot_id = fields.Many2one("business.meeting.slot", readonly=True)
    space_id = fields.Many2one("business.meeting.space", readonly=True)
    contact_id = fields.Many2one("res.partner", string="Sales contact", readonly=True)
    state = fields.Selection(selection=lambda self: self._take("state"), readonly=True)
    origin = fields.Selection(selection=lambda self: self._take("origin"), string="Asked by", readonly=True)
    outcome = fields.Selection(selection=lambda self: self._take("outcome"), readonly=True)
    start = fields.Datetime(readonly=True)
    asked_on = fields.Datetime(string="Asked on", readonly=True)
    accepted_rate = fields.Float(
        string="Acceptance rate",
        aggregator="avg",
        readonly=True,
        help="Of the requests that were answered, or expired, the part that was accepted.",
    )
    confirmed = fields.Integer(readonly=True)
    held_rate = fields.Float(
        string="Held",
        aggregator="avg",
        readonly=True,
        help="Of the meetings with an outcome, the part that took place.",
    )
    hours_to_answer = fields.Float(string="Hours to answer", aggregator="avg", readonly=True)
    partner_rating = fields.Float(string="Rating by partners", aggregator="avg", readonly=True)
    participant_rating = fields.Float(string="Rating by participants", aggregator="avg", readonly=True)

    def _take(self, name):
        return self.env["business.meeting"]._fields[name]._description_selection(self.env)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT m.id, m.id AS meeting_id, m.event_id, m.company_id, m.sponsor_id, m.sponsor_type_id,
                   m.registration_id, m.slot_id, m.space_id, m.contact_id, m.state, m.origin, m.outcome, m.start,
                   m.create_date AS asked_on,
                   -- what the organiser booked was no request, and nobody's answer
                   CASE WHEN m.is_booked THEN NULL
                        WHEN m.state = 'confirmed' OR (m.state = 'cancelled' AND m.slot_id IS NOT NULL) THEN 1.0
                        WHEN m.state IN ('refused', 'expired') THEN 0.0 END AS accepted_rate,
                   (m.state = 'confirmed')::integer AS confirmed,
                   CASE WHEN m.outcome = 'held' THEN 1.0
                        WHEN m.outcome IN ('partner', 'participant', 'both') THEN 0.0 END AS held_rate,
                   CASE WHEN m.is_booked THEN NULL
                        ELSE EXTRACT(EPOCH FROM m.answered_at - m.create_date) / 3600 END AS hours_to_answer,
                   m.partner_rating::float AS partner_rating,
                   m.participant_rating::float AS participant_rating
              FROM business_meeting m
            """
        )

    def action_open_meeting(self):
        """Open the meeting that a row stands for."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "business.meeting",
            "res_id": self.meeting_id.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }


class BusinessMeetingCapacity(models.Model):
    """How full slots and spaces are: one row for each slot in each space where it is open."""

    _name = "business.meeting.capacity"
    _description = "Use of Slots and Spaces"
    _auto = False
    _rec_name = "slot_id"
    _order = "start, space_id"
    _depends = {
        "business.meeting": ["slot_id", "space_id", "state"],
        "business.meeting.slot": ["event_id", "start", "is_open"],
        "business.meeting.space": ["active", "event_id", "sponsor_id"],
        "business.meeting.closure": ["slot_id", "space_id"],
        "event.event": ["company_id"],
        "event.sponsor": ["sponsor_type_id"],
    }

    event_id = fields.Many2one("event.event", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    sponsor_id = fields.Many2one("event.sponsor", string="Partner", readonly=True)
    sponsor_type_id = fields.Many2one("event.sponsor.type", string="Level", readonly=True)
    space_id = fields.Many2one("business.meeting.space", readonly=True)
    slot_id = fields.Many2one("business.meeting.slot", readonly=True)
    start = fields.Datetime(readonly=True)
    places = fields.Integer(string="Open slots", readonly=True)
    taken = fields.Integer(readonly=True)
    fill_rate = fields.Float(string="Fill rate", aggregator="avg", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT (s.id::bigint << 31) + p.id AS id, s.event_id, e.company_id, p.sponsor_id, o.sponsor_type_id,
                   p.id AS space_id, s.id AS slot_id, s.start,
                   1 AS places,
                   (m.id IS NOT NULL)::integer AS taken,
                   (m.id IS NOT NULL)::integer::float AS fill_rate
              FROM business_meeting_slot s
              JOIN event_event e ON e.id = s.event_id
              JOIN business_meeting_space p ON p.event_id = s.event_id
              JOIN event_sponsor o ON o.id = p.sponsor_id
         LEFT JOIN business_meeting m ON m.slot_id = s.id AND m.space_id = p.id AND m.state = 'confirmed'
             WHERE m.id IS NOT NULL
                OR (s.is_open AND p.active AND NOT EXISTS (
                       SELECT FROM business_meeting_closure c WHERE c.slot_id = s.id AND c.space_id = p.id))
            """
        )
