from odoo.http import request

from ..exceptions import MeetingRefused
from .meeting_page import SPONSOR, MeetingPage, side_route

ONLY = (SPONSOR,)
SPACE = ("name", "contact", "theme", "location")


class MeetingCalendar(MeetingPage):
    """The partner's calendar: which slots are open in which space, and the spaces themselves."""

    @side_route("/calendar", addresses=ONLY)
    def meeting_calendar(self, sponsor_id, **params):
        return self._render_calendar(self._find_side(sponsor_id))

    @side_route("/calendar/<any(slots,space):part>", addresses=ONLY)
    def meeting_calendar_by_link(self, sponsor_id, part, **params):
        """Where a reload leads."""
        return self._go(f"{self._find_side(sponsor_id).url}/calendar")

    @side_route("/calendar/slots", method="POST", addresses=ONLY)
    def meeting_slots(self, sponsor_id, **params):
        """Open or close slots: the button says ``open-12-34`` or ``close-12-34-35``, the space and its slots."""
        side = self._find_side(sponsor_id)
        if stop := self._check_form(side, lambda notice: self._render_calendar(side, notice=notice)):
            return stop
        typed = self._get_params(params)
        what, *numbers = typed.get("change", "").split("-")
        numbers = [int(text) for text in numbers[:200] if text.isascii() and text.isdigit() and len(text) < 10]
        space_id, slot_ids = (numbers or [0])[0], numbers[1:]
        try:
            if what == "free":
                side.one._in_own_transaction("_close_free_slots", space_id, slot_ids)
            else:
                side.one._in_own_transaction("_set_slots", space_id, slot_ids, what == "open")
        except MeetingRefused as refused:
            self._start_afresh()
            return self._render_calendar(side, refused)
        return self._go(f"{side.url}/calendar?day={self._get_day(typed)}&done=slots")

    @side_route("/calendar/space", method="POST", addresses=ONLY)
    def meeting_space(self, sponsor_id, **params):
        """Make a space, change it or take it away: the button says which."""
        side = self._find_side(sponsor_id)
        if stop := self._check_form(side, lambda notice: self._render_calendar(side, notice=notice)):
            return stop
        typed = self._get_params(params)
        values, space_id = {name: typed.get(name, "") for name in SPACE}, typed.get("space", "")
        try:
            if typed.get("deed") == "remove":
                side.one._in_own_transaction("_remove_space", space_id, typed.get("move_to") or None)
            elif space_id:
                side.one._in_own_transaction("_change_space", space_id, values)
            else:
                side.one._in_own_transaction("_add_space", values)
        except MeetingRefused as refused:
            self._start_afresh()
            return self._render_calendar(side, refused)
        done = "space_removed" if typed.get("deed") == "remove" else "space"
        return self._go(f"{side.url}/calendar?day={self._get_day(typed)}&done={done}")

    def _get_day(self, typed):
        day = typed.get("day", "")
        return day if len(day) == 10 and day.replace("-", "").isdigit() and day.isascii() else ""

    def _render_calendar(self, side, refused=None, notice=None):
        typed = self._get_params(dict(request.httprequest.form))
        days, rows = self._page()._get_grid(side.one, self._get_day(self._get_params(request.params)))
        spaces = side.one.meeting_space_ids
        proposed = side.one._propose_meeting_space()
        return self._render_side(
            "page_calendar",
            side,
            "calendar",
            {
                "days": days,
                "shown": next((day for day in days if day.is_shown), None),
                "rows": rows,
                "spaces": spaces,
                "may_manage": side.one._may_manage_spaces(),
                "contacts": side.one._get_sales_contacts(),
                "proposed": {"name": proposed["name"]},
                "typed": typed if "name" in typed or "space" in typed else {},
                "notice": notice,
            },
            refused=refused,
        )
