from urllib.parse import urlencode

from odoo.http import request

from odoo.addons.portal.controllers.portal import pager as portal_pager

from ..exceptions import PARTNER, MeetingRefused
from ..models.business_meeting_deeds import PROPOSED_AT_MOST
from .meeting_page import MeetingPage, side_route

PER_PAGE = 20
ASKED = {"yes": True, "no": False}
MOST_PAGES = 10000


class MeetingPeople(MeetingPage):
    """Whom a side may meet, and asking them for a meeting."""

    @side_route("/people")
    def meeting_people(self, sponsor_id=None, registration_id=None, token=None, **params):
        side = self._find_side(sponsor_id, registration_id, token)
        page, params = self._page(), self._get_params(params)
        search, asked = params.get("search", "")[:100], params.get("asked", "")
        choices = page._get_people_choices(side.name, side.one)
        chosen = {field.id: params.get(f"f{field.id}", "") for field, _values in choices}
        number = params.get("page", "1")
        number = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1
        query = {"search": search, "asked": asked} | {f"f{key}": value for key, value in chosen.items()}
        people, total = page._search_people(
            side.name,
            side.one,
            search,
            offset=(min(max(number, 1), MOST_PAGES) - 1) * PER_PAGE,
            limit=PER_PAGE,
            chosen=chosen,
            asked=ASKED.get(asked),
        )
        if not people and total:
            return self._go(f"{side.url}/people?{urlencode({key: value for key, value in query.items() if value})}")
        return self._render_side(
            "page_people",
            side,
            "people",
            {
                "people": people,
                "total": total,
                "columns": page._get_people_columns(side.name, side.one),
                "choices": choices,
                "chosen": chosen,
                "search": search,
                "asked": asked,
                "is_narrowed": any(query.values()),
                "pages": self._get_pages(f"{side.url}/people", query, number, total),
            },
        )

    def _get_pages(self, url, query, number, total):
        """Return ``(previous, next, number, how many)``: addresses of the pages beside this one."""
        count = portal_pager(url=url, total=total, page=number, step=PER_PAGE)["page_count"]
        kept = {key: value for key, value in query.items() if value}

        def address(wanted):
            return f"{url}?{urlencode(kept | {'page': wanted})}" if 1 <= wanted <= count else None

        return address(number - 1), address(number + 1), number, count

    @side_route("/people/<int:person_id>")
    def meeting_person(self, person_id, sponsor_id=None, registration_id=None, token=None, **params):
        side = self._find_side(sponsor_id, registration_id, token)
        return self._render_person(side, self._find_person(side, person_id))

    @side_route("/people/<int:person_id>/ask")
    def meeting_ask_by_link(self, person_id, sponsor_id=None, registration_id=None, token=None, **params):
        """Where a reload of a refused request leads."""
        side = self._find_side(sponsor_id, registration_id, token)
        return self._go(f"{side.url}/people/{person_id}")

    @side_route("/people/<int:person_id>/ask", method="POST")
    def meeting_ask(self, person_id, sponsor_id=None, registration_id=None, token=None, **params):
        """Ask for a meeting."""
        side = self._find_side(sponsor_id, registration_id, token)
        person = self._find_person(side, person_id)
        if stop := self._check_form(side, lambda notice: self._render_person(side, person, notice=notice)):
            return stop
        if not self._may("meeting_ask", f"{side.name} {side.one.id}"):
            return self._render_too_many(side, f"{side.url}/people/{person.id}")
        sponsor, registration = (side.one, person) if side.name == PARTNER else (person, side.one)
        typed, page = self._get_params(params), self._page()
        try:
            slots = page._read_slots(side.event, self._get_numbers("slot"))
            space = page._read_space(sponsor, typed.get("space"))
            (meeting_id,) = request.env["business.meeting"]._in_own_transaction(
                "_request", sponsor, registration, side.name, slots, space=space, message=typed.get("message")
            )
        except MeetingRefused as refused:
            self._start_afresh()
            return self._render_person(side, person, refused=refused)
        return self._go(f"{side.url}/meeting/{meeting_id}?done=asked")

    def _render_person(self, side, record, refused=None, notice=None):
        page = self._page()
        (person,) = page._get_people(side.name, side.one, record)
        sponsor, registration = (side.one, record) if side.name == PARTNER else (record, side.one)
        is_known = person.status in ("received", "sent", "confirmed")
        places = [] if is_known else request.env["business.meeting"]._get_free_places(sponsor, registration)
        typed = self._get_params(dict(request.httprequest.form))
        return self._render_side(
            "page_person",
            side,
            "people",
            {
                "person": person,
                "sponsor": sponsor,
                "columns": page._get_people_columns(side.name, side.one),
                "is_known": is_known,
                "card": page._get_card(person.meeting, side.name) if person.meeting else None,
                "slot_days": page._get_slot_days(side.event, places),
                "spaces": sponsor.meeting_space_ids,
                "most": PROPOSED_AT_MOST,
                "offers": page._get_slot_days(side.event, refused.offers) if refused else [],
                "typed": typed,
                "chosen": self._get_numbers("slot"),
                "notice": notice,
            },
            refused=refused,
        )
