from urllib.parse import parse_qsl, urlencode

import werkzeug

from odoo import http
from odoo.http import request
from odoo.tools import consteq

from .booking_sender import BookingSender

LONGEST_QUERY = 2000


class BookingGate(BookingSender):
    """What stands before the way to a type: a time at which booking opens or closes, and an access code.

    Whoever knew the code is let through for the rest of their session, or inside a frame, where there is none, by
    their ticket. Both carry a seal over the codes of the type: once these change, it opens nothing.
    """

    def _find_type(self, slug):
        booking_type, moved = super()._find_type(slug)
        self._pass_opening(booking_type)
        self._pass_code(booking_type)
        return booking_type, moved

    @http.route("/booking/<string:slug>/code", type="http", auth="public", methods=["POST"], website=True, csrf=False)
    def enter_code(self, slug, **params):
        """Let somebody in who types the access code, and lead them to where they were going."""
        booking_type, _moved = super()._find_type(slug)
        self._pass_opening(booking_type)
        params = self._get_params(params)
        query = self._get_way_on(params.get("query", "")[:LONGEST_QUERY])
        if not booking_type.needs_code:
            return self._go(booking_type.website_url + query)
        if not self._is_own_page(params):
            return self._render_code(booking_type, query, 400, "open_too_long")
        if error := self._try_code(booking_type, params.get("code", "")):
            return self._render_code(booking_type, query, 429 if error == "too_often" else 403, error)
        return self._go(booking_type.website_url + query)

    @http.route("/booking/<string:slug>/code", type="http", auth="public", methods=["GET"], website=True, sitemap=False)
    def enter_code_by_link(self, slug, **params):
        """Where a reload of :meth:`enter_code` leads."""
        return self._go(f"/booking/{slug}")

    def _pass_opening(self, booking_type):
        """Go on if booking is open, else stop with a page that says when it is."""
        state = booking_type._get_opening()
        if state.state == "open":
            return
        restrictions = booking_type._get_restrictions("opening")
        values = {
            "booking_type": booking_type,
            "state": state.state,
            "when": state.text,
            "messages": [known.message for known in restrictions if known.message],
            "preview": not self._is_public(booking_type),
        }
        # A page about something that is to come is worth reading; only who wants to book now is refused.
        self._stop("page_not_open", values, 200 if self._is_reading() else 403)

    def _pass_code(self, booking_type):
        """Go on if no code is needed, or it was given; else stop with the page that asks for it."""
        if not booking_type.needs_code:
            return
        typed = request.httprequest.args.get("code") if self._is_reading() else None
        query = self._get_way_on(request.httprequest.query_string.decode("utf-8", "replace"))
        error = None
        if not self._has_code(booking_type):
            error = self._try_code(booking_type, typed) if typed else "missing"
        if not error and typed:
            # The code is in the session or the ticket now: it need not stay in the address, for all to see.
            response = self._keep_private(self._go(booking_type.website_url + query))
            werkzeug.exceptions.abort(response)
        if error:
            statuses = {"wrong": 403, "too_often": 429, "missing": 200 if self._is_reading() else 403}
            response = self._render_code(booking_type, query, statuses[error], error)
            response.flatten()
            werkzeug.exceptions.abort(response)

    def _is_reading(self):
        return request.httprequest.method in ("GET", "HEAD")

    def _has_code(self, booking_type):
        """Tell whether this visitor has given the code. Who may change the type can read it anyway."""
        if frame := self._get_frame():
            return frame.has_code
        seal = (request.session.get("booking_codes") or {}).get(str(booking_type.id))
        return bool(seal and consteq(seal, booking_type._get_code_seal())) or self._may_preview(booking_type)

    def _try_code(self, booking_type, typed):
        """Let a visitor in who knows the code; return what is wrong otherwise: ``wrong`` or ``too_often``."""
        if error := self._test_code(booking_type, typed):
            return error
        if frame := self._get_frame():
            request.booking_frame = frame._replace(has_code=True)
        else:
            codes = request.session.get("booking_codes") or {}
            request.session["booking_codes"] = {**codes, str(booking_type.id): booking_type._get_code_seal()}
        return None

    def _test_code(self, booking_type, typed):
        """Compare a code, so often only: wrong ones count, and beyond the limit no right one is recognised either."""
        if self._is_spent("code", self._get_address()):
            return "too_often"
        if typed and len(typed) < 200 and booking_type._is_code(typed):
            return None
        self._may("code", self._get_address())
        return "wrong"

    def _get_way_on(self, query):
        """Return the query of an address without the code, to go on with."""
        kept = [(key, value) for key, value in parse_qsl(query.lstrip("?")) if key not in ("code", "ticket")]
        return f"?{urlencode(kept)}" if kept else ""

    def _render_code(self, booking_type, query, status, error):
        restrictions = booking_type._get_restrictions("code")
        values = {
            "booking_type": booking_type,
            "error": error,
            "query": query,
            "message": restrictions[:1]._get_message(),
            "preview": not self._is_public(booking_type),
        }
        response = self._render("page_code", values, status, private=True)
        return self._retry_after(response, "code") if status == 429 else response
