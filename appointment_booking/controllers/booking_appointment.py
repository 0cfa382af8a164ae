from datetime import timedelta
from urllib.parse import urlencode

from odoo import fields, http
from odoo.http import content_disposition, request
from odoo.tools import html2plaintext

from .booking_page import BookingPage

# How long after its end an appointment's link still works.
LINK_LASTS = timedelta(days=1)


class BookingAppointmentPage(BookingPage):
    """What was booked, for whoever has the link."""

    @http.route(
        "/booking/appointment/<string:token>", type="http", auth="public", methods=["GET"], website=True, sitemap=False
    )
    def appointment(self, token, **params):
        appointment = self._find_or_stop(token)
        journey = self._journey()
        choices = journey._choices_of(appointment)
        return self._render(
            "page_appointment",
            {
                "appointment": appointment,
                "booking_type": appointment.type_id,
                "duration": journey._format_duration(appointment.duration),
                "channel": journey._get_channel(appointment.type_id),
                "zone": journey._tell_zone(choices.tz, appointment.start) if appointment._format_zone() else "",
                "place_hours": self._tell_place_hours(appointment),
                "google_url": self._get_google_url(appointment),
                "outlook_url": self._get_outlook_url(appointment),
                "changes": journey._get_changes(appointment),
                "done": params.get("done"),
            },
            private=True,
        )

    @http.route(
        "/booking/appointment/<string:token>/ics",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
        sitemap=False,
    )
    def ics(self, token, **params):
        appointment = self._find_or_stop(token)
        content = appointment._get_ics("CANCEL" if appointment.state == "cancelled" else "PUBLISH")
        headers = [
            ("Content-Type", "text/calendar; charset=utf-8"),
            ("Content-Disposition", content_disposition("appointment.ics")),
        ]
        return self._keep_private(request.make_response(content, headers))

    def _find_or_stop(self, token):
        appointment = self._journey()._find_appointment(token)
        if not appointment or appointment.state == "hold" or not appointment.type_id:
            self._stop("page_appointment_unknown", {}, 404, private=True)
        if appointment.stop + LINK_LASTS < fields.Datetime.now():
            self._stop("page_appointment_over", {"booking_type": appointment.type_id}, 410, private=True)
        return appointment

    def _tell_place_hours(self, appointment):
        """Return the hours on the clock of the place and its zone, where the booker's clock shows others."""
        if not appointment._format_zone() or not appointment.agency_id:
            return ""
        journey = self._journey()
        there = journey._wording_of(appointment.agency_id.tz)
        return f"{there.hour(appointment.start)} – {there.hour(appointment.stop)}, " + journey._tell_zone(
            appointment.agency_id.tz, appointment.start
        )

    def _get_entry(self, appointment):
        """Return what a web calendar is told: ``(title, text, place)``. The secret link stays here."""
        in_person = appointment.channel == "in_person"
        place = appointment.agency_id if in_person else appointment.agency_id.browse()
        text = [
            appointment.meeting_url if appointment.channel == "video" else "",
            html2plaintext(appointment.reason_id.instructions or "")[:500],
        ]
        return (
            appointment.type_id.name,
            "\n\n".join(filter(None, text)),
            ", ".join(filter(None, [place.name, place.address])),
        )

    def _get_google_url(self, appointment):
        title, text, place = self._get_entry(appointment)
        dates = "/".join(instant.strftime("%Y%m%dT%H%M%SZ") for instant in (appointment.start, appointment.stop))
        query = {"action": "TEMPLATE", "text": title, "dates": dates, "details": text, "location": place}
        return f"https://calendar.google.com/calendar/render?{urlencode(query)}"

    def _get_outlook_url(self, appointment):
        title, text, place = self._get_entry(appointment)
        query = {
            "path": "/calendar/action/compose",
            "rru": "addevent",
            "subject": title,
            "startdt": f"{appointment.start.isoformat()}Z",
            "enddt": f"{appointment.stop.isoformat()}Z",
            "body": text,
            "location": place,
        }
        return f"https://outlook.live.com/calendar/0/deeplink/compose?{urlencode(query)}"
