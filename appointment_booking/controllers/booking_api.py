import hashlib
import json
from datetime import date, datetime, timedelta
from http import HTTPStatus

import pytz

from odoo import http
from odoo.http import request

from ..models.booking_journey import YEARS, BadChoice, UnknownChoice
from ..tools.openapi import MAX_DAYS, describe
from .booking_gate import BookingGate

# How long a copy may be shown: a slot that has gone meanwhile is refused when it is chosen.
CACHED = 30
USUAL_DAYS = 7


class Problem(Exception):
    """A request that cannot be answered: HTTP status, and what to mend."""

    def __init__(self, status, detail):
        super().__init__(detail)
        self.status = status


def _api(path, **more):
    """The route of a resource that anybody may read, from any site: it tells what the public pages tell."""
    return http.route(
        f"/booking/api/v1/{path}",
        type="http",
        auth="booking_anonymous",
        methods=["GET"],
        readonly=True,
        save_session=False,
        cors="*",
        **more,
    )


class BookingApi(BookingGate):
    """Types and free slots for other sites and for apps, as JSON. The rules are those of the pages."""

    @_api("openapi.json")
    def api_description(self, **params):
        website = self._get_website()
        return self._answer_json(lambda: describe(website.name, website.get_base_url()))

    @_api("types")
    def api_types(self, **params):
        def answer():
            return {"types": [known._describe() for known in self._get_types(params)._get_published()]}

        return self._answer_json(answer)

    @_api("types/<string:slug>")
    def api_type(self, slug, **params):
        return self._answer_json(lambda: self._get_type(slug, params)._describe())

    @_api("types/<string:slug>/slots")
    def api_slots(self, slug, **params):
        return self._answer_json(lambda: self._get_answer(self._get_type(slug, params), self._get_params(params)))

    def _get_answer(self, booking_type, params):
        choices = self._get_choices(booking_type, params)
        first, last = self._get_period(choices, params)
        return {
            "type": booking_type.slug,
            "reason": choices.reason.id or None,
            "from": first.isoformat(),
            "to": last.isoformat(),
            "time_zone": choices.tz,
            "slots": booking_type._describe_slots(choices, first, last),
        }

    def _get_website(self):
        return request.env["website"].sudo().get_current_website()

    def _get_types(self, params):
        """Return the model of types, in the language that was asked for and on the website of this address."""
        website = self._get_website()
        lang = params.get("lang") or website.default_lang_id.code
        if lang not in website.language_ids.mapped("code"):
            raise Problem(400, "lang: this website has no such language.")
        return request.env["booking.type"].sudo().with_context(website_id=website.id, lang=lang)

    def _get_type(self, slug, params):
        Type = self._get_types(params)
        booking_type = Type if "\x00" in slug or len(slug) > 200 else Type._find_by_slug(slug)[0]
        if not booking_type or not self._is_public(booking_type):
            raise Problem(404, "Nothing that can be booked has this name.")
        self._check_code(booking_type, params)
        return booking_type

    def _check_code(self, booking_type, params):
        """Types with an access code are told to those only who send it along."""
        if not booking_type.needs_code:
            return
        problem = self._test_code(booking_type, params["code"]) if params.get("code") else "missing"
        if problem == "too_often":
            raise Problem(429, "code: wrong too often, try again in ten minutes.")
        if problem:
            raise Problem(403, "code: this appointment needs its access code.")

    def _get_choices(self, booking_type, params):
        try:
            wanted = {name: params.get(name) for name in ("reason", "agency", "tz")}
            choices = booking_type.env["booking.journey"]._read_choices(booking_type, wanted)
        except BadChoice:
            raise Problem(400, "reason, agency or tz: cannot be read.") from None
        except UnknownChoice:
            raise Problem(404, "reason or agency: this type has none of that number.") from None
        if choices.left_agency:
            raise Problem(404, "agency: the reason is not handled there.")
        if len(choices.reasons) > 1 and not choices.reason:
            raise Problem(400, "reason: needed, as its duration decides about the slots.")
        return choices

    def _get_period(self, choices, params):
        """Return the first and the last day."""
        today = datetime.now(pytz.timezone(choices.tz)).date()
        first = self._read_date(params, "from") or today
        last = self._read_date(params, "to") or first + timedelta(days=USUAL_DAYS - 1)
        if not first <= last < first + timedelta(days=MAX_DAYS):
            raise Problem(400, f"from, to: a period of 1 to {MAX_DAYS} days.")
        return first, last

    def _read_date(self, params, name):
        value = params.get(name)
        if not value:
            return None
        try:
            day = date.fromisoformat(value)
        except ValueError:
            day = None
        if not day or day.year not in YEARS:
            raise Problem(400, f"{name}: write a day as 2026-03-03.")
        return day

    def _answer_json(self, answer):
        """Answer with JSON, or with a problem.

        :param answer: function that returns the values, or raises :class:`Problem`
        """
        if not self._may("api", self._get_address()):
            return self._answer_problem(429, "Asked too often: try again in a minute.", "api")
        try:
            values = answer()
        except Problem as problem:
            return self._answer_problem(problem.status, str(problem), "code")
        body = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()
        response = request.make_response(body, [("Content-Type", "application/json; charset=utf-8")])
        # What is told to whoever knows a code is nobody else's.
        secret = request.httprequest.args.get("code")
        response.headers["Cache-Control"] = "no-store" if secret else f"public, max-age={CACHED}"
        response.set_etag(hashlib.sha256(body).hexdigest()[:32])
        return response.make_conditional(request.httprequest)

    def _answer_problem(self, status, detail, deed):
        values = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
        response = request.make_response(
            json.dumps(values), [("Content-Type", "application/problem+json")], status=status
        )
        response.headers["Cache-Control"] = "no-store"
        return self._retry_after(response, deed) if status == 429 else response
