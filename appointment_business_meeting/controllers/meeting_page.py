from typing import NamedTuple

from odoo import http
from odoo.http import request

from odoo.addons.appointment_booking.controllers.booking_page import BookingPage

from ..exceptions import PARTICIPANT, PARTNER
from ..tools.limits import LIMITS

SPONSOR = "/my/meetings/partner/<int:sponsor_id>"
ACCOUNT = "/my/meetings/participant/<int:registration_id>"
TOKEN = "/meetings/<string:token>"
BIGGEST_ID = 2**31 - 1
# What was wrong with what somebody sent; all other refusals tell that things have moved on.
MISTAKES = {"no_slot", "slot", "space", "space_name", "space_contact", "word", "report"}
# Notices after a deed, by what the address says
DONE = {
    "asked",
    "accepted",
    "refused",
    "cancelled",
    "proposed",
    "moved",
    "said",
    "told",
    "slots",
    "space",
    "space_removed",
}


class Side(NamedTuple):
    """For whom the reader of a page acts."""

    name: str  # "partner" or "participant"
    one: object  # the event.sponsor or event.registration, with all rights
    url: str  # where its pages begin
    is_secret: bool  # whether that address alone lets somebody act

    @property
    def event(self):
        return self.one.event_id


def side_route(path="", method="GET", addresses=(SPONSOR, ACCOUNT, TOKEN)):
    """Declare a page, or a deed, of both sides: with an account, and for participants by their secret link.

    The account is asked for by :meth:`MeetingPage._find_side`, since the secret link needs none. The forms' token is
    looked at by :meth:`MeetingPage._check_form`, which answers with the page and what was typed.
    """
    deed = {"csrf": False, "max_content_length": 256 * 1024} if method == "POST" else {"sitemap": False}
    return http.route(
        [address + path for address in addresses], type="http", auth="public", methods=[method], website=True, **deed
    )


class MeetingPage(BookingPage):
    """What the pages of meetings share: finding who acts, the frame with its counters, and saying what went wrong."""

    def _page(self):
        return request.env["business.meeting.page"].sudo()

    def _find_side(self, sponsor_id=None, registration_id=None, token=None):
        """Return the :class:`Side` that an address names, or stop: what is not theirs is not there.

        Numbers come from the address only: those that a visitor adds behind a question mark are texts.
        """
        if isinstance(sponsor_id, int):
            side = self._find_partner(sponsor_id)
        elif isinstance(registration_id, int):
            side = self._find_participant(registration_id)
        else:
            side = self._find_by_token(token)
        if not side:
            self._stop("appointment_business_meeting.page_unknown", {}, 404, private=True)
        if side.name == PARTICIPANT and not side.one._takes_part():
            self._stop("appointment_business_meeting.page_left", {"event": side.event}, 410, private=True)
        return side

    def _find_by_token(self, token):
        registration = request.env["event.registration"].sudo()._find_by_meeting_token(token)
        return registration and Side(PARTICIPANT, registration, f"/meetings/{token}", True)

    def _find_partner(self, sponsor_id):
        request.env["ir.http"]._auth_method_user()
        sponsor = self._browse("event.sponsor", sponsor_id)
        if sponsor and sponsor.event_id.meeting_enabled and sponsor._is_run_by(request.env.user):
            return Side(PARTNER, sponsor, f"/my/meetings/partner/{sponsor.id}", False)
        return None

    def _find_participant(self, registration_id):
        request.env["ir.http"]._auth_method_user()
        registration = self._browse("event.registration", registration_id)
        own = registration and registration.partner_id == request.env.user.partner_id
        if own and registration.event_id.meeting_enabled:
            return Side(PARTICIPANT, registration, f"/my/meetings/participant/{registration.id}", False)
        return None

    def _browse(self, model, number):
        return request.env[model].sudo().search([("id", "=", number)]) if number <= BIGGEST_ID else None

    def _find_meeting(self, side, meeting_id):
        meeting = self._page()._find_meeting(side.name, side.one, meeting_id) if meeting_id <= BIGGEST_ID else None
        if not meeting:
            self._stop_unknown(side)
        return meeting

    def _find_person(self, side, person_id):
        person = self._page()._find_person(side.name, side.one, person_id) if person_id <= BIGGEST_ID else None
        if not person:
            self._stop_unknown(side)
        return person

    def _stop_unknown(self, side):
        values = self._get_frame_values(side, "")
        self._stop("appointment_business_meeting.page_not_yours", values, 404, private=side.is_secret)

    # Pages

    def _render_side(self, template, side, tab, values=None, refused=None, status=200):
        """Render a page within the frame of a side.

        :param tab: which of the tabs is open
        :param refused: the ``MeetingRefused`` that the page tells of
        """
        if refused:
            status = 422 if refused.code in MISTAKES else 409
        values = {**self._get_frame_values(side, tab), "refused": refused, **(values or {})}
        return self._render(f"appointment_business_meeting.{template}", values, status, private=side.is_secret)

    def _get_frame_values(self, side, tab):
        page, done = self._page(), request.params.get("done")
        counters = side.one._get_meeting_counters()
        return {
            "side": side.name,
            "one": side.one,
            "event": side.event,
            "url": side.url,
            "is_secret": side.is_secret,
            "tab": tab,
            "counters": counters,
            "numbers": page._tell_numbers(counters, side.event.is_finished),
            "tell_count": page._tell_count,
            "labels": page._get_status_labels(),
            "zone": page._tell_zone(side.event),
            "dates": page._tell_dates(side.event),
            "done": done if done in DONE and request.httprequest.method == "GET" else None,
            "refused": None,
            "typed": {},
        }

    # Deeds

    def _check_form(self, side, render):
        """Stop a form that is none of our pages, or that comes too often.

        :param render: function of a template's notice, that shows the page of the form again
        """
        if not self._is_own_page(self._get_params(request.params)):
            response = render("stale")
            response.status_code = 400
            return response
        if not self._may_touch():
            return self._render_try_later(side.url)
        return None

    def _start_afresh(self):
        """Let a page that tells of a refusal show what is so now: others have changed it since the request began."""
        request.env.cr.rollback()
        request.env.invalidate_all()

    def _get_numbers(self, name):
        """Return the numbers of all fields of a form with this name; what is none counts as 0, which is nothing's."""
        texts = request.httprequest.form.getlist(name)[:50]
        return [
            int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
            for text in dict.fromkeys(text for text in texts if text)
        ]

    def _may(self, deed, who):
        limit = LIMITS.get(deed)
        if not limit:
            return super()._may(deed, who)
        limits = request.env["booking.rate.limit"].sudo()
        return limits._allow(deed, who, limits._get_limit(deed, limit.count), limit.period)

    def _render_too_many(self, side, url):
        """Say that somebody has asked, moved or written too often."""
        values = self._get_frame_values(side, "") | {"back": url}
        response = self._render("appointment_business_meeting.page_too_many", values, 429, private=side.is_secret)
        response.headers["Retry-After"] = "3600"
        return response
