import re
from datetime import datetime, timedelta, timezone

from freezegun import freeze_time
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from odoo.tests import tagged

from odoo.addons.appointment_booking.models.booking_appointment_hold import SlotTaken
from odoo.addons.appointment_booking.tools import ics

from .common import utc
from .test_change import ChangeCase

# What RFC 5546 (3.2.1, 3.2.2, 3.2.5) demands of the one event, and what it forbids.
NEEDED = {
    "PUBLISH": {"DTSTAMP", "DTSTART", "ORGANIZER", "SUMMARY", "UID", "SEQUENCE"},
    "REQUEST": {"ATTENDEE", "DTSTAMP", "DTSTART", "ORGANIZER", "SEQUENCE", "SUMMARY", "UID"},
    "CANCEL": {"ATTENDEE", "DTSTAMP", "ORGANIZER", "SEQUENCE", "STATUS", "UID"},
}
FORBIDDEN = {"PUBLISH": {"ATTENDEE", "REQUEST-STATUS"}, "REQUEST": {"REQUEST-STATUS"}, "CANCEL": {"REQUEST-STATUS"}}
ONCE = {"DTSTAMP", "DTSTART", "DTEND", "ORGANIZER", "SUMMARY", "UID", "SEQUENCE", "STATUS", "DESCRIPTION", "URL"}
STATUS = {"PUBLISH": "CONFIRMED", "REQUEST": "CONFIRMED", "CANCEL": "CANCELLED"}


def read(test, content, method):
    """Check a file against RFC 5545 and RFC 5546, and return its event."""
    lines = content.decode().split("\r\n")
    test.assertEqual(lines[-1], "", "the file ends with a line break")
    for line in lines:
        test.assertLessEqual(len(line.encode()), 75, "lines are folded")
        test.assertNotIn("\n", line)
        test.assertNotIn("\r", line)
        test.assertFalse(re.search(r"[\x00-\x08\x0b-\x1f\x7f]", line), "no control characters")
    unfolded = content.decode().replace("\r\n ", "").split("\r\n")[:-1]
    for line in unfolded:
        test.assertRegex(line, r'^[A-Z][A-Z0-9-]*(;[A-Z0-9-]+=("[^"]*"|[^";:,]*))*:', "every line is a property")
    test.assertEqual((unfolded[0], unfolded[-1]), ("BEGIN:VCALENDAR", "END:VCALENDAR"))
    calendar = Calendar.from_ical(content)
    test.assertEqual(calendar.to_ical(), content, "read and written again it is the same")
    test.assertEqual((calendar["VERSION"], calendar["METHOD"]), ("2.0", method))
    test.assertTrue(calendar["PRODID"])
    (event,) = calendar.walk("VEVENT")
    test.assertEqual(len(calendar.subcomponents), 1)
    test.assertFalse(event.errors)
    test.assertLessEqual(NEEDED[method], set(event.keys()))
    test.assertFalse(FORBIDDEN[method] & set(event.keys()))
    for name in ONCE & set(event.keys()):
        test.assertNotIsInstance(event[name], list, f"{name} comes once")
    test.assertEqual(event["STATUS"], STATUS[method])
    for name in ("DTSTAMP", "DTSTART", "DTEND"):
        test.assertEqual(event.decoded(name).utcoffset(), timedelta(0), "instants are told in UTC")
    test.assertLess(event.decoded("DTSTART"), event.decoded("DTEND"))
    test.assertTrue(str(event["ORGANIZER"]).lower().startswith("mailto:"))
    return event


@tagged("post_install", "-at_install")
class TestIcs(ChangeCase):
    def event(self, method, appointment=None):
        return read(self, (appointment or self.appointment)._get_ics(method), method)

    def sent(self):
        """Return the events that were sent, in their order."""
        events = []
        for mail in self.mails().sorted("id"):
            content = mail.attachment_ids.filtered(lambda file: file.name == "appointment.ics").raw
            events.append(read(self, content, Calendar.from_ical(content)["METHOD"]))
        return events

    def test_one_entry_all_along(self):
        """A52, A61: booked, moved twice, reassigned, cancelled: one UID, each step raises SEQUENCE by exactly one."""
        steps = [
            lambda: self.move("2026-03-06 09:00"),
            lambda: self.move("2026-03-06 10:00"),
            lambda: self.appointment.write({"user_id": self.bob.id}),
            lambda: self.appointment._cancel("booker", "Ill"),
        ]
        for minute, step in enumerate(steps, 1):
            with freeze_time(f"2026-03-02 08:{minute:02}:00"):
                step()
                self.sweep()  # else what follows is told together with it
        events = self.sent()
        self.assertEqual([event["SEQUENCE"] for event in events], [0, 1, 2, 3, 4])
        self.assertEqual({event["UID"] for event in events}, {self.appointment._get_ics_uid()})
        stamps = [event.decoded("DTSTAMP") for event in events]
        self.assertEqual(stamps, sorted(set(stamps)))
        self.assertEqual([event["STATUS"] for event in events], ["CONFIRMED"] * 4 + ["CANCELLED"])
        self.assertEqual(events[1].decoded("DTSTART"), datetime(2026, 3, 6, 9, tzinfo=timezone.utc))
        self.assertEqual(events[3]["ORGANIZER"], "mailto:bob@example.com")
        self.assertEqual(events[4].decoded("DTSTART"), events[3].decoded("DTSTART"))
        self.assertEqual({str(event["ATTENDEE"]) for event in events}, {"mailto:anne.martin@example.com"})

    def test_no_change_no_sequence(self):
        """A52: a move that is refused, and a reason noted afterwards, raise nothing."""
        self.book("2026-03-06 08:00", "a")
        self.book("2026-03-06 08:00", "b")
        with self.assertRaises(SlotTaken):
            self.move("2026-03-06 08:00")
        self.assertEqual(self.appointment.ics_sequence, 0)

    def test_downloaded(self):
        """A34: the file that is downloaded is one to publish: it asks nobody for an answer."""
        event = self.event("PUBLISH")
        self.assertNotIn("ATTENDEE", event)

    def test_links(self):
        """A50, A51: the entry carries the links to move and to cancel where the boxes are set."""
        description = str(self.event("REQUEST")["DESCRIPTION"])
        for change in ("move", "cancel"):
            self.assertIn(f"/booking/appointment/{self.appointment.access_token}/{change}", description)
        self.type.write({"move_in_calendar": False, "cancel_in_calendar": False})
        description = str(self.event("REQUEST")["DESCRIPTION"])
        self.assertNotIn("/move", description)
        self.assertNotIn("/cancel", description)
        self.assertIn(self.appointment.access_token, description)

    def test_text_is_text(self):
        """A53, X04: commas, semicolons, backslashes, line breaks and long texts of the booker stay what they are."""
        nasty = 'Anne "A", \\; Martin\r\nSTATUS:CANCELLED\nATTENDEE:mailto:x@example.com ' + "é" * 200
        self.appointment.booker_name = nasty
        self.type.name = "Talk, 1; 2 \\ 3\r\nMETHOD:CANCEL\r\nEND:VEVENT"
        self.agency.name = "Lyon\nUID:other"
        for method in ("REQUEST", "PUBLISH"):
            event = self.event(method)
            self.assertEqual(event["UID"], self.appointment._get_ics_uid())
            self.assertIn("Talk, 1; 2 \\ 3", event["SUMMARY"])
        self.assertEqual(str(self.event("REQUEST")["ATTENDEE"]), "mailto:anne.martin@example.com")

    def test_advisor_without_address(self):
        """A61: an entry has an organizer even where neither advisor nor company has an address."""
        self.ada.partner_id.email = False
        self.appointment.company_id.partner_id.email = "hello@bank.example.com"
        self.assertEqual(self.event("REQUEST")["ORGANIZER"], "mailto:hello@bank.example.com")
        self.appointment.company_id.partner_id.email = False
        self.assertTrue(str(self.event("REQUEST")["ORGANIZER"]).startswith("mailto:noreply@"))

    @settings(max_examples=60)
    @given(
        st.text(max_size=200),
        st.text(max_size=200),
        st.text(max_size=60),
        st.sampled_from(["REQUEST", "CANCEL", "PUBLISH"]),
    )
    def test_any_text(self, summary, description, name, method):
        """X04: whatever texts there are, the file is valid, holds one event and nothing else."""
        entry = ics.Entry(
            uid="appointment-1@test",
            sequence=3,
            stamp=utc("2026-03-02 08:00"),
            start=utc("2026-03-05 08:00"),
            stop=utc("2026-03-05 09:00"),
            summary=summary,
            description=description,
            location=summary,
            organizer=ics.Person(name, "ada@example.com"),
            attendee=ics.Person(name, "anne@example.com"),
        )
        event = read(self, ics.build(entry, method), method)
        self.assertEqual((event["UID"], event["SEQUENCE"]), ("appointment-1@test", 3))
        self.assertEqual(event["ORGANIZER"], "mailto:ada@example.com")
        plain = re.sub(r"[^\w ]", "", summary)
        self.assertEqual(re.sub(r"[^\w ]", "", str(event["SUMMARY"])), plain)
