from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from ..tools.own_transaction import own_cursor
from .booking_way import BookingWay

# A field that no person sees: what fills it in is a program.
TRAP = "topic"


class BookingSender(BookingWay):
    """Who sends the form: a person or a program, with or without an account, for the first or the second time."""

    @http.route(
        "/booking/hold/<string:token>/sign-in", type="http", auth="public", methods=["POST"], website=True, csrf=False
    )
    def sign_in(self, token, **params):
        """Keep the slot while its visitor signs in or signs up; both lead back to it."""
        hold = self._journey()._find_appointment(token)
        here = f"/booking/hold/{token}"
        if not hold or hold.state != "hold" or hold.type_id.sign_in == "none" or not request.env.user._is_public():
            return self._go(here)
        params = self._get_params(params)
        if not self._is_own_page(params):
            values = {"booking_type": hold.type_id, "url": here}
            return self._render("page_open_too_long", values, 400, private=True)
        if not self._may_touch():
            return self._render_try_later(here)
        hold._wait_for_sign_in()
        page = "/web/signup" if params.get("new") and self._may_sign_up() else "/web/login"
        return request.redirect_query(page, {"redirect": request.env["ir.http"]._url_for(here)}, code=303)

    def _may_sign_up(self):
        """Tell whether visitors may make an account for themselves."""
        return request.env["res.users"].sudo()._get_signup_invitation_scope() == "b2c"

    def _render_sign_in(self, hold, status=200):
        values = self._get_common_values(self._journey()._choices_of(hold), "details", hold)
        values.update(hold=hold, hold_note=self._get_note(hold), may_sign_up=self._may_sign_up())
        return self._render("page_sign_in", values, status, private=True)

    def _find_robot(self, params):
        """Return the notice for a form that a program seems to have sent, or nothing.

        The form comes back with all that was typed and the hidden field empty: should it have been a browser that
        filled in too much, sending it again is enough. To say "booked" when nothing is would fool people, not programs.
        """
        if params.get(TRAP):
            return "trap"
        return "captcha" if self._fails_captcha() else None

    def _fails_captcha(self):
        try:
            # Does nothing unless Odoo has a captcha configured.
            request.env["ir.http"]._verify_request_recaptcha_token("booking")
        except UserError:
            return True
        return False

    def _may_book(self, booker):
        """Count the bookings under one e-mail or phone, so that nobody is flooded with confirmations."""
        contact = booker.get("email") or booker.get("phone")
        return not contact or self._may("booking", contact)

    def _find_excess(self, booker):
        """Count the sending of a form; return ``(notice, deed)`` where there have been too many, or nothing."""
        address = self._get_address()
        if self._is_spent("refusal", address):
            return "too_often_here", "refusal"
        if not self._may("booking_address", address):
            return "too_often_here", "booking_address"
        if not self._may_book(booker):
            return "too_often", "booking"
        return None

    def _count_refusal(self):
        """Count that somebody has read what is known of an e-mail or a phone, so that nobody tries many."""
        self._may("refusal", self._get_address())

    def _render_restricted(self, hold, typed, restricted):
        """Say that a restriction stands in the way, keeping what was typed."""
        if restricted.kind == "domains":
            email = hold.type_id.question_ids.filtered(lambda question: question.role == "email")[:1]
            if email:
                return self._render_form(hold, typed, {email.id: restricted.message}, status=422)
        shown = {"message": restricted.message, "kind": restricted.kind}
        return self._render_form(hold, typed, {}, status=409, notice="restricted", first=shown)

    def _render_already_booked(self, hold, booker, typed, send_link):
        """Say that the same person is booked at that time.

        Its page is linked for the account or browser that booked it; to anybody else its link is only sent to the
        address it was booked with, as everybody can type somebody's e-mail.
        """
        # The first one may have been written after this request began: look again in a new transaction.
        with own_cursor(request.env.registry) as cr:
            env = request.env(cr=cr, su=True)
            first = hold.with_env(env)._find_of_same_person(booker)
            if not first:
                return self._render_form(hold, typed, {}, status=409, notice="again")
            if first._is_of(self._get_visitor_key()):
                shown = {"url": first.access_url, "day": first._format_day(), "hours": first._format_hours()}
                return self._render_form(hold, typed, {}, status=409, notice="already_booked", first=shown)
            if not send_link:
                shown = {"can_send": bool(first.booker_email)}
                return self._render_form(hold, typed, {}, status=409, notice="already_booked", first=shown)
            if self._may("link", first.id):
                first._send_message("appointment_booking.mail_template_link", method="PUBLISH")
        # Sent or not, the answer is the same: it tells nothing about anybody.
        return self._render_form(hold, typed, {}, notice="link_sent")
