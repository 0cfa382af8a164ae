from typing import NamedTuple

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.appointment_booking.tools.wording import Wording

from ..exceptions import PARTNER, other_side


class Card(NamedTuple):
    """What a list says of a meeting. Texts are in the reader's language, on the clock of the event."""

    meeting: models.BaseModel
    name: str  # of the other side
    status: str  # a key of ``_get_status_labels``
    day: str  # of the slot; empty while there is none
    hours: str
    place: str
    proposals: list  # of Choice, of a request that waits
    until: str  # when it has to be answered
    word: str  # what was said last with a deed


class Choice(NamedTuple):
    """A slot that can be chosen."""

    slot_id: int
    day: str
    hours: str
    hour: str  # when it begins
    is_over: bool = False
    space_ids: tuple = ()  # where it is free

    @property
    def label(self):
        return f"{self.day}, {self.hours}"

    @property
    def short(self):
        return f"{self.day}, {self.hour}"


class BusinessMeetingPage(models.AbstractModel):
    """What the pages of partners and participants show: meetings as their sides see them, slots by day.

    ``side`` is ``"partner"`` or ``"participant"``, ``one`` the ``event.sponsor`` or ``event.registration`` that the
    reader acts for, with all rights. The numbers of queries do not depend on how many meetings or slots there are.
    """

    _name = "business.meeting.page"
    _description = "Pages of Business Meetings"

    # Words

    @api.model
    def _get_wording(self, event):
        return Wording(self.env["booking.journey"]._locale(), event.date_tz or "UTC")

    @api.model
    def _tell_zone(self, event):
        """``Paris time (UTC+1)``, as it is at the event."""
        return self.env["booking.journey"]._tell_zone(event.date_tz or "UTC", event.date_begin)

    @api.model
    def _tell_dates(self, event):
        wording = self._get_wording(event)
        first, last = wording.local(event.date_begin).date(), wording.local(event.date_end).date()
        return wording.full_day(first) if first == last else wording.period(first, last)

    @api.model
    def _tell_instant(self, event, instant):
        """``Tue, Nov 24, 10:00``"""
        wording = self._get_wording(event)
        return f"{wording.short_day(wording.local(instant).date())}, {wording.hour(instant)}"

    @api.model
    def _get_status_labels(self):
        """Return the states of a meeting as a side sees them, in the order of the page."""
        return {
            "received": self.env._("To answer"),
            "sent": self.env._("Sent"),
            "confirmed": self.env._("Confirmed"),
            "past": self.env._("Past"),
            "refused": self.env._("Declined"),
            "cancelled": self.env._("Cancelled"),
            "expired": self.env._("Expired"),
        }

    @api.model
    def _get_list_labels(self):
        """Return what the lists of meetings are called: several, where a label above is said of one."""
        return {
            "received": self.env._("To answer"),
            "sent": self.env._("Sent requests"),
            "confirmed": self.env._("Confirmed meetings"),
            "past": self.env._("Past meetings"),
            "refused": self.env._("Declined or expired"),
            "cancelled": self.env._("Cancelled meetings"),
        }

    @api.model
    def _tell_count(self, what, number):
        """Return a number with its word, as ``1 slot free``: none, one and several are terms of their own, since
        languages differ in which of them are told alike.

        :param what: ``requests_left``, ``confirmed``, ``slots_free``, ``waiting``, ``found``, ``may_send``,
            ``see_requests``
        """
        if not number:
            return {
                "requests_left": self.env._("0 requests left"),
                "confirmed": self.env._("0 confirmed"),
                "slots_free": self.env._("0 slots free"),
                "waiting": self.env._("0 to answer"),
                "found": self.env._("0 found"),
                "may_send": self.env._("You can send no more requests for now."),
                "see_requests": self.env._("See the requests"),
            }[what]
        if number == 1:
            return {
                "requests_left": self.env._("1 request left"),
                "confirmed": self.env._("1 confirmed"),
                "slots_free": self.env._("1 slot free"),
                "waiting": self.env._("1 to answer"),
                "found": self.env._("1 found"),
                "may_send": self.env._("You can send 1 more request."),
                "see_requests": self.env._("See the request"),
            }[what]
        return {
            "requests_left": self.env._("%s requests left", number),
            "confirmed": self.env._("%s confirmed", number),
            "slots_free": self.env._("%s slots free", number),
            "waiting": self.env._("%s to answer", number),
            "found": self.env._("%s found", number),
            "may_send": self.env._("You can send %s more requests.", number),
            "see_requests": self.env._("See all %s requests", number),
        }[what]

    @api.model
    def _tell_numbers(self, counters, is_over=False):
        """Return ``[(number, word), ...]`` for the top of the pages: ``("14/20", "confirmed")``.

        Once the event is over, what was still to be had is of no use to anybody.
        """
        lines = []
        for what in ("confirmed",) if is_over else ("requests_left", "confirmed", "slots_free"):
            number = counters[what]
            if number is None:
                continue
            word = self._tell_count(what, number).replace(str(number), "", 1).strip()
            quota = counters["quota"] if what == "confirmed" else None
            lines.append((str(number) if quota is None else f"{number}/{quota}", word))
        return lines

    @api.model
    def _tell_story(self, meeting, side):
        """Return in a sentence whose turn it is, or who ended it; nothing where the page says it already."""
        status, other = meeting._get_status(side), meeting._get_shown_name(side)
        if status == "sent":
            return self.env._("%s has not answered yet.", other)
        if status == "expired":
            return self.env._("It was not answered in time.")
        if status not in ("refused", "cancelled") or not meeting.reply_side:
            return ""
        is_own = meeting.reply_side == side
        if status == "refused":
            own, theirs = self.env._("You declined the request."), self.env._("%s declined the request.", other)
        elif meeting.slot_id:
            own, theirs = self.env._("You cancelled the meeting."), self.env._("%s cancelled the meeting.", other)
        else:
            own, theirs = self.env._("You withdrew the request."), self.env._("%s withdrew the request.", other)
        return own if is_own else theirs

    # Meetings

    @api.model
    def _get_own_domain(self, side, one):
        return Domain("sponsor_id" if side == PARTNER else "registration_id", "=", one.id)

    @api.model
    def _find_meeting(self, side, one, meeting_id):
        """Return a meeting of a side by its number, with all rights; nothing for somebody else's."""
        domain = self._get_own_domain(side, one) & Domain("id", "=", meeting_id)
        return self.env["business.meeting"].sudo().search(domain)

    @api.model
    def _get_status_domains(self, side):
        now = fields.Datetime.now()
        requested, confirmed = Domain("state", "=", "requested"), Domain("state", "=", "confirmed")
        open_still = Domain("expires_at", "=", False) | Domain("expires_at", ">", now)
        return {
            "received": requested & open_still & Domain("awaiting", "=", side),
            "sent": requested & open_still & Domain("awaiting", "=", other_side(side)),
            "confirmed": confirmed & Domain("stop", ">", now),
            "past": confirmed & Domain("stop", "<=", now),
            "refused": Domain("state", "in", ("refused", "expired")) | (requested & ~open_still),
            "cancelled": Domain("state", "=", "cancelled"),
        }

    @api.model
    def _count_statuses(self, side, one):
        """Return ``{key: how many}`` for each list of the page of meetings."""
        own, meetings = self._get_own_domain(side, one), self.env["business.meeting"].sudo()
        return {key: meetings.search_count(own & domain) for key, domain in self._get_status_domains(side).items()}

    @api.model
    def _search_meetings(self, side, one, status, offset=0, limit=20):
        """Return the cards of one list: what is next, or has to be answered first, on top; of the past the latest."""
        order = {
            "received": "expires_at, id",
            "sent": "expires_at, id",
            "confirmed": "start, id",
            "past": "start desc, id desc",
        }.get(status, "write_date desc, id desc")
        domain = self._get_own_domain(side, one) & self._get_status_domains(side)[status]
        meetings = self.env["business.meeting"].sudo().search(domain, order=order, offset=offset, limit=limit)
        return self._get_cards(meetings, side)

    @api.model
    def _get_agenda(self, side, one):
        """Return ``[(day, is today, [card, ...]), ...]`` of the confirmed meetings that are not over."""
        event = one.event_id
        wording = self._get_wording(event)
        today = wording.local(fields.Datetime.now()).date()
        domain = self._get_own_domain(side, one) & self._get_status_domains(side)["confirmed"]
        meetings = self.env["business.meeting"].sudo().search(domain, order="start, id")
        days = {}
        for card in self._get_cards(meetings, side):
            days.setdefault(wording.local(card.meeting.start).date(), []).append(card)
        return [(wording.day(day), day == today, cards) for day, cards in days.items()]

    @api.model
    def _get_cards(self, meetings, side):
        return [self._get_card(meeting, side) for meeting in meetings]

    @api.model
    def _get_card(self, meeting, side):
        wording, status = self._get_wording(meeting.event_id), meeting._get_status(side)
        day = hours = place = until = ""
        if meeting.slot_id:
            day = wording.short_day(wording.local(meeting.start).date())
            hours = self._tell_hours(wording, meeting)
            place = meeting.space_id.location or meeting.space_id.name or ""
        if status in ("received", "sent") and meeting.expires_at:
            until = self._tell_instant(meeting.event_id, meeting.expires_at)
        return Card(
            meeting,
            meeting._get_shown_name(side),
            status,
            day,
            hours,
            place,
            self._get_proposals(meeting, wording) if status in ("received", "sent") else [],
            until,
            meeting.reply or meeting.message or "",
        )

    @api.model
    def _get_proposals(self, meeting, wording):
        now = fields.Datetime.now()
        slots = meeting.proposal_ids.slot_id.sorted("start")
        return [self._get_choice(wording, slot.id, slot, is_over=slot.start <= now) for slot in slots]

    # Slots

    @api.model
    def _get_slot_days(self, event, places):
        """Return ``[(day, [Choice, ...]), ...]`` for :class:`Offer` values, each slot once with all its spaces."""
        wording, slots, days = self._get_wording(event), {}, {}
        for place in places:
            slots.setdefault(place.slot_id, (place, []))[1].append(place.space_id)
        for slot_id, (place, space_ids) in slots.items():
            day = wording.local(place.start).date()
            days.setdefault(day, []).append(self._get_choice(wording, slot_id, place, space_ids=tuple(space_ids)))
        return [(wording.day(day), choices) for day, choices in days.items()]

    @api.model
    def _get_choice(self, wording, slot_id, span, **values):
        day = wording.short_day(wording.local(span.start).date())
        return Choice(slot_id, day, self._tell_hours(wording, span), wording.hour(span.start), **values)

    @api.model
    def _tell_hours(self, wording, span):
        return f"{wording.hour(span.start)} – {wording.hour(span.stop)}"


class BusinessMeeting(models.Model):
    _inherit = "business.meeting"

    def _get_status(self, side):
        """Return what a side sees: a key of ``business.meeting.page._get_status_labels``."""
        self.ensure_one()
        if self.state == "requested":
            if not self._is_open():
                return "expired"
            return "received" if self.awaiting == side else "sent"
        if self.state == "confirmed" and self.stop <= fields.Datetime.now():
            return "past"
        return self.state
