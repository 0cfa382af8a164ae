from datetime import date
from typing import NamedTuple

from odoo import api, fields, models


class Cell(NamedTuple):
    """A slot in a space."""

    slot_id: int
    space_id: int
    state: str  # "open", "closed", "meeting", or "over" when it can no longer be chosen
    meeting_id: int = 0
    name: str = ""  # of whom the partner meets


class Hours(NamedTuple):
    """When a slot begins and ends, in words."""

    hour: str
    stop: str


class Day(NamedTuple):
    date: date
    label: str
    is_shown: bool


class BusinessMeetingPage(models.AbstractModel):
    """The partner's calendar: slots of one day down, spaces across."""

    _inherit = "business.meeting.page"

    @api.model
    def _get_grid(self, sponsor, wanted=None):
        """Return ``(days, rows)``, by a fixed number of queries.

        :param wanted: a day as ``2026-11-24``; else today, or the first day of the fair that is not over
        :return: list of :class:`Day`, and of ``(Hours, slot, [Cell for each space])``
        """
        event, wording = sponsor.event_id, self._get_wording(sponsor.event_id)
        by_day = {}
        for slot in event.meeting_slot_ids.sorted("start"):
            by_day.setdefault(wording.local(slot.start).date(), []).append(slot)
        shown = self._choose_day(list(by_day), wanted, wording.local(fields.Datetime.now()).date())
        days = [Day(day, wording.day(day), day == shown) for day in by_day]
        spaces, now = sponsor.meeting_space_ids, fields.Datetime.now()
        closed = {(closure.space_id, closure.slot_id) for closure in spaces.closure_ids}
        meetings = {
            (meeting.space_id, meeting.slot_id): meeting
            for meeting in sponsor.env["business.meeting"].search(
                [("sponsor_id", "=", sponsor.id), ("state", "=", "confirmed")]
            )
        }

        def cell(slot, space):
            if meeting := meetings.get((space, slot)):
                return Cell(slot.id, space.id, "meeting", meeting.id, meeting.registration_id.name or "")
            if slot.start <= now or not slot.is_open:
                return Cell(slot.id, space.id, "over")
            return Cell(slot.id, space.id, "closed" if (space, slot) in closed else "open")

        rows = [
            (Hours(wording.hour(slot.start), wording.hour(slot.stop)), slot, [cell(slot, space) for space in spaces])
            for slot in by_day.get(shown, [])
        ]
        return days, rows

    @api.model
    def _choose_day(self, days, wanted, today):
        """Return the day to show: the one wanted, else the first that is not over, else the last one."""
        for day in days:
            if day.isoformat() == wanted:
                return day
        ahead = [day for day in days if day >= today]
        return ahead[0] if ahead else days[-1] if days else None
