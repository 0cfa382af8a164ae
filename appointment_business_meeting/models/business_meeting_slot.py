from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import babel_locale_parse

from odoo.addons.appointment_booking.tools.wording import Wording


class BusinessMeetingSlot(models.Model):
    """A slot of an event's grid: when meetings take place. It is offered to every partner, and many meet in it."""

    _name = "business.meeting.slot"
    _inherit = ["booking.guarded"]
    _description = "Business Meeting Slot"
    _order = "start, id"

    event_id = fields.Many2one("event.event", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="event_id.company_id")
    date_tz = fields.Selection(related="event_id.date_tz", string="Time zone")
    start = fields.Datetime(required=True)
    stop = fields.Datetime(string="End", required=True)
    is_open = fields.Boolean(
        string="Open", default=True, help="A closed slot is offered to nobody; what is confirmed in it stays."
    )
    meeting_ids = fields.One2many("business.meeting", "slot_id", string="Meetings")
    confirmed_count = fields.Integer(string="Confirmed", compute="_compute_counts")
    proposed_count = fields.Integer(string="Proposed", compute="_compute_counts")

    _ends_later = models.Constraint("CHECK (start < stop)", "A slot ends after its start.")
    _once = models.Constraint("UNIQUE (event_id, start, stop)", "This slot is in the grid already.")

    @api.depends("start", "stop", "date_tz")
    @api.depends_context("lang")
    def _compute_display_name(self):
        locale = babel_locale_parse(self.env.lang)
        for slot in self:
            if not slot.start or not slot.stop:
                slot.display_name = self.env._("New slot")
                continue
            wording = Wording(locale, slot.date_tz or "UTC")
            day = wording.short_day(wording.local(slot.start).date())
            slot.display_name = f"{day}, {wording.hour(slot.start)} – {wording.hour(slot.stop)}"

    @api.depends("meeting_ids.state")
    def _compute_counts(self):
        confirmed = dict(
            self.env["business.meeting"]._read_group(
                [("slot_id", "in", self.ids), ("state", "=", "confirmed")], ["slot_id"], ["__count"]
            )
        )
        proposed = dict(
            self.env["business.meeting.proposal"]._read_group(
                [("slot_id", "in", self.ids), ("meeting_id.state", "=", "requested")],
                ["slot_id"],
                ["meeting_id:count_distinct"],
            )
        )
        for slot in self:
            slot.confirmed_count = confirmed.get(slot, 0)
            slot.proposed_count = proposed.get(slot, 0)

    @api.constrains("start", "stop")
    def _check_length(self):
        for slot in self:
            if (slot.stop - slot.start).total_seconds() > 24 * 3600:
                raise ValidationError(self.env._("A slot is 24 hours long at most."))

    def write(self, vals):
        changed = {"start", "stop", "event_id"} & vals.keys()
        if changed and any(
            any(self._fields[name].convert_to_cache(vals[name], slot) != slot._cache_value(name) for name in changed)
            for slot in self._get_in_use()
        ):
            raise UserError(
                self.env._("Meetings are confirmed or proposed in this slot: close it and add another one instead.")
            )
        return super().write(vals)

    def _cache_value(self, name):
        return self._fields[name].convert_to_cache(self[name], self)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_use(self):
        if used := self._get_in_use():
            raise UserError(
                self.env._(
                    "Meetings are confirmed or proposed in these slots, close them instead: %s",
                    ", ".join(used.mapped("display_name")),
                )
            )

    def _get_in_use(self):
        """Return the slots in which a meeting is confirmed, or proposed in a request that waits."""
        confirmed = self.env["business.meeting"].sudo().search([("slot_id", "in", self.ids)]).slot_id
        proposed = (
            self.env["business.meeting.proposal"]
            .sudo()
            .search([("slot_id", "in", self.ids), ("meeting_id.state", "=", "requested")])
            .slot_id
        )
        return self & (confirmed | proposed).with_env(self.env)

    def action_open(self):
        """Offer the slots to all partners again."""
        self.write({"is_open": True})

    def action_close(self):
        """Say what closing the slots affects, before it is done."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Close slots"),
            "res_model": "business.meeting.slot.close",
            "view_mode": "form",
            "target": "new",
            "context": {"default_slot_ids": self.ids},
        }
