import re

from odoo import models
from odoo.tools import babel_locale_parse, get_lang

from odoo.addons.appointment_booking.tools.wording import Wording

from ..exceptions import PARTICIPANT, PARTNER


def natural_order(text):
    """Return what to sort texts by so that numbers in them count as such: ``Table 2`` comes before ``Table 10``."""
    return [
        int(part) if number % 2 else part.casefold() for number, part in enumerate(re.split(r"([0-9]{1,18})", text))
    ]


class BusinessMeeting(models.Model):
    """Meetings on paper: what agendas and plans say of one."""

    _inherit = "business.meeting"

    def _get_printed(self, side=None):
        """Return what a sheet says: dict of ``day``, ``hours``, ``zone``, ``partner``, ``participant``, ``other``,
        ``place`` and ``space``, all texts.

        :param side: whose sheet it is: ``other`` is whom they meet
        """
        self.ensure_one()
        meeting = self.sudo()
        wording = Wording(babel_locale_parse(get_lang(self.env).code), meeting.date_tz or "UTC")
        names = {one: meeting._get_name(one) for one in (PARTNER, PARTICIPANT)}
        return {
            "day": wording.full_day(wording.local(meeting.start).date()),
            "hours": f"{wording.hour(meeting.start)} – {wording.hour(meeting.stop)}",
            "partner": names[PARTNER],
            "participant": names[PARTICIPANT],
            "other": names[PARTNER] if side == PARTICIPANT else names[PARTICIPANT],
            "place": meeting.space_id.location or meeting.space_id.name or "",
            "space": meeting.space_id.name or "",
            "zone": self.env["booking.journey"]._tell_zone(meeting.date_tz or "UTC", meeting.start),
        }

    def _get_printed_days(self, side=None):
        """Return ``[(day, [what a sheet says of each meeting], zone), ...]`` of confirmed meetings, soonest first."""
        days = {}
        for meeting in self.filtered(lambda meeting: meeting.state == "confirmed").sorted("start"):
            printed = meeting._get_printed(side)
            days.setdefault(printed["day"], []).append(printed)
        return [(day, rows, rows[0]["zone"]) for day, rows in days.items()]


class BusinessMeetingSlot(models.Model):
    _inherit = "business.meeting.slot"

    def _get_table_plan(self):
        """Return who sits where in a slot: what sheets say of its confirmed meetings, by table: 2 before 10."""
        self.ensure_one()
        meetings = self.sudo().meeting_ids.filtered(lambda meeting: meeting.state == "confirmed")
        return sorted(
            (meeting._get_printed() for meeting in meetings),
            key=lambda row: (natural_order(row["place"]), row["partner"]),
        )
