import re
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from babel.dates import get_day_names

from odoo import api, fields, models

from .booking_availability import WEEKDAYS
from .booking_journey import BadChoice
from .booking_question_form import WrongAnswer

CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::00)?")
NOON = 12
# What the choice "Part of the day" means in hours; the last one is asked for.
PARTS = {"any": (0, 24), "morning": (0, NOON), "afternoon": (NOON, 24), "hours": None}
OFFERED = 6  # slots that suit already when somebody wants to wait


class WaitingForm(NamedTuple):
    """What the form of the waiting list says."""

    values: dict  # of booking.waiting
    errors: dict  # {id of the field: message}, in the order of the page


class BookingJourney(models.AbstractModel):
    """The way to the waiting list, for whom no slot suits."""

    _inherit = "booking.journey"

    @api.model
    def _get_waiting_url(self, choices):
        """Return where to join the waiting list with the choices made so far, or nothing where there is none."""
        if not choices.booking_type.waiting_list:
            return None
        path, _question_mark, query = self._get_url(choices, day=None).partition("?")
        return f"{path}/waiting" + (f"?{query}" if query else "")

    @api.model
    def _get_waiting_days(self, booking_type):
        """Return ``[(field, weekday)]`` that can be wished for."""
        names = get_day_names("wide", "stand-alone", locale=self._locale())
        days = [(day, names[number]) for number, day in enumerate(WEEKDAYS)]
        return days if booking_type.show_weekends else days[:5]

    @api.model
    def _get_waiting_privacy_note(self):
        return self.env._(
            "We use this for the waiting list only, and delete it %s days after your wait has ended.",
            self.env["booking.waiting"]._get_days_kept(),
        )

    @api.model
    def _get_contact_questions(self):
        """Return the questions about who waits: asked and read as those of a booking form are."""
        Question = self.env["booking.question"]
        return {
            "w_name": Question.new({"name": self.env._("Name"), "kind": "text", "required": True}),
            "w_email": Question.new(
                {
                    "name": self.env._("E-mail"),
                    "kind": "email",
                    "required": True,
                    "help_text": self.env._("We write to you here, three times at most."),
                }
            ),
            "w_phone": Question.new({"name": self.env._("Phone (optional)"), "kind": "phone"}),
        }

    @api.model
    def _read_waiting_form(self, choices, params, country=None):
        """Return the :class:`WaitingForm` of what a visitor typed.

        :param choices: with the reason that the form names
        :param params: dict of strings
        :param country: ``res.country`` of phone numbers without a prefix
        :raise BadChoice: when the form says what no form of ours can say
        :raise UnknownChoice: when it names an agency that does not belong to the type
        """
        booking_type, errors = choices.booking_type, {}
        values = {
            "type_id": booking_type.id,
            "reason_id": choices.reason.id,
            "lang": self.env.lang,
            "tz": choices.tz,
        }
        if not choices.reason and len(choices.reasons) > 1:
            errors["w_reason"] = self.env._("Choose what it is about.")
        values.update(self._read_waiting_agencies(choices, params, errors))
        values.update({day: bool(params.get(f"w_{day}")) for day, _name in self._get_waiting_days(booking_type)})
        values.update(self._read_waiting_hours(params, errors))
        values.update(self._read_waiting_dates(booking_type, params, errors))
        for key, question in self._get_contact_questions().items():
            try:
                values[key[2:]] = question._read_answer(params.get(key) or "", country)
            except WrongAnswer as wrong:
                errors[key] = str(wrong)
        return WaitingForm(values, errors)

    @api.model
    def _read_waiting_agencies(self, choices, params, errors):
        agencies = choices.agencies.browse()
        if not choices.booking_type.choose_agency:
            return {}
        for key in params:
            if key.startswith("w_agency_"):
                agencies |= self._read_record(key.removeprefix("w_agency_") or "none", choices.booking_type.agency_ids)
        elsewhere = agencies - choices.agencies
        if elsewhere:
            errors["w_agencies"] = self.env._(
                "%s does not handle this reason. Choose another agency.", ", ".join(elsewhere.mapped("name"))
            )
        return {"agency_ids": [fields.Command.set(agencies.ids)]}

    @api.model
    def _read_waiting_hours(self, params, errors):
        part = params.get("w_part") or "any"
        if part not in PARTS:
            raise BadChoice
        hours = PARTS[part]
        if not hours:
            clocks = [CLOCK.fullmatch(params.get(key) or "") for key in ("w_hour_from", "w_hour_to")]
            if not all(clocks):
                errors["w_hours"] = self.env._("Enter both hours in the form 14:30.")
                return {}
            hours = tuple(int(clock[1]) + int(clock[2]) / 60 for clock in clocks)
            if hours[0] >= hours[1]:
                errors["w_hours"] = self.env._("The first hour must be before the second one.")
        return {"hour_from": hours[0], "hour_to": hours[1]}

    @api.model
    def _read_waiting_dates(self, booking_type, params, errors):
        days = {}
        for key in ("date_from", "date_to"):
            text = params.get(f"w_{key}")
            try:
                days[key] = date.fromisoformat(text) if text else False
            except ValueError:
                errors[f"w_{key}"] = self.env._("Enter the date in the form %s.", "2026-12-31")
        if errors.keys() & {"w_date_from", "w_date_to"}:
            return {}
        today = self._wording_of(booking_type.tz).local(fields.Datetime.now()).date()
        latest = today + timedelta(days=booking_type.waiting_days)
        if days["date_to"] and days["date_to"] < max(today, days["date_from"] or today):
            errors["w_date_to"] = self.env._("The last day must not be before the first one, nor be over.")
        elif days["date_from"] and days["date_from"] > latest:
            errors["w_date_from"] = self.env._(
                "You can wait for %s days: choose an earlier first day.", booking_type.waiting_days
            )
        if days["date_to"]:
            days["date_to"] = min(days["date_to"], latest)
        return days

    @api.model
    def _get_suiting_offers(self, choices, waiting):
        """Return the first slots that suit already, by agency, and the first instant of all.

        :param waiting: ``booking.waiting`` that need not be stored
        :return: ``([(agency, [Slot], {start of a slot: address})], naive UTC or None)``; the addresses are empty where
            a slot can be held at once, since nothing else is to be chosen
        """
        suiting = waiting._get_matching()
        offers = {}
        for freed in suiting[:OFFERED]:
            agency = self.env["booking.agency"].browse(freed.place or ())
            wording = self._wording_of(agency.tz or waiting.type_id.tz)
            slot = self._make_slot(wording, wording.local(freed.start).date(), freed.start)
            offers.setdefault(agency, []).append(slot)
        told = [
            (agency, slots, self._get_ways_to_slots(replace(choices, agency=agency), slots))
            for agency, slots in offers.items()
        ]
        return told, suiting[0].start if suiting else None

    @api.model
    def _get_ways_to_slots(self, choices, slots):
        if self._get_open_step(choices) == "slot":
            return {}
        place = self._wording_of(choices.place_tz)
        days = {slot.start: place.local(self._read_start(slot.start)).date().isoformat() for slot in slots}
        return {start: self._get_url(choices, day=day) for start, day in days.items()}
