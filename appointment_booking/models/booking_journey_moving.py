from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

from odoo import api, fields, models

from .booking_journey_advisors import ANY
from .booking_journey_steps import SummaryLine


class BookingJourney(models.AbstractModel):
    """The way of a booker who moves an appointment: the same choices and slots, with what stays left out.

    ``choices.moving`` is the appointment. Its own time is free; its reason and its length stay.
    """

    _inherit = "booking.journey"

    @api.model
    def _read_move_choices(self, appointment, params, visitor_tz=None):
        """Return the :class:`Choices` of somebody who moves an appointment.

        :param params: dict of strings as the visitor sent them; what they leave out stays as it is
        :raise BadChoice: when something cannot be read
        :raise UnknownChoice: when something does not belong to the type
        """
        booking_type = appointment.type_id.with_context(booking_minutes=appointment.duration)
        reason, agency = appointment.reason_id, appointment.agency_id
        # No postcode: it has led to the appointment, and does not decide again.
        params = dict(params, reason=str((reason & booking_type.reason_ids).id or ""), postcode="")
        if not booking_type.move_agency or ("agency" not in params and params.get("change") != "agency"):
            params["agency"] = str((agency & booking_type.agency_ids).id or "")
        own_advisor = booking_type.advisor_ids.filtered(lambda advisor: advisor.user_id == appointment.user_id)
        keeps_advisor = not booking_type.move_advisor and own_advisor
        if keeps_advisor or ("advisor" not in params and params.get("change") != "advisor"):
            is_open = booking_type.no_preference and not keeps_advisor and not appointment.advisor_chosen
            params["advisor"] = ANY if is_open else str(own_advisor.id or "")
        choices = self._read_choices(booking_type, params, visitor_tz or appointment._get_booker_tz())
        choices = replace(choices, moving=appointment, reason=reason, reasons=reason)
        if not choices.day:
            # Who moves an appointment looks around it first.
            choices = replace(choices, day=self._get_wording(choices).local(appointment.start).date())
        if not booking_type.move_agency:
            choices = replace(choices, agency=agency, agencies=agency, left_agency=agency.browse())
        if keeps_advisor and choices.advisors is not None:
            kept = {"advisors": own_advisor, "advisor": own_advisor, "left_advisor": own_advisor.browse()}
            choices = replace(choices, any_advisor=False, **kept)
        return choices

    @api.model
    def _get_open_step(self, choices):
        if not choices.moving:
            return super()._get_open_step(choices)
        if not choices.agency and self._may_choose_agency(choices):
            return "agency"
        return "advisor" if self._is_advisor_open(choices) else "slot"

    @api.model
    def _may_choose_agency(self, choices):
        may = super()._may_choose_agency(choices)
        return may and (not choices.moving or choices.booking_type.move_agency)

    @api.model
    def _is_same_place(self, choices):
        """Tell whether the appointment would stay where it is; where nobody is asked, the place is no matter."""
        return not choices.agency or choices.agency == choices.moving.agency_id

    @api.model
    def _keeps_advisor(self, choices):
        users = self._get_users(choices)
        return users is None or choices.moving.user_id in users

    @api.model
    def _get_start_url(self, choices):
        """Return where the way begins: the address that takes the choices as its query."""
        return choices.moving._get_change_url("move") if choices.moving else choices.booking_type.website_url

    @api.model
    def _get_url(self, choices, **changes):
        url = super()._get_url(choices, **changes)
        if not choices.moving:
            return url
        query = dict(parse_qsl(urlsplit(url).query))
        # What an address leaves out stays as it is: what is to be chosen again is named.
        again = []
        if "agency" not in query and self._may_choose_agency(choices):
            again.append("agency")
        if "advisor" not in query and choices.advisors and len(choices.advisors) > 1:
            again.append("advisor")
        if again:
            query.setdefault("change", again[0])
        return self._get_start_url(choices) + (f"?{urlencode(query)}" if query else "")

    @api.model
    def _get_waiting_url(self, choices):
        """Nobody waits who has an appointment."""
        return None if choices.moving else super()._get_waiting_url(choices)

    @api.model
    def _get_slots(self, choices, start, stop, own=None):
        appointment = choices.moving
        if not appointment:
            return super()._get_slots(choices, start, stop, own)
        slots = super()._get_slots(choices, start, stop, (own or appointment.browse()) | appointment)
        # To move to where one is, is no choice.
        if self._is_same_place(choices) and self._keeps_advisor(choices):
            slots.pop(appointment.start, None)
        return slots

    @api.model
    def _get_steps(self, choices, current=None):
        steps = super()._get_steps(choices, current)
        if not choices.moving:
            return steps
        labels = {"details": self.env._("Confirm")}
        steps = [step._replace(label=labels.get(step.key, step.label)) for step in steps]
        return [step for step in steps if step.key in ("agency", "advisor", "slot", "details")]

    @api.model
    def _get_summary(self, choices, appointment=None):
        lines = super()._get_summary(choices, appointment)
        moving = choices.moving
        if not moving:
            return lines
        changeable = ("agency", "advisor")
        lines = [line if line.key in changeable else line._replace(url=None) for line in lines]
        wording = self._get_wording(choices)
        day = wording.local(moving.start).date()
        booked = SummaryLine(
            key="slot",
            icon="fa-calendar-o",
            label=self.env._("Booked for"),
            value=wording.full_day(day),
            detail=self._tell_hours(choices.tz, moving.start, moving.stop),
            short=f"{wording.short_day(day)}, {wording.hour(moving.start)}",
        )
        return [booked, *lines]

    @api.model
    def _tell_hours(self, tz, start, stop):
        """Return ``10:00 – 10:30`` on the clock of a zone."""
        wording = self._wording_of(tz)
        return f"{wording.hour(start)} – {wording.hour(stop)}"

    @api.model
    def _tell_move(self, choices, start):
        """Return ``(from, to)``: what changes when the appointment moves, in words, on one clock.

        :return: two dicts with ``day``, ``hours`` and ``agency``
        """
        appointment, wording = choices.moving, self._get_wording(choices)
        length = appointment.stop - appointment.start
        return tuple(
            {
                "day": wording.full_day(wording.local(begin).date()),
                "hours": self._tell_hours(choices.tz, begin, begin + length),
                "agency": agency,
            }
            for begin, agency in ((appointment.start, appointment.agency_id), (start, choices.agency))
        )

    @api.model
    def _tell_foreign_zone(self, choices, start):
        """Return the zone of the hours shown, where the clock of the place shows others."""
        same = self._get_wording(choices).same_clock(choices.place_tz, start)
        return "" if same else self._tell_zone(choices.tz, start)

    @api.model
    def _is_free(self, choices, start):
        """Tell whether a slot is on offer now, with the choices made."""
        return start in self._get_slots(choices, start, start + timedelta(minutes=1))

    @api.model
    def _tell_deadline(self, appointment, change):
        """Return until when the booker can change the appointment, on their clock: ``Mon, Nov 23, 10:00``."""
        wording = self._wording_of(appointment._get_booker_tz())
        deadline = appointment._get_change_deadline(change)
        day = wording.full_day(wording.local(deadline).date())
        return self.env._("%(day)s, %(hour)s", day=day, hour=wording.hour(deadline))

    @api.model
    def _get_changes(self, appointment):
        """Return what the page of an appointment says about changing it.

        :return: dict with ``links`` (:class:`ChangeLink`), ``notes`` (sentences), and ``phone`` to call where
            something cannot be done online (any more)
        """
        if appointment.state != "planned":
            return {"links": [], "notes": [], "phone": ""}
        shown = [change for change in ("move", "cancel") if appointment.type_id._offers_change(change, "page")]
        obstacles = {change: appointment._find_obstacle(change) for change in shown}
        deadlines = {self._tell_deadline(appointment, change) for change in shown}
        if shown == ["move", "cancel"] and not any(obstacles.values()) and len(deadlines) == 1:
            notes = [self.env._("You can move or cancel it until %s.", *deadlines)]
        else:
            notes = [note for change in shown if (note := self._tell_change(appointment, change, obstacles[change]))]
        links = appointment._get_change_links("page")
        is_stuck = any(obstacles.values()) or len(shown) < 2
        return {
            "links": links,
            "notes": notes,
            "phone": appointment._get_phone_to_call() if is_stuck and appointment.start > fields.Datetime.now() else "",
        }

    @api.model
    def _tell_change(self, appointment, change, obstacle):
        """Return a sentence about until when, and how often, the booker can move or cancel."""
        until = self._tell_deadline(appointment, change)
        if change == "move":
            sentences = {
                None: self.env._("You can move it until %s.", until),
                "late": self.env._("It could be moved online until %s.", until),
                "often": self.env._("It was moved as often as is possible online."),
            }
        else:
            sentences = {
                None: self.env._("You can cancel it until %s.", until),
                "late": self.env._("It could be cancelled online until %s.", until),
            }
        return sentences.get(obstacle, "")
