from odoo import fields, http
from odoo.http import request

from ..models.booking_appointment_consent import ConsentMissing
from ..models.booking_appointment_hold import HoldExpired, SlotTaken
from ..models.booking_appointment_person import AlreadyBooked
from ..models.booking_appointment_restriction import Restricted
from ..models.booking_journey import BadChoice
from .booking_consent import BookingConsent
from .booking_form import BookingForm
from .booking_sender import TRAP


class BookingHold(BookingConsent, BookingForm):
    """The form, filled in while the slot is held. The token in the address is the key: whoever has it may go on."""

    # Not readonly: a replica of the database may not know yet what was held a moment ago.
    @http.route(
        "/booking/hold/<string:token>", type="http", auth="public", methods=["GET"], website=True, sitemap=False
    )
    def form(self, token, **params):
        hold = self._find(token)
        if not hold:
            return self._render("page_hold_unknown", {}, 404, private=True)
        if hold.state != "hold":
            return self._go(f"/booking/appointment/{token}")
        if not hold._is_held():
            return self._render_expired(hold.type_id, self._params_of(hold), {})
        if hold._lacks_account():
            return self._render_sign_in(hold)
        return self._render_form(hold, self._get_prefilled(hold), {})

    @http.route(
        "/booking/hold/<string:token>",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
        csrf=False,
        max_content_length=lambda self: self._get_form_bytes(),
    )
    def confirm(self, token, **params):
        params = self._get_params(params)
        if self._is_too_long(params):
            return self._render_too_much()
        typed = self._get_typed(params)
        hold = self._find(token)
        if hold and hold.state != "hold":
            return self._go(f"/booking/appointment/{token}")
        if not hold or not hold._is_held():
            return self._render_lost(hold, params, typed)
        if not self._is_own_page(params):
            return self._render_form(hold, typed, {}, status=400, notice="open_too_long")
        if hold._lacks_account():
            return self._render_sign_in(hold, 403)
        wrong_files = self._keep_files(hold, params)
        if params.get("again"):
            return self._render_form(hold, typed, wrong_files, notice="held_again")
        if notice := self._find_robot(params):
            return self._render_form(hold, typed, wrong_files, status=422, notice=notice)
        booker, answers, errors = self._read_form(hold, typed)
        errors |= wrong_files
        errors |= self._check_consent(hold.type_id, params)
        if errors:
            return self._render_form(hold, typed, errors, status=422)
        if excess := self._find_excess(booker):
            notice, deed = excess
            return self._retry_after(self._render_form(hold, typed, {}, status=429, notice=notice), deed)
        return self._book(hold, booker, answers, params, typed)

    def _book(self, hold, booker, answers, params, typed):
        """Confirm a hold, and show the appointment, or why there is none."""
        try:
            hold.with_context(booking_consent=params.get("consent") or "")._confirm_online(booker, answers)
        except ConsentMissing:
            return self._render_form(hold, typed, {"consent": True}, status=422)
        except HoldExpired:
            return self._render_lost(hold, params, typed)
        except SlotTaken:
            return self._render_form(hold, typed, {}, status=409, notice="again")
        except Restricted as restricted:
            self._count_refusal()
            return self._render_restricted(hold, typed, restricted)
        except AlreadyBooked:
            self._count_refusal()
            return self._render_already_booked(hold, booker, typed, bool(params.get("send_link")))
        return self._go(f"/booking/appointment/{hold.access_token}")

    @http.route(
        "/booking/hold/<string:token>/release", type="http", auth="public", methods=["POST"], website=True, csrf=False
    )
    def release(self, token, **params):
        """Give the slot back to choose another one."""
        hold = self._find(token)
        if not hold:
            return self._render("page_hold_unknown", {}, 404, private=True)
        if hold.state != "hold":
            return self._go(f"/booking/appointment/{token}")
        journey = self._journey()
        url = journey._get_url(journey._choices_of(hold))
        if not self._is_own_page(self._get_params(params)):
            values = {"booking_type": hold.type_id, "url": url}
            return self._render("page_open_too_long", values, 400, private=True)
        if not self._may_touch():
            return self._render_try_later(f"/booking/hold/{token}")
        hold._release()
        return self._go(url)

    @http.route(
        "/booking/hold/<string:token>/leave",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
    )
    def leave(self, token, **params):
        """The page is being left, or only loaded again: scripts tell."""
        if not self._is_own_page(self._get_params(params)):
            return request.make_response("", status=400)
        if not self._may_touch():
            return self._answer_too_often()
        self._find(token)._release_soon()
        return self._keep_private(request.make_response("", status=204))

    @http.route(
        "/booking/hold/<string:token>/resume",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
    )
    def resume(self, token, **params):
        """The page is in sight again. Answers how many seconds are left, and that in words."""
        if not self._is_own_page(self._get_params(params)):
            return request.make_response("", status=400)
        if not self._may_touch():
            return self._answer_too_often()
        hold = self._find(token)
        hold._resume_hold()
        held = bool(hold) and hold._is_held()
        left = {"seconds": self._get_seconds_left(hold) if held else 0, "note": self._get_note(hold) if held else ""}
        return self._keep_private(request.make_json_response(left))

    def _find(self, token):
        return self._journey()._find_appointment(token)

    def _get_seconds_left(self, hold):
        return max(0, int((hold.hold_until - fields.Datetime.now()).total_seconds()))

    def _get_note(self, hold):
        hour = self._journey().with_context(lang=hold.lang)._wording_of(hold._get_booker_tz()).hour(hold.hold_until)
        return request.env(context=dict(request.env.context, lang=hold.lang))._(
            "This slot is kept for you until %s.", hour
        )

    def _get_country(self, hold):
        """Return the country of phone numbers without a prefix."""
        country = hold.agency_id.country_id or hold.company_id.country_id or request.website.company_id.country_id
        return country or request.env["res.country"].search([("code", "=", request.geoip.country_code or "")], limit=1)

    def _get_prefilled(self, hold):
        """Return what the link and the account fill in, ``{question id: text}``."""
        return hold._get_questions()._get_prefilled(hold.prefill, self._get_known())

    def _take_locked(self, hold, typed):
        """Return ``(what counts as typed, ids of questions that cannot be changed)``."""
        questions, country, today = hold._get_questions(), self._get_country(hold), self._get_today(hold)
        prefilled = self._get_prefilled(hold)
        locked = questions._get_locked(prefilled, country, today)
        return questions._take_locked(typed, prefilled, locked, country, today), locked

    def _read_form(self, hold, typed):
        typed, _locked = self._take_locked(hold, typed)
        with_files = [question_id for question_id, files in hold._get_kept_files().items() if files]
        return hold._get_questions()._read_answers(
            typed, self._get_country(hold), today=self._get_today(hold), with_files=with_files
        )

    def _get_today(self, hold):
        return hold._get_today(hold._get_booker_tz())

    def _params_of(self, hold):
        return {
            "reason": str(hold.reason_id.id or ""),
            "agency": str(hold.agency_id.id or ""),
            "advisor": str(self._journey()._get_advisor_value(self._journey()._choices_of(hold)) or ""),
            "postcode": hold.postcode or "",
            "tz": hold.tz or "",
            "start": f"{hold.start.isoformat()}Z",
            **(hold.prefill or {}),
        }

    def _render_form(self, hold, typed, errors, status=200, notice=None, first=None):
        """Render the form.

        :param notice: what is said above it: the name of a part of the template ``form_notice``
        :param first: what may be shown of the appointment that stands in the way of this one
        """
        choices = self._journey()._choices_of(hold)
        values = self._get_common_values(choices, "details", hold)
        typed, locked = self._take_locked(hold, typed)
        kept, today = hold._get_kept_files(), self._get_today(hold)
        values.update(
            hold=hold,
            fields=self._get_fields(hold._get_questions(), typed, errors, locked=locked, kept=kept, today=today),
            notice=notice,
            consent=self._get_consent(hold.type_id, "consent" in errors),
            first=first or {},
            signed_in=not request.env.user._is_public(),
            trap=TRAP,
            start=f"{hold.start.isoformat()}Z",
            seconds=self._get_seconds_left(hold),
            hold_note=self._get_note(hold),
        )
        return self._render("page_form", values, status, private=True)

    def _render_lost(self, hold, params, typed):
        """The form came after its time: offer the same slot again, keeping what was typed."""
        if hold:
            return self._render_expired(
                hold.type_id, self._params_of(hold), typed, sent=True, kept=hold._get_kept_files()
            )
        if not params.get("slug"):
            return self._render("page_hold_unknown", {}, 410, private=True)
        booking_type, _moved = self._find_type(params["slug"])
        return self._render_expired(booking_type, params, typed, sent=True)

    def _render_expired(self, booking_type, params, typed, sent=False, kept=None):
        """Say that the slot is no longer held: free still, it can be had by one button; taken, others can.

        :param params: the choices behind the slot, looked up again like any that a visitor sends
        :param sent: whether the visitor had sent the form, so that the button may book at once
        :param kept: the files that came already; they go along to the visitor's next hold
        """
        journey = self._journey()
        choices = self._read_choices(booking_type, params)
        try:
            start = journey._read_start(params.get("start"))
        except BadChoice:
            self._stop("page_bad_choice", {"booking_type": booking_type}, 400)
        own = journey._get_own_holds(self._get_visitor_key())
        nearest = journey._get_nearest(choices, start, own)
        same = next((slot for slot in nearest if slot.start == f"{start.isoformat()}Z"), None)
        values = self._get_common_values(choices, "details")
        questions = booking_type.question_ids._applying(choices.reason)
        prefilled = questions._get_prefilled(dict(choices.prefill), self._get_known())
        locked = questions._get_locked(prefilled)
        typed = questions._take_locked(typed, prefilled, locked)
        values.update(
            fields=self._get_fields(questions, typed, {}, locked=locked, kept=kept) if sent else [],
            consent=self._get_consent(booking_type),
            start=f"{start.isoformat()}Z",
            same=same,
            nearest=[slot for slot in nearest if slot != same],
            sent=sent,
        )
        return self._render("page_expired", values, 409 if sent and not same else 410, private=True)
