import re

from odoo import http
from odoo.http import request

from odoo.addons.appointment_booking.controllers.booking_appointment import BookingAppointmentPage

from ..providers import ProviderError

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
# Seconds after which a provider that opens no room may be asked again.
PAUSE = 60


class VideoRoomPage(BookingAppointmentPage):
    """The way into rooms whose provider gives each person an address of their own.

    As for appointments: GET shows, POST enters, and whoever knows the secret address needs no other proof.
    """

    @http.route(
        "/videoconf/room/<string:token>", type="http", auth="public", methods=["GET"], website=True, sitemap=False
    )
    def room(self, token, **params):
        """Ask for the name that the others will read."""
        return self._render_room(self._find_room_or_stop(token))

    @http.route(
        "/videoconf/room/<string:token>", type="http", auth="public", methods=["POST"], website=True, csrf=False
    )
    def enter_room(self, token, **params):
        room = self._find_room_or_stop(token)
        name = " ".join(self._get_params(params).get("name", "").split())
        if self._is_organiser(room):
            name = request.env.user.name
        if not name:
            return self._render_room(room, 422, missing=True)
        return self._enter(room, name, f"/videoconf/room/{token}")

    @http.route(
        "/booking/appointment/<string:token>/join",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
        csrf=False,
    )
    def enter_appointment(self, token, **params):
        """Let the booker in by their own link, under the name that they gave."""
        appointment = self._find_or_stop(token)
        room, page = appointment.videoconf_room_id, f"/booking/appointment/{token}"
        if appointment.state != "planned" or not room._is_open():
            return self._go(page)
        return self._enter(room, appointment.booker_name, page)

    def _find_room_or_stop(self, token):
        rooms = request.env["videoconf.room"].sudo()
        room = rooms.search([("access_token", "=", token)]) if TOKEN.fullmatch(token) else rooms
        if not room:
            self._stop("appointment_videoconf.page_room_unknown", {}, 404, private=True)
        if not room._is_open():
            self._stop("appointment_videoconf.page_room_over", {"is_late": room._is_awaited()}, 410, private=True)
        return room

    def _is_organiser(self, room):
        user = request.env.user
        return user._is_internal() and user == room.user_id

    def _enter(self, room, name, page):
        if not self._may_touch():
            return self._render_try_later(page)
        try:
            address = room._get_join_address(name, self._is_organiser(room))
        except ProviderError:
            values = {"url": page, "provider": room.provider_id.name}
            response = self._render("appointment_videoconf.page_room_closed", values, 503, private=True)
            response.headers["Retry-After"] = str(PAUSE)
            return response
        return self._keep_private(request.redirect(address, code=303, local=False))

    def _render_room(self, room, status=200, missing=False):
        user, here = request.env.user, f"/videoconf/room/{room.access_token}"
        wording = self._journey()._wording_of(room.tz or "UTC")
        signed_in = not user._is_public()
        values = {
            "room": room,
            "day": wording.full_day(wording.local(room.start).date()),
            "hours": f"{wording.hour(room.start)} – {wording.hour(room.stop)}",
            "zone": self._journey()._tell_zone(wording.tz, room.start),
            "here": here,
            "name": user.name if signed_in else "",
            "is_organiser": self._is_organiser(room),
            "signed_in": signed_in,
            "missing": missing,
        }
        return self._render("appointment_videoconf.page_room", values, status, private=True)
