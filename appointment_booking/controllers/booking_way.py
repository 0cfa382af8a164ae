from odoo import http
from odoo.http import request

from ..models.booking_appointment_hold import SlotTaken
from ..models.booking_appointment_restriction import Restricted
from ..models.booking_journey import BadChoice
from ..tools.own_transaction import own_cursor
from .booking_page import BookingPage


class BookingWay(BookingPage):
    """From a type to a slot: each choice is part of the address, and the first open one is asked."""

    def _only_reads(self, rule, args):
        """A place that is looked up is noted, so that it is not asked for twice and not too often."""
        return "near" not in request.httprequest.args

    def sitemap_types(env, rule, qs):
        for booking_type in env["booking.type"].sudo()._get_published():
            if not qs or qs.lower() in booking_type.website_url:
                yield {"loc": booking_type.website_url}

    @http.route(
        "/booking/<string:slug>",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
        readonly=_only_reads,
        sitemap=sitemap_types,
    )
    def way(self, slug, **params):
        booking_type, moved = self._find_type(slug)
        if moved:
            query = request.httprequest.query_string.decode()
            return self._go(booking_type.website_url + (f"?{query}" if query else ""), code=301)
        params = self._get_params(params)
        choices = self._read_choices(booking_type, params)
        status = 422 if choices.wrong_postcode else 200
        return self._render("page_way", self._get_way_values(choices, params), status)

    def _get_way_values(self, choices, params):
        journey = self._journey()
        step = "zone" if params.get("change") == "zone" else journey._get_open_step(choices)
        values = self._get_common_values(choices, step)
        values["unserved"] = journey._is_unserved(choices) and (step == "agency" or len(choices.agencies) == 1)
        if step == "reason":
            values["reasons"] = [
                (
                    reason,
                    journey._format_duration(reason.effective_duration),
                    journey._get_url(choices, reason=reason.id),
                )
                for reason in choices.reasons
            ]
        elif step == "agency":
            values["places"] = journey._get_places(choices, self._get_address())
            values["fields"] = journey._get_fields(choices, "near", "at", "department")
        elif step == "advisor":
            values.update(
                advisor_offers=journey._get_advisor_offers(choices), no_preference=journey._get_no_preference(choices)
            )
        elif step == "postcode":
            values["fields"] = journey._get_fields(choices, "postcode", "agency")
        elif step == "zone":
            values["regions"] = journey._get_zones()
            values["fields"] = journey._get_fields(choices, "tz")
        else:
            week = journey._get_week(choices, journey._get_own_holds(self._get_visitor_key()))
            zone, place_zone = journey._get_zone_note(choices, week)
            values.update(
                week=week,
                zone=zone,
                place_zone=place_zone,
                zone_warning=place_zone and journey._get_zone_warning(choices, zone, place_zone),
                other_advisors_url=journey._get_url(choices, advisor=None),
                other_agencies_url=journey._get_url(choices, agency=None),
                zone_url=journey._get_url(choices, change="zone"),
                place_zone_url=journey._get_url(choices, tz=choices.place_tz),
            )
        return values

    def _get_common_values(self, choices, step, appointment=None):
        """Return what every page of the way needs."""
        journey, booking_type = self._journey(), choices.booking_type
        return {
            "booking_type": booking_type,
            "main_object": booking_type,
            "choices": choices,
            "step": step,
            "steps": journey._get_steps(choices, "slot" if step == "zone" else step),
            "summary": journey._get_summary(choices, appointment),
            "preview": not self._is_public(booking_type),
            "here": journey._get_url(choices),
            "advisor_value": journey._get_advisor_value(choices),
            "waiting_url": journey._get_waiting_url(choices),
            "way_url": journey._get_start_url(choices),
        }

    @http.route("/booking/<string:slug>/hold", type="http", auth="public", methods=["GET"], website=True, sitemap=False)
    def hold_by_link(self, slug, **params):
        """Where a reload or a shared address of :meth:`hold` leads: back to the choice, nothing is held."""
        return self._go(f"/booking/{slug}")

    @http.route("/booking/<string:slug>/hold", type="http", auth="public", methods=["POST"], website=True, csrf=False)
    def hold(self, slug, **params):
        """Hold a slot. What was already typed into a form goes on to the next page by a 307, never by an address."""
        booking_type, _moved = self._find_type(slug)
        params = self._get_params(params)
        choices = self._read_choices(booking_type, params)
        journey = self._journey()
        if journey._get_open_step(choices) != "slot":
            return self._render("page_bad_choice", {"booking_type": booking_type}, 400)
        try:
            start = journey._read_start(params.get("start"))
        except BadChoice:
            return self._render("page_bad_choice", {"booking_type": booking_type}, 400)
        if not self._is_own_page(params):
            return self._render(
                "page_open_too_long", {"booking_type": booking_type, "url": journey._get_url(choices)}, 400
            )
        visitor_key = self._get_visitor_key(create=True)
        if not self._may_hold(visitor_key):
            values = {"booking_type": booking_type, "url": journey._get_url(choices)}
            return self._render_too_often(values)
        try:
            token = (
                request.env["booking.appointment"]
                .sudo()
                ._hold_in_own_transaction(
                    booking_type,
                    start,
                    reason=choices.reason,
                    agency=choices.agency,
                    users=journey._get_users(choices),
                    visitor_key=visitor_key,
                    lang=request.env.lang,
                    tz=choices.tz,
                    **journey._get_hold_values(choices),
                )
            )
        except SlotTaken:
            return self._render_taken(choices, start, self._get_typed(params))
        except Restricted as restricted:
            values = {"booking_type": booking_type, "message": restricted.message, "kind": restricted.kind}
            return self._render("page_restricted", values, 409, private=True)
        if not self._get_typed(params):
            return self._go(f"/booking/hold/{token}")
        again = "?again=1" if params.get("again") else ""
        return self._go(f"/booking/hold/{token}{again}", code=307)

    def _render_taken(self, choices, start, typed):
        """Say that the slot went to somebody else, with the nearest ones that are free now."""
        # The transaction of this request may have begun before the winner's ended: look again in a new one.
        with own_cursor(request.env.registry) as cr:
            env = request.env(cr=cr, su=True)
            fresh = choices.with_env(env)
            own = env["booking.journey"].sudo()._get_own_holds(self._get_visitor_key())
            nearest = env["booking.journey"].sudo()._get_nearest(fresh, start, own)
        values = self._get_common_values(choices, "slot")
        values.update(
            nearest=nearest,
            typed=typed,
            start=start,
            other_advisors_url=self._journey()._get_url(choices, advisor=None),
        )
        return self._render("page_slot_taken", values, 409)
