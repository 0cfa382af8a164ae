import re
import secrets
from typing import NamedTuple

import werkzeug

from odoo import http
from odoo.http import request

from ..models.booking_journey import BadChoice, UnknownChoice
from ..tools.limits import LIMITS
from ..tools.network import who_is


class Frame(NamedTuple):
    """The page is shown inside another site, where no cookie arrives: its ticket tells the visitor."""

    visitor_key: str
    is_fresh: bool  # whether a ticket came along that still lets forms act
    has_code: bool = False  # whether the visitor has given the access code of the type


CONTROL = re.compile(r"[\x00-\x1f\x7f]")
QUESTION = re.compile(r"q_[0-9]{1,9}")


class BookingPage(http.Controller):
    """What the pages of the booker's way share: finding what the address names, and saying what went wrong."""

    def _journey(self):
        return request.env["booking.journey"].sudo()

    def _render(self, template, values, status=200, private=False):
        """Render a page.

        :param template: of this module unless its name says another
        :param private: whether the address is a secret that must not spread by caches, referrers or search engines
        """
        # Inside another site's frame the page comes without the site's own header and footer.
        bare = {"embedded": True, "no_header": True, "no_footer": True} if self._get_frame() else {"embedded": False}
        xmlid = template if "." in template else f"appointment_booking.{template}"
        response = request.render(xmlid, {**bare, **values})
        response.status_code = status
        self._limit_frames(response, [])
        return self._keep_private(response) if private else response

    def _get_frame(self):
        """Return the :class:`Frame` of a page inside another site, or nothing for a page of our own."""
        return getattr(request, "booking_frame", None)

    def _limit_frames(self, response, origins):
        """Say which sites may show a page inside theirs; ours always may."""
        response.headers["Content-Security-Policy"] = " ".join(["frame-ancestors 'self'", *origins])

    def _keep_private(self, response):
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    def _go(self, url, code=303):
        """Redirect within the site, staying in the visitor's language.

        What a visitor put into an address may hold line breaks: in a header they stay written as in the address.
        """
        url = CONTROL.sub(lambda found: f"%{ord(found[0]):02X}", request.env["ir.http"]._url_for(url))
        return request.redirect(url, code=code)

    def _stop(self, template, values, status, private=False):
        """Answer with a page at once, from anywhere in a route."""
        response = self._render(template, values, status, private)
        response.flatten()
        werkzeug.exceptions.abort(response)

    def _find_type(self, slug):
        """Return ``(type, moved)`` for an address, or stop with a page that helps.

        What is not published exists only for those who may change it.
        """
        booking_type, moved = request.env["booking.type"], False
        if "\x00" not in slug and len(slug) <= 200:
            Type = request.env["booking.type"].sudo().with_context(active_test=False)
            booking_type, moved = Type._find_by_slug(slug)
        if not booking_type or not (self._is_public(booking_type) or self._may_preview(booking_type)):
            self._stop("page_type_not_found", {}, 404)
        return booking_type.with_context(active_test=True), moved

    def _is_public(self, booking_type):
        return booking_type.active and booking_type.website_published

    def _may_preview(self, booking_type):
        user = request.env.user
        return user._is_internal() and booking_type.with_user(user).has_access("write")

    def _read_choices(self, booking_type, params):
        """Return the visitor's choices, or stop with a page that helps."""
        try:
            return self._journey()._read_choices(booking_type, params, request.cookies.get("tz"))
        except BadChoice:
            self._stop("page_bad_choice", {"booking_type": booking_type}, 400)
        except UnknownChoice:
            self._stop("page_unknown_choice", {"booking_type": booking_type}, 404)

    def _get_params(self, params):
        """Return what the visitor sent as plain strings; uploaded files and NUL bytes are nothing we asked for."""
        return {key: value.replace("\x00", "\ufffd").strip() for key, value in params.items() if isinstance(value, str)}

    def _is_own_page(self, params):
        """Tell whether a form comes from a page of ours: in this browser's session, or by the ticket of a frame."""
        if frame := self._get_frame():
            return frame.is_fresh
        token = params.get("csrf_token") or ""
        return token.isascii() and request.validate_csrf(token)

    def _get_visitor_key(self, create=False):
        """Return what tells this browser's holds from others'; only a POST creates it."""
        if frame := self._get_frame():
            return frame.visitor_key
        if create and not request.session.get("booking_visitor_key"):
            request.session["booking_visitor_key"] = secrets.token_urlsafe(24)
        return request.session.get("booking_visitor_key")

    def _get_typed(self, params):
        """Return ``{question id: what was typed}``."""
        return {int(key[2:]): value for key, value in params.items() if QUESTION.fullmatch(key)}

    def _may(self, deed, who):
        """Count a deed of ``tools.limits`` by somebody, and tell whether it is within its limit."""
        limits = request.env["booking.rate.limit"].sudo()
        return limits._allow(deed, who, limits._get_limit(deed, LIMITS[deed].count), LIMITS[deed].period)

    def _is_spent(self, deed, who):
        """Tell whether somebody may not do it any more now, without counting it."""
        limits = request.env["booking.rate.limit"].sudo()
        return limits._is_spent(deed, who, limits._get_limit(deed, LIMITS[deed].count), LIMITS[deed].period)

    def _get_address(self):
        """Return what stands for the visitor's network: behind a proxy, that of Odoo's ``--proxy-mode``."""
        return who_is(request.httprequest.remote_addr)

    def _may_hold(self, visitor_key):
        return self._may("hold", self._get_address()) and self._may("hold_visitor", visitor_key)

    def _may_touch(self):
        return self._may("touch", self._get_address())

    def _render_too_often(self, values):
        return self._retry_after(self._render("page_too_often", values, 429), "hold")

    def _retry_after(self, response, deed):
        """Say to programs when they may do it again."""
        response.headers["Retry-After"] = str(int(LIMITS[deed].period.total_seconds()))
        return response

    def _render_try_later(self, url):
        """Say that too much was sent by the buttons of a page behind a secret link."""
        return self._retry_after(self._render("page_try_later", {"url": url}, 429, private=True), "touch")

    def _answer_too_often(self):
        """Answer a script of a page that has asked too often."""
        return self._retry_after(self._keep_private(request.make_response("", status=429)), "touch")
