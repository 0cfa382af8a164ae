from odoo import fields
from odoo.http import request

from ..exceptions import PARTNER, MeetingRefused
from ..models.business_meeting import OUTCOMES, RATINGS
from ..models.business_meeting_deeds import PROPOSED_AT_MOST
from .meeting_page import MeetingPage, side_route

PER_PAGE = 20
STATUSES = ("received", "sent", "confirmed", "past", "refused", "cancelled")
MEETING = "/meeting/<int:meeting_id>"
DEEDS = "any(accept,refuse,cancel,propose,move,say,report)"
# What the address says after a deed, and what is counted before it
DONE = {
    "accept": "accepted",
    "refuse": "refused",
    "cancel": "cancelled",
    "propose": "proposed",
    "move": "moved",
    "say": "said",
    "report": "told",
}


class MeetingDeeds(MeetingPage):
    """The meetings of a side by status, and each with all that can be done about it."""

    @side_route("/meetings")
    def meeting_list(self, sponsor_id=None, registration_id=None, token=None, **params):
        side = self._find_side(sponsor_id, registration_id, token)
        page, params = self._page(), self._get_params(params)
        counts = page._count_statuses(side.name, side.one)
        status = params.get("status")
        if status not in STATUSES:
            status = next((key for key in STATUSES[:4] if counts[key]), "received")
        number = params.get("page", "1")
        number = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1
        pages = -(-counts[status] // PER_PAGE)
        number = min(max(number, 1), max(pages, 1))
        address = f"{side.url}/meetings?status={status}&page="
        return self._render_side(
            "page_meetings",
            side,
            "meetings",
            {
                "status": status,
                "statuses": STATUSES,
                "list_labels": page._get_list_labels(),
                "counts": counts,
                "cards": page._search_meetings(
                    side.name, side.one, status, offset=(number - 1) * PER_PAGE, limit=PER_PAGE
                ),
                "pages": (
                    f"{address}{number - 1}" if number > 1 else None,
                    f"{address}{number + 1}" if number < pages else None,
                    number,
                    pages,
                ),
            },
        )

    @side_route(MEETING)
    def meeting_page(self, meeting_id, sponsor_id=None, registration_id=None, token=None, **params):
        side = self._find_side(sponsor_id, registration_id, token)
        return self._render_meeting(side, self._find_meeting(side, meeting_id))

    @side_route(f"{MEETING}/<{DEEDS}:deed>")
    def meeting_deed_by_link(self, meeting_id, deed, sponsor_id=None, registration_id=None, token=None, **params):
        """Where a reload, or signing in before a deed, leads: to the page that asks."""
        side = self._find_side(sponsor_id, registration_id, token)
        return self._go(f"{side.url}/meeting/{meeting_id}")

    @side_route(f"{MEETING}/<{DEEDS}:deed>", method="POST")
    def meeting_deed(self, meeting_id, deed, sponsor_id=None, registration_id=None, token=None, **params):
        """Confirm, decline, cancel, propose other slots, move, write, or tell how it went."""
        side = self._find_side(sponsor_id, registration_id, token)
        meeting = self._find_meeting(side, meeting_id)
        if stop := self._check_form(side, lambda notice: self._render_meeting(side, meeting, deed, notice=notice)):
            return stop
        if not self._may_deed(side, meeting, deed):
            return self._render_too_many(side, f"{side.url}/meeting/{meeting.id}")
        try:
            getattr(self, f"_do_{deed}")(side, meeting, self._get_params(params))
        except MeetingRefused as refused:
            self._start_afresh()
            return self._render_meeting(side, meeting, deed, refused)
        return self._go(f"{side.url}/meeting/{meeting.id}?done={DONE[deed]}")

    def _may_deed(self, side, meeting, deed):
        """Count what writes to people."""
        if deed == "propose":
            return self._may("meeting_ask", f"{side.name} {side.one.id}")
        if deed == "say":
            return self._may("meeting_word", f"{side.name} {meeting.id}")
        if deed == "move":
            return self._may("meeting_move", meeting.id)
        return True

    def _do_accept(self, side, meeting, typed):
        slots = self._page()._read_slots(side.event, self._get_numbers("slot"))
        meeting._in_own_transaction("_accept", side.name, slots[:1])

    def _do_refuse(self, side, meeting, typed):
        meeting._in_own_transaction("_refuse", side.name, typed.get("message"))

    def _do_cancel(self, side, meeting, typed):
        meeting._in_own_transaction("_cancel", side.name, typed.get("message"))

    def _do_propose(self, side, meeting, typed):
        page = self._page()
        slots = page._read_slots(side.event, self._get_numbers("slot"))
        space = page._read_space(meeting.sponsor_id, typed.get("space") if side.name == PARTNER else None)
        meeting._in_own_transaction("_counter_propose", side.name, slots, space=space, message=typed.get("message"))

    def _do_move(self, side, meeting, typed):
        page = self._page()
        slots = page._read_slots(side.event, self._get_numbers("slot"))
        space = page._read_space(meeting.sponsor_id, typed.get("space") if side.name == PARTNER else None)
        meeting._in_own_transaction("_move", side.name, slots[:1], space=space)

    def _do_say(self, side, meeting, typed):
        meeting._in_own_transaction("_write_word", side.name, typed.get("message"))

    def _do_report(self, side, meeting, typed):
        meeting._in_own_transaction(
            "_report", side.name, typed.get("outcome", ""), typed.get("rating", ""), typed.get("notes", "")
        )

    def _render_meeting(self, side, meeting, deed=None, refused=None, notice=None):
        """Render the page of a meeting.

        :param deed: which one has just failed: its form is shown open, with what was typed
        """
        page, meetings = self._page(), request.env["business.meeting"]
        card = page._get_card(meeting, side.name)
        is_chosen = card.status in ("received", "confirmed")
        places = (
            meetings._get_free_places(meeting.sponsor_id, meeting.registration_id, leaving_out=meeting)
            if is_chosen
            else []
        )
        (person,) = page._get_people(
            side.name, side.one, meeting.registration_id if side.name == PARTNER else meeting.sponsor_id
        )
        typed = self._get_params(dict(request.httprequest.form))
        return self._render_side(
            "page_meeting",
            side,
            "meetings",
            {
                "meeting": meeting,
                "card": card,
                "person": person,
                "columns": page._get_people_columns(side.name, side.one),
                "story": page._tell_story(meeting, side.name),
                "may_ask_again": page._may_ask_again(side.name, side.one, card, person),
                "words": meeting._get_words(side.name),
                "tell_instant": lambda instant: page._tell_instant(side.event, instant),
                "slot_days": page._get_slot_days(
                    side.event,
                    [place for place in places if card.status == "received" or place.slot_id != meeting.slot_id.id],
                ),
                "free": {place.slot_id for place in places},
                "spaces": meeting.sponsor_id.meeting_space_ids,
                "most": PROPOSED_AT_MOST,
                "may_write": meeting._may_write(side.name),
                "may_report": meeting.state == "confirmed" and meeting.start <= fields.Datetime.now(),
                "outcomes": self._translate("partner_outcome", OUTCOMES),
                "ratings": self._translate("partner_rating", RATINGS),
                "own": meeting._get_notes(side.name) | {"outcome": meeting[f"{side.name}_outcome"] or ""},
                "deed": deed,
                "offers": page._get_slot_days(side.event, refused.offers) if refused else [],
                "typed": typed,
                "chosen": self._get_numbers("slot"),
                "notice": notice,
            },
            refused=refused,
        )

    def _translate(self, name, choices):
        labels = dict(request.env["business.meeting"]._fields[name]._description_selection(request.env))
        return [(value, labels[value]) for value, _label in choices]
