from datetime import time
from typing import NamedTuple

from babel.dates import format_time, get_day_names

from odoo import models
from odoo.tools import format_date

from .booking_availability import WEEKDAYS
from .booking_waiting import MAX_NOTICES

# An e-mail lists the earliest ones; the page behind its links shows all.
LISTED = 3


class ToldSlot(NamedTuple):
    label: str  # day and hour, on the clock of the place
    short: str  # the same where space is short
    place: str
    url: str


class BookingWaiting(models.Model):
    """How wishes, free slots and the state of a wait are told."""

    _inherit = "booking.waiting"

    def _get_link(self):
        """Return the secret address of the person's page."""
        self.ensure_one()
        return f"{self.type_id.get_base_url()}/booking/waiting/{self.sudo().access_token}"

    def _get_told(self):
        """Return the :class:`ToldSlot` s that an e-mail lists: the earliest of those in the latest notice."""
        self.ensure_one()
        return self._describe_slots(self._get_latest()._get_slots()[:LISTED])

    def _get_more(self):
        """Return how many slots of the latest notice the e-mail does not list."""
        self.ensure_one()
        return max(0, len(self._get_latest()._get_slots()) - LISTED)

    def _describe_slots(self, slots):
        """Return :class:`ToldSlot` s with the address where each can be booked.

        :param slots: ``[(agency id or False, naive UTC start)]``
        """
        self.ensure_one()
        journey = self.env["booking.journey"].sudo()
        booking_type = self.sudo().type_id
        agencies = self.env["booking.agency"].sudo().browse({agency_id for agency_id, _start in slots if agency_id})
        names = {agency.id: agency for agency in agencies.exists()}
        told = []
        for agency_id, start in slots:
            agency = names.get(agency_id, agencies.browse())
            wording = journey._wording_of(agency.tz or booking_type.tz)
            day, hour = wording.local(start).date(), wording.hour(start)
            zone = "" if not self.tz or wording.same_clock(self.tz, start) else f" ({wording.city()})"
            choices = journey._complete_choices(booking_type, self.sudo().reason_id, agency, day)
            told.append(
                ToldSlot(
                    label=f"{wording.day(day)}, {hour}{zone}",
                    short=f"{wording.short_day(day)}, {hour}",
                    place=agency.name or "",
                    url=booking_type.get_base_url() + journey._get_url(choices),
                )
            )
        return told

    def _get_book_url(self):
        """Return where all free slots are, with what is known of the wishes filled in."""
        self.ensure_one()
        journey, booking_type = self.env["booking.journey"].sudo(), self.sudo().type_id
        agency = self.sudo().agency_ids if len(self.agency_ids) == 1 else self.agency_ids.browse()
        choices = journey._complete_choices(booking_type, self.sudo().reason_id, agency)
        return booking_type.get_base_url() + journey._get_url(choices)

    def _tell_first(self):
        """``Tue, Nov 24, 10:00``: for a subject."""
        return next((slot.short for slot in self._get_told()), "")

    def _tell_count(self):
        """``Message 1 of 3``"""
        number = max(1, len(self.notice_ids))
        return self.env._("Message %(number)s of %(most)s", number=number, most=MAX_NOTICES)

    def _describe_wishes(self):
        """Return what would suit, in words: ``[(label, text)]``."""
        self.ensure_one()
        places = ", ".join(self.sudo().agency_ids.mapped("name")) or self.env._("Every agency")
        lines = [
            (self.env._("Reason"), self.sudo().reason_id.name),
            (self.env._("Where"), places if self.sudo()._chooses_agency() else ""),
            (self.env._("Days"), self._tell_days()),
            (self.env._("Hours"), self._tell_hours()),
            (self.env._("Dates"), self._tell_dates()),
            (self.env._("Only earlier than"), self._tell_before()),
        ]
        return [(label, text) for label, text in lines if text]

    def _tell_days(self):
        names = get_day_names("wide", "stand-alone", locale=self.env["booking.journey"]._locale())
        days = [names[number] for number, day in enumerate(WEEKDAYS) if self[day]]
        return ", ".join(days) or self.env._("Any day")

    def _tell_hours(self):
        if self.hour_from == 0 and self.hour_to == 24:
            return self.env._("Any time")
        if self.hour_to == 24:
            return self.env._("From %s on", self._tell_hour(self.hour_from))
        if self.hour_from == 0:
            return self.env._("Before %s", self._tell_hour(self.hour_to))
        return self.env._(
            "From %(first)s to %(last)s", first=self._tell_hour(self.hour_from), last=self._tell_hour(self.hour_to)
        )

    def _tell_hour(self, hour):
        minutes = round(hour * 60)
        return format_time(
            time(minutes // 60 % 24, minutes % 60), "short", locale=self.env["booking.journey"]._locale()
        )

    def _tell_dates(self):
        first, last = (format_date(self.env, day) if day else "" for day in (self.date_from, self.date_to))
        if first and last:
            return self.env._("From %(first)s to %(last)s", first=first, last=last)
        if first:
            return self.env._("From %s on", first)
        return self.env._("Until %s", last) if last else ""

    def _tell_before(self):
        if not self.before:
            return ""
        wording = self.env["booking.journey"]._wording_of(self.sudo().type_id.tz)
        return f"{wording.day(wording.local(self.before).date())}, {wording.hour(self.before)}"
