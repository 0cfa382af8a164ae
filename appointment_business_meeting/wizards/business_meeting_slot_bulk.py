from datetime import timedelta, timezone
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..tools.grid import Span, make_grid, without_overlaps

SLOTS_AT_MOST = 500


class BusinessMeetingSlotBulk(models.TransientModel):
    """Many slots at once: the same hours on some days, on the clock of the event."""

    _name = "business.meeting.slot.bulk"
    _description = "Add Slots in Bulk"

    event_id = fields.Many2one("event.event", required=True, domain="[('meeting_enabled', '=', True)]")
    date_tz = fields.Selection(related="event_id.date_tz", string="Time zone")
    day_from = fields.Date(
        string="First day", compute="_compute_days", store=True, precompute=True, readonly=False, required=True
    )
    day_to = fields.Date(
        string="Last day", compute="_compute_days", store=True, precompute=True, readonly=False, required=True
    )
    hour_from = fields.Float(string="From", default=9.0, required=True)
    hour_to = fields.Float(string="To", default=18.0, required=True)
    minutes = fields.Integer(string="Length of a slot", default=20, required=True)
    pause = fields.Integer(string="Break between slots", default=5, required=True)
    summary = fields.Char(compute="_compute_summary")

    @api.depends("event_id")
    def _compute_days(self):
        for bulk in self:
            event = bulk.event_id.with_context(tz=bulk.event_id.date_tz or "UTC")
            if event:
                bulk.day_from = fields.Datetime.context_timestamp(event, event.date_begin).date()
                bulk.day_to = fields.Datetime.context_timestamp(event, event.date_end).date()

    @api.depends("event_id", "day_from", "day_to", "hour_from", "hour_to", "minutes", "pause")
    def _compute_summary(self):
        for bulk in self:
            try:
                new, known = bulk._get_spans()
            except UserError as error:
                bulk.summary = str(error)
                continue
            zone = ZoneInfo(bulk.event_id.date_tz or "UTC")
            days = len({span.start.replace(tzinfo=timezone.utc).astimezone(zone).date() for span in new})
            bulk.summary = self.env._("Slots to add: %(count)s, on days: %(days)s.", count=len(new), days=days)
            if known:
                bulk.summary += " " + self.env._("Left out, since they overlap the grid: %s.", known)

    def _get_spans(self):
        """Return ``(spans that are new, how many overlap slots that are there)``.

        :raise UserError: for days or hours that make no sense
        """
        self.ensure_one()
        if not self.event_id or not self.day_from or not self.day_to:
            raise UserError(self.env._("Choose the event and its days."))
        if self.day_to < self.day_from or (self.day_to - self.day_from).days > 60:
            raise UserError(self.env._("The last day is on or after the first one, at most 60 days later."))
        if not 0 <= self.hour_from < self.hour_to <= 24:
            raise UserError(self.env._("The hours are between 0:00 and 24:00, the end after the beginning."))
        if not 5 <= self.minutes <= 24 * 60 or not 0 <= self.pause <= 24 * 60:
            raise UserError(self.env._("A slot is at least 5 minutes long, and a break is not negative."))
        days = [self.day_from + timedelta(days=n) for n in range((self.day_to - self.day_from).days + 1)]
        start, stop = round(self.hour_from * 60), round(self.hour_to * 60)
        spans = make_grid(days, start, stop, self.minutes, self.pause, self.event_id.date_tz or "UTC")
        if not spans:
            raise UserError(self.env._("No slot of this length fits between these hours."))
        if len(spans) > SLOTS_AT_MOST:
            raise UserError(
                self.env._("These are %(count)s slots; %(most)s at most.", count=len(spans), most=SLOTS_AT_MOST)
            )
        known = [Span(slot.start, slot.stop) for slot in self.event_id.meeting_slot_ids]
        new = without_overlaps(spans, known)
        return new, len(spans) - len(new)

    def action_add(self):
        """Add the slots that are not there yet; the list beneath the window shows them."""
        self.ensure_one()
        new, _known = self._get_spans()
        if not new:
            raise UserError(
                self.env._(
                    "All these slots are in the grid already (%(first)s to %(last)s).",
                    first=format_date(self.env, self.day_from),
                    last=format_date(self.env, self.day_to),
                )
            )
        self.env["business.meeting.slot"].create(
            [{"event_id": self.event_id.id, "start": span.start, "stop": span.stop} for span in new]
        )
        return {"type": "ir.actions.act_window_close"}
