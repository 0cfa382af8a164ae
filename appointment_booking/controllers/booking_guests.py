from odoo import http
from odoo.http import request

from ..models.booking_appointment_guest import TooManyGuests
from ..tools.guest_words import mailbox
from ..tools.own_transaction import own_cursor
from .booking_appointment import BookingAppointmentPage
from .booking_change import REFUSALS
from .booking_sender import TRAP, BookingSender

FORM_BYTES = 16 * 1024


class BookingGuests(BookingAppointmentPage, BookingSender):
    """The booker's page to invite other people, behind the link of the appointment.

    As for moving and cancelling, the secret address is the authority: there is no CSRF token, and only POST acts.
    """

    @http.route(
        "/booking/appointment/<string:token>/guests",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
        sitemap=False,
    )
    def guests(self, token, **params):
        appointment = self._find_with_guests(token)
        done = params.get("done")
        return self._render_guests(appointment, {}, {}, notice=done if done in ("invited", "removed") else None)

    @http.route(
        "/booking/appointment/<string:token>/guests",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
        csrf=False,
        max_content_length=FORM_BYTES,
    )
    def invite(self, token, **params):
        appointment = self._find_with_guests(token)
        params = self._get_params(params)
        if obstacle := appointment._find_guest_obstacle():
            self._stop_refused(appointment, obstacle)
        if notice := self._find_robot(params):
            return self._render_guests(appointment, params, {}, 422, notice)
        people, errors = self._journey()._read_guests(appointment, params)
        if errors:
            return self._render_guests(appointment, params, errors, 422)
        invited, errors, notice = self._count_invitations(appointment, people)
        try:
            appointment._invite_in_own_transaction(list(invited.values()))
        except TooManyGuests:
            return self._render_guests_now(appointment, params, {}, 409, "full")
        if errors or notice:
            # What could be sent is on its way; the rest stays in the form with what is wrong.
            left = {key: value for key, value in params.items() if key.rpartition("_")[2] not in map(str, invited)}
            response = self._render_guests_now(appointment, left, errors, 429, notice, sent=bool(invited))
            return self._retry_after(response, "invite")
        return self._go(f"{appointment._get_guests_url()}?done=invited")

    @http.route(
        "/booking/appointment/<string:token>/guests/<int:number>/remove",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
        csrf=False,
    )
    def remove_guest(self, token, number, **params):
        appointment = self._find_with_guests(token)
        here = appointment._get_guests_url()
        guest = self._get_own_guests(appointment).filtered(lambda guest: guest.id == number)
        if not guest:
            self._stop("page_guests_refused", self._get_refused_values(appointment, "unknown"), 404, private=True)
        if guest.state == "removed":
            return self._go(here)  # sent twice
        guest._remove()
        return self._go(f"{here}?done=removed")

    @http.route(
        "/booking/appointment/<string:token>/guests/<int:number>/remove",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
        sitemap=False,
    )
    def remove_guest_by_link(self, token, number, **params):
        """Where a reload leads: to the page with the buttons."""
        return self._go(self._find_with_guests(token)._get_guests_url())

    def _find_with_guests(self, token):
        """Return the appointment of a link, or stop with a page that says why nobody can be invited to it.

        Where inviting is not offered (any more), who is invited already can still be seen.
        """
        appointment = self._find_or_stop(token)
        obstacle = appointment._find_guest_obstacle()
        if obstacle and not (obstacle == "not_offered" and appointment._get_listed_guests()):
            self._stop_refused(appointment, obstacle)
        return appointment

    def _get_own_guests(self, appointment):
        """Return the guests whom the booker may remove: those whom they have invited."""
        return appointment.guest_ids.filtered(lambda guest: guest.invited_by == "booker")

    def _count_invitations(self, appointment, people):
        """Count the invitations towards the limits.

        :param people: ``{number of the row: (e-mail, name)}``
        :return: ``(those of them that may be sent, {field: message}, notice)``
        """
        emails = [email for email, _name in people.values()]
        request.env["booking.guest"].sudo()._queue_mailboxes(emails)
        blocked = request.env["booking.guest.block"].sudo()._find_blocked(emails)
        invited, errors = {}, {}
        for number, (email, name) in people.items():
            if email in blocked:
                errors[f"email_{number}"] = self._tell_unreachable()
            elif not (self._may("invite", appointment.id) and self._may("invite_address", self._get_address())):
                return invited, errors, "too_often"
            elif not self._may("invite_mailbox", mailbox(email)):
                errors[f"email_{number}"] = self._tell_unreachable()
            else:
                invited[number] = email, name
        return invited, errors, None

    def _tell_unreachable(self):
        """Blocked or written to too often: the same words, so that they tell nothing about anybody."""
        return request.env._("We cannot write to this address at the moment. Please tell this person yourself.")

    def _get_refused_values(self, appointment, obstacle):
        return {
            "appointment": appointment,
            "booking_type": appointment.type_id,
            "obstacle": obstacle,
            "page_url": appointment.access_url,
        }

    def _stop_refused(self, appointment, obstacle):
        values = self._get_refused_values(appointment, obstacle)
        self._stop("page_guests_refused", values, REFUSALS[obstacle], private=True)

    def _render_guests_now(self, appointment, *values, **more):
        """Render the page as things are now: this request's own transaction began before the invitations."""
        with own_cursor(request.env.registry) as cr:
            response = self._render_guests(appointment.with_env(request.env(cr=cr, su=True)), *values, **more)
            response.flatten()
        return response

    def _render_guests(self, appointment, typed, errors, status=200, notice=None, sent=False):
        """Render the page.

        :param notice: what is said above the form: ``invited``, ``removed``, ``full``, ``too_often``, ``trap``,
            ``captcha``
        :param sent: whether some of the invitations are on their way although others are not
        """
        values = {
            "appointment": appointment,
            "booking_type": appointment.type_id,
            "page_url": appointment.access_url,
            "guests_url": appointment._get_guests_url(),
            "guests": appointment._get_listed_guests(),
            "own_guests": self._get_own_guests(appointment),
            "rows": self._journey()._get_guest_rows(appointment, typed, errors),
            "may_invite": appointment._may_invite(),
            "errors": errors,
            "notice": notice,
            "sent": sent,
            "trap": TRAP,
        }
        return self._render("page_guests", values, status, private=True)
