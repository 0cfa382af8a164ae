from dataclasses import replace

from odoo import fields, http
from odoo.http import request

from ..models.booking_appointment_change import LONGEST_REASON
from ..models.booking_appointment_hold import SlotTaken
from ..models.booking_appointment_move import ChangedMeanwhile, ChangeRefused
from ..models.booking_appointment_restriction import Restricted
from ..models.booking_journey import BadChoice, UnknownChoice
from ..tools.own_transaction import own_cursor
from .booking_appointment import BookingAppointmentPage
from .booking_way import BookingWay

REFUSALS = {"cancelled": 410, "held": 410, "begun": 410, "not_offered": 403, "often": 403, "late": 403, "not_open": 403}


class BookingChange(BookingAppointmentPage, BookingWay):
    """Moving and cancelling, for whoever has the link of the appointment.

    A link in a message is opened by scanners and previews as well: GET asks, only POST acts. The forms carry no CSRF
    token: it would prove that the sender has seen a page of ours, but to know the address is to know a secret of 256
    bits that is the authority for all of this. Nobody can forge the request who could not just as well send it. So the
    pages work from a message in a browser that keeps no cookies.
    """

    @http.route(
        "/booking/appointment/<string:token>/move",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
        sitemap=False,
    )
    def move(self, token, **params):
        """Ask for the new slot, and once it is chosen, show what would change."""
        appointment = self._find_changeable(token, "move")
        params = self._get_params(params)
        choices = self._read_move(appointment, params)
        if "start" not in params:
            values = self._get_way_values(choices, params) | self._get_move_values(choices)
            return self._render("page_move", values, private=True)
        start = self._read_start_or_stop(choices, params)
        if not self._journey()._is_free(choices, start):
            return self._render_move_taken(choices, start)
        old, new = self._journey()._tell_move(choices, start)
        values = self._get_common_values(choices, "details") | self._get_move_values(choices)
        day = self._journey()._get_wording(choices).local(start).date()
        values.update(
            old=old,
            new=new,
            start=self._write_instant(start),
            here=self._journey()._get_url(choices, day=day.isoformat()),
            zone=self._journey()._tell_foreign_zone(choices, start),
            is_soon=appointment._get_change_deadline("move", start) <= fields.Datetime.now(),
        )
        return self._render("page_move_confirm", values, private=True)

    @http.route(
        "/booking/appointment/<string:token>/move",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
        csrf=False,
    )
    def do_move(self, token, **params):
        appointment = self._find_or_stop(token)
        params = self._get_params(params)
        done = f"/booking/appointment/{token}?done=moved"
        if obstacle := appointment._find_obstacle("move"):
            return self._render_refused(appointment, "move", obstacle)
        choices = self._read_move(appointment, params)
        start = self._read_start_or_stop(choices, params)
        shown_start = self._read_shown_start(choices, params)
        if self._is_there(choices, appointment, start):
            return self._go(done)  # sent twice
        if not self._may_touch():
            return self._render_changed_too_often(appointment, "move", "touch")
        if not self._may("move", appointment.id):
            return self._render_changed_too_often(appointment, "move", "move")
        try:
            appointment._move_in_own_transaction(
                start,
                choices.agency,
                self._journey()._get_users(choices),
                shown_start=shown_start,
                tz=choices.tz,
            )
        except SlotTaken:
            return self._render_move_taken(choices, start)
        except ChangeRefused as refusal:
            return self._render_refused(appointment, "move", *refusal.args)
        except Restricted as restricted:
            values = self._get_change_values(appointment, "move", message=restricted.message, kind=restricted.kind)
            return self._render("page_move_restricted", values, 409, private=True)
        except ChangedMeanwhile:
            return self._render_moved_meanwhile(choices, start, done)
        return self._go(done)

    @http.route(
        "/booking/appointment/<string:token>/cancel",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
        sitemap=False,
    )
    def cancel(self, token, **params):
        """Ask whether to cancel, and why."""
        return self._render_cancel(self._find_changeable(token, "cancel"))

    @http.route(
        "/booking/appointment/<string:token>/cancel",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
        csrf=False,
    )
    def do_cancel(self, token, **params):
        appointment = self._find_or_stop(token)
        params = self._get_params(params)
        page = f"/booking/appointment/{token}"
        obstacle = appointment._find_obstacle("cancel")
        if obstacle == "cancelled":
            return self._go(page)  # sent twice
        if obstacle:
            return self._render_refused(appointment, "cancel", obstacle)
        booking_type = appointment.type_id
        reason = params.get("reason", "")[:LONGEST_REASON] if booking_type.cancel_ask_reason != "no" else ""
        if params.get("was") != self._write_instant(appointment.start):
            return self._render_cancel(appointment, 409, reason=reason, notice="moved")
        if booking_type.cancel_ask_reason == "required" and not reason:
            return self._render_cancel(appointment, 422, notice="no_reason")
        if booking_type.cancel_confirm and not params.get("sure"):
            return self._render_cancel(appointment, template="page_cancel_sure", reason=reason)
        if not self._may_touch():
            return self._render_changed_too_often(appointment, "cancel", "touch")
        appointment._cancel("booker", reason)
        return self._go(page)

    # Finding and reading

    def _find_changeable(self, token, change):
        """Return the appointment of a link, or stop with a page that says why it cannot be changed."""
        appointment = self._find_or_stop(token)
        if obstacle := appointment._find_obstacle(change):
            values = self._get_change_values(appointment, change, obstacle=obstacle)
            self._stop("page_change_refused", values, REFUSALS[obstacle], private=True)
        return appointment

    def _read_move(self, appointment, params):
        try:
            return self._journey()._read_move_choices(appointment, params, request.cookies.get("tz"))
        except BadChoice:
            self._stop_at_damaged(appointment, 400)
        except UnknownChoice:
            self._stop_at_damaged(appointment, 404)

    def _read_start_or_stop(self, choices, params):
        try:
            if self._journey()._get_open_step(choices) != "slot":
                raise BadChoice
            return self._journey()._read_start(params.get("start"))
        except BadChoice:
            self._stop_at_damaged(choices.moving, 400)

    def _read_shown_start(self, choices, params):
        try:
            return self._journey()._read_start(params.get("was"))
        except BadChoice:
            self._stop_at_damaged(choices.moving, 400)

    def _is_there(self, choices, appointment, start):
        """Tell whether an appointment is already where the visitor wants to move it."""
        journey, choices = self._journey(), replace(choices, moving=appointment)
        return appointment.start == start and journey._is_same_place(choices) and journey._keeps_advisor(choices)

    def _write_instant(self, instant):
        return f"{instant.isoformat()}Z"

    def _stop_at_damaged(self, appointment, status):
        self._stop("page_change_damaged", self._get_change_values(appointment, "move"), status, private=True)

    # Showing

    def _get_change_values(self, appointment, change, **values):
        """Return what every page about a change needs."""
        return {
            "appointment": appointment,
            "booking_type": appointment.type_id,
            "change": change,
            "page_url": appointment.access_url,
            "change_url": appointment._get_change_url(change),
            "deadline": self._journey()._tell_deadline(appointment, change),
            "phone": appointment._get_phone_to_call(),
            "was": self._write_instant(appointment.start),
            **values,
        }

    def _get_move_values(self, choices):
        values = self._get_change_values(choices.moving, "move")
        return values | {"preview": False, "moves_left": choices.moving._get_moves_left()}

    def _render_changed_too_often(self, appointment, change, deed):
        values = self._get_change_values(appointment, change)
        return self._retry_after(self._render("page_change_too_often", values, 429, True), deed)

    def _render_refused(self, appointment, change, obstacle):
        values = self._get_change_values(appointment, change, obstacle=obstacle)
        return self._render("page_change_refused", values, REFUSALS[obstacle], private=True)

    def _render_move_taken(self, choices, start):
        """Say that the slot is not to be had, with the nearest ones that are free now; nothing has changed."""
        # The transaction of this request may have begun before the winner's ended: look again in a new one.
        with own_cursor(request.env.registry) as cr:
            env = request.env(cr=cr, su=True)
            nearest = env["booking.journey"]._get_nearest(choices.with_env(env), start)
        values = self._get_common_values(choices, "slot") | self._get_move_values(choices)
        return self._render("page_move_taken", values | {"nearest": nearest}, 409, private=True)

    def _render_moved_meanwhile(self, choices, start, done):
        """The appointment is at another hour than the page said: by a second click, or because somebody moved it."""
        with own_cursor(request.env.registry) as cr:
            appointment = choices.moving.with_env(request.env(cr=cr, su=True))
            if self._is_there(choices, appointment, start):
                return self._go(done)
            values = self._get_change_values(appointment, "move")
            response = self._render("page_moved_meanwhile", values, 409, private=True)
            response.flatten()
        return response

    def _render_cancel(self, appointment, status=200, template="page_cancel", reason="", notice=""):
        values = self._get_change_values(
            appointment, "cancel", reason=reason, notice=notice, longest_reason=LONGEST_REASON
        )
        if not appointment._find_obstacle("move"):
            values["move_url"] = appointment._get_change_url("move")
        return self._render(template, values, status, private=True)
