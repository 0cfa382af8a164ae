from odoo import http
from odoo.http import request

from ..models.booking_journey import BadChoice, UnknownChoice
from .booking_consent import BookingConsent
from .booking_sender import BookingSender

FORM_BYTES = 64 * 1024
# What people do not see and programs fill in.
TRAP = "w_website"


class BookingWaiting(BookingConsent, BookingSender):
    """The waiting list: joining it, and the page behind the secret link in its e-mails."""

    @http.route(
        "/booking/<string:slug>/waiting",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
        readonly=True,
        sitemap=False,
    )
    def waiting_form(self, slug, **params):
        booking_type = self._find_type_with_waiting_list(slug)
        params = self._get_params(params)
        if params.get("sent"):
            return self._render("page_waiting_sent", {"booking_type": booking_type}, private=True)
        choices = self._read_choices(booking_type, params)
        user = request.env.user
        typed = {}
        if not user._is_public():
            typed = {"w_name": user.name, "w_email": user.email or "", "w_phone": user.phone or ""}
        if choices.agency:
            typed[f"w_agency_{choices.agency.id}"] = "1"
        return self._render_waiting_form(choices, typed, {})

    @http.route(
        "/booking/<string:slug>/waiting",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
        csrf=False,
        max_content_length=FORM_BYTES,
    )
    def waiting_join(self, slug, **params):
        booking_type = self._find_type_with_waiting_list(slug)
        params = self._get_params(params)
        choices = self._read_choices(booking_type, params)
        if not self._is_own_page(params):
            return self._render_waiting_form(choices, params, {}, status=400, notice="open_too_long")
        try:
            values, errors = self._journey()._read_waiting_form(choices, params, self._get_waiting_country(choices))
        except BadChoice:
            return self._render("page_bad_choice", {"booking_type": booking_type}, 400)
        except UnknownChoice:
            return self._render("page_unknown_choice", {"booking_type": booking_type}, 404)
        if errors:
            return self._render_waiting_form(choices, params, errors, status=422)
        people = request.env["booking.waiting"].sudo()
        offers, first = self._journey()._get_suiting_offers(choices, people.new(values))
        if offers and not params.get("anyway"):
            return self._render_waiting_form(choices, params, {}, offers=offers)
        sent = f"{booking_type.website_url}/waiting?sent=1"
        if params.get(TRAP):
            return self._go(sent)
        if self._fails_captcha():
            return self._render_waiting_form(choices, params, {}, status=422, notice="captcha")
        if not self._may_join(values["email"]):
            response = self._render_waiting_form(choices, params, {}, status=429, notice="too_often")
            return self._retry_after(response, "waiting_address")
        if restricted := people._find_restricted(values):
            self._count_refusal()
            if restricted.kind == "domains":
                return self._render_waiting_form(choices, params, {"w_email": restricted.message}, status=422)
            return self._render_waiting_form(
                choices, params, {}, status=409, notice="restricted", restricted=restricted.message
            )
        waiting = people._join(dict(values, before=first))
        return self._go(f"/booking/waiting/{waiting.access_token}" if waiting.state == "waiting" else sent)

    @http.route(
        "/booking/waiting/<string:token>", type="http", auth="public", methods=["GET"], website=True, sitemap=False
    )
    def waiting_page(self, token, **params):
        return self._render_waiting_page(self._find_waiting_or_stop(token))

    @http.route(
        "/booking/waiting/<string:token>/confirm",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
        csrf=False,
        save_session=False,
    )
    def waiting_confirm(self, token, **params):
        """Whoever has the token has read the e-mail: no session is needed, and none could be expected."""
        waiting = self._find_waiting_or_stop(token)
        if not self._may_touch():
            return self._render_try_later(f"/booking/waiting/{token}")
        waiting._confirm()
        return self._go(f"/booking/waiting/{token}")

    @http.route(
        "/booking/waiting/<string:token>/leave",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
        csrf=False,
        save_session=False,
    )
    def waiting_leave(self, token, **params):
        """Leave the waiting list: by the button of the page, or by that of a mail program (RFC 8058).

        The answer is the page itself: mail programs do not follow redirects.
        """
        waiting = self._find_waiting_or_stop(token)
        if not self._may_touch():
            return self._render_try_later(f"/booking/waiting/{token}")
        waiting._end("unsubscribed")
        return self._render_waiting_page(waiting)

    @http.route(
        "/booking/waiting/<string:token>/<any(confirm,leave):deed>",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
        sitemap=False,
    )
    def waiting_deed_by_link(self, token, deed, **params):
        """Where a reload or a mail program that opens the address leads: to the page that asks."""
        return self._go(f"/booking/waiting/{token}")

    def _find_type_with_waiting_list(self, slug):
        booking_type, _moved = self._find_type(slug)
        if not booking_type.waiting_list:
            self._stop("page_waiting_off", {"booking_type": booking_type}, 404)
        return booking_type

    def _find_waiting_or_stop(self, token):
        waiting = request.env["booking.waiting"].sudo()._find_by_token(token)
        if not waiting:
            self._stop("page_waiting_unknown", {}, 404, private=True)
        return waiting

    def _may_join(self, email):
        """Count this try for the address of the network and for the e-mail; tell whether both are within limits."""
        return self._may("waiting_address", self._get_address()) and self._may("waiting_email", email)

    def _get_waiting_country(self, choices):
        """Return the country of phone numbers without a prefix."""
        country = choices.agency.country_id or choices.booking_type.company_id.country_id
        return country or request.website.company_id.country_id

    def _get_waiting_places(self, choices):
        """Return the agencies to choose among: those of the reason, or all as long as it is open."""
        if not choices.booking_type.choose_agency:
            return choices.agencies.browse()
        return (
            choices.booking_type.agency_ids if self._journey()._get_open_step(choices) == "reason" else choices.agencies
        )

    def _render_waiting_page(self, waiting):
        values = {"waiting": waiting, "booking_type": waiting.type_id, "open": self._is_public(waiting.type_id)}
        return self._render("page_waiting", values, private=True)

    def _render_waiting_form(self, choices, typed, errors, status=200, notice=None, offers=(), restricted=""):
        journey = self._journey()
        values = self._get_common_values(choices, "slot")
        values.update(
            steps=[],  # this is beside the way, not on it
            typed=typed,
            errors=errors,
            notice=notice,
            restricted=restricted,
            offers=offers,
            days=journey._get_waiting_days(choices.booking_type),
            trap=TRAP,
            places=self._get_waiting_places(choices),
            privacy_note=journey._get_waiting_privacy_note(),
            consent=dict(self._get_consent(choices.booking_type), needed=False),
            fields=[
                {
                    "id": key,
                    "question": question,
                    "attributes": question._get_field() | ({"autocomplete": "name"} if key == "w_name" else {}),
                    "required": question.required,
                    "value": typed.get(key, ""),
                    "error": errors.get(key),
                }
                for key, question in journey._get_contact_questions().items()
            ],
        )
        return self._render("page_waiting_form", values, status)
