import werkzeug

from odoo import http
from odoo.http import request

from ..models.booking_type_slug import RESERVED_SLUGS
from ..tools.framing import frame_page, lead_through
from ..tools.ticket import new_visitor_key
from .booking_form import FORM_BYTES
from .booking_hold import BookingHold
from .booking_page import Frame

# Pages of the way that are about something behind a token, not about a type by its name.
TOKEN_PAGES = ("hold", "appointment", "waiting")


class BookingEmbed(BookingHold):
    """The booker's way inside another site's frame: the same pages, through another door.

    Browsers send no cookie into a foreign frame, so there is no session here: a signed ticket in addresses and forms
    tells the visitor and that a form comes from a page of ours. Nobody acts as the user who may be signed in: so a
    foreign page that makes a browser send something gains nothing that it could not do by itself.
    """

    @http.route(
        "/booking/embed/<path:way>",
        type="http",
        auth="booking_anonymous",
        methods=["GET", "POST"],
        website=True,
        csrf=False,
        save_session=False,
        sitemap=False,
        max_content_length=lambda self: self._get_way_bytes(),
    )
    def embedded(self, way, **params):
        segments = way.split("/")
        booking_type = self._find_type_of(segments)
        ticket = booking_type._read_ticket(params.pop("ticket", None)) if booking_type else None
        visitor_key = ticket.visitor_key if ticket else new_visitor_key()
        request.booking_frame = Frame(visitor_key, bool(ticket and ticket.is_fresh), bool(ticket and ticket.has_code))
        try:
            response = self._answer(segments, booking_type, params)
        except werkzeug.exceptions.HTTPException as stop:
            if stop.response is None:
                raise
            response = stop.response
        origins = booking_type._get_embed_origins(request.website)
        has_code = request.booking_frame.has_code
        return self._frame(response, booking_type and booking_type._issue_ticket(visitor_key, has_code), origins)

    def _answer(self, segments, booking_type, params):
        """Answer as the same address without the frame does."""
        if not booking_type:
            return self._render("page_type_not_found", {}, 404)
        if booking_type.sign_in == "required" and segments[0] != "appointment":
            # Signing in works on a page of our own only: in a frame nobody could tell to whom they give a password.
            if not self._is_public(booking_type):
                return self._render("page_type_not_found", {}, 404)
            status = 200 if request.httprequest.method == "GET" else 403
            return self._render("page_embed_sign_in", {"booking_type": booking_type}, status)
        rule, arguments = self._match(segments)
        return rule.endpoint(**{**params, **arguments})

    def _match(self, segments):
        if segments[0] == "embed":
            raise werkzeug.exceptions.NotFound  # a frame in a frame
        path, method = "/booking/" + "/".join(segments), request.httprequest.method
        adapter = request.env["ir.http"].routing_map().bind("", path_info=path)
        return adapter.match(path, method=method, return_rule=True)

    def _find_type_of(self, segments):
        """Return the type that an address is about, published or not; nothing where it is about none."""
        Type = request.env["booking.type"].sudo()
        name = segments[0]
        if name in TOKEN_PAGES:
            return self._find_behind_token(name, segments[1]).type_id if len(segments) > 1 else Type
        if name in RESERVED_SLUGS or "\x00" in name or len(name) > 200:
            return Type
        return Type._find_by_slug(name)[0]

    def _find_behind_token(self, name, token):
        if name == "waiting":
            return request.env["booking.waiting"].sudo()._find_by_token(token)
        return self._journey()._find_appointment(token)

    def _get_way_bytes(self):
        """Return how much may be sent to a page: what may be sent to it without the frame."""
        try:
            rule, _arguments = self._match(request.httprequest.path.split("/")[3:])
        except werkzeug.exceptions.HTTPException:
            return FORM_BYTES
        limit = rule.endpoint.routing.get("max_content_length", FORM_BYTES)
        return limit(self) if callable(limit) else limit

    def _frame(self, response, ticket, origins):
        """Let the answer live inside the frame, and only inside those that may show it."""
        if response.location:
            response.location = lead_through(response.location, ticket) or response.location
        elif response.mimetype == "text/html":
            response.flatten()
            if text := response.get_data(as_text=True):
                response.set_data(frame_page(text, ticket))
        self._limit_frames(response, origins)
        return self._keep_private(response)
