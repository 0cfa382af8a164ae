from datetime import datetime, timedelta

import pytz

from odoo import api, models

from ..engine import Window, local_days


class BookingType(models.Model):
    """What sites and apps are told of the types and their free slots. No personal data, and no names of advisors."""

    _inherit = "booking.type"

    def _describe(self):
        """Return what a site needs to show a type and to ask for its slots, as values of JSON."""
        self.ensure_one()
        minutes = self.reason_ids.mapped("effective_duration") or [self.duration]
        return {
            "slug": self.slug,
            "name": self.name,
            "welcome_text": self.welcome_text or None,
            "category": self.category_id.name or None,
            "channel": self.channel,
            "duration_minutes": {"min": min(minutes), "max": max(minutes)},
            "time_zone": self.tz,
            "sign_in": self.sign_in,
            "needs_code": self.needs_code,
            "opens_at": self._tell_api_instant(self.booking_opens_at),
            "closes_at": self._tell_api_instant(self.booking_closes_at),
            "url": self.get_base_url() + self.website_url,
            "reasons": [
                {
                    "id": reason.id,
                    "name": reason.name,
                    "duration_minutes": reason.effective_duration,
                    "agencies": (reason.agency_ids & self.agency_ids).ids if reason.agency_ids else None,
                }
                for reason in self.reason_ids
            ],
            "agencies": [self._describe_agency(agency) for agency in self.agency_ids],
        }

    def _tell_api_instant(self, instant):
        return self._tell_instant(instant, pytz.timezone(self.tz)) if instant else None

    def _describe_agency(self, agency):
        return {
            "id": agency.id,
            "name": agency.name,
            "address": agency.address or None if self.channel == "in_person" else None,
            "time_zone": agency.tz or self.tz,
        }

    def _describe_slots(self, choices, first, last):
        """Return the free slots of some days: the same as on the pages.

        :param choices: ``Choices`` with a reason, where the type has several; without an agency, those of all
        :param first: first ``date``, on the clock of ``choices.tz``
        :param last: last ``date``, at most 31 days in all
        :return: list of ``{"start", "end", "agency", "url"}`` by hour and agency; instants carry their offset
        """
        self.ensure_one()
        agencies = choices.agency or choices.agencies
        start, stop = self._get_day_span(choices.tz, first, last)
        found = self._get_slots_by_agency(
            start, stop, reason=choices.reason, agencies=agencies, users=self._get_described_users(choices)
        )
        zone = pytz.timezone(choices.tz)
        minutes = timedelta(minutes=choices.reason.effective_duration if choices.reason else self.duration)
        journey, base, urls = self.env["booking.journey"], self.get_base_url(), {}
        slots = []
        for begin, agency_id in sorted((begin, place or 0) for place, starts in found.items() for begin in starts):
            day = pytz.utc.localize(begin).astimezone(zone).date()
            if (day, agency_id) not in urls:
                changes = {"day": day.isoformat(), "agency": agency_id if len(self.agency_ids) > 1 else None}
                urls[day, agency_id] = base + journey._get_url(choices, **changes)
            slots.append(
                {
                    "start": self._tell_instant(begin, zone),
                    "end": self._tell_instant(begin + minutes, zone),
                    "agency": agency_id or None,
                    "url": urls[day, agency_id],
                }
            )
        return slots

    def _get_described_users(self, choices):
        """Return the advisors among whom the slots are looked for, ``None`` for all: a type may let visitors choose."""
        return None

    @api.model
    def _get_day_span(self, tz, first, last):
        """Return ``(first instant, end)`` (naive UTC) of some days on the clock of a zone."""
        days_before = timedelta(days=1)
        window = Window(datetime.combine(first, datetime.min.time()) - days_before, ((last - first).days + 3) * 24 * 60)
        spans = {day.date: day for day in local_days(tz, window)}
        return window.to_datetime(spans[first].start), window.to_datetime(spans[last].stop)

    @api.model
    def _tell_instant(self, instant, zone):
        return pytz.utc.localize(instant).astimezone(zone).isoformat()
