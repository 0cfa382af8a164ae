from odoo.exceptions import AccessError, ValidationError

from odoo.addons.appointment_booking.tests.common import BookingCase, utc

ROOM = "https://meet.example.com/ada"


class TestPersonalLink(BookingCase):
    def book(self, **values):
        return self.env["booking.appointment"].create(
            {
                "type_id": self.type.id,
                "user_id": self.ada.id,
                "start": utc("2026-03-03 09:00"),
                "booker_name": "Vera Visitor",
                **values,
            }
        )

    def test_links_that_are_meeting_rooms(self):
        """H01: any platform will do, as long as the address is https; what is copied with it is trimmed."""
        for link in (
            ROOM,
            "https://teams.example.com/l/meetup-join/19%3ameeting?context=%7b%22Tid%22%7d",
            "https://visio.example.org:8443/room#config.prejoin=false",
        ):
            self.ada.videoconf_link = f"  {link}\n"
            self.assertEqual(self.ada.videoconf_link, link)
        self.ada.videoconf_link = False

    def test_links_that_are_not(self):
        """H01: what is no https address of a site is refused."""
        for link in (
            "meet.example.com/ada",
            "http://meet.example.com/ada",
            "javascript:alert(1)",
            "https://",
            "https://meet",
            "https://meet.example.com/a b",
            "https://meet.example.com/a\r\nBcc: everybody@example.com",
            "https://bank.example.com@evil.example.org/ada",
            "https://meet.example.com:99999/",
            "https://[::1/",
            "https://meet.example.com/\u202egro.live",
            "https://meet.example.com/" + "a" * 2000,
        ):
            with self.subTest(link=link), self.assertRaises(ValidationError), self.cr.savepoint():
                self.ada.videoconf_link = link

    def test_own_preferences_only(self):
        """H01: a user enters their own link in their preferences, not somebody else's."""
        self.ada.with_user(self.ada).videoconf_link = ROOM
        self.assertEqual(self.ada.with_user(self.ada).videoconf_link, ROOM)
        with self.assertRaises(AccessError):
            self.bob.with_user(self.ada).videoconf_link = ROOM
        view = self.env["res.users"].with_user(self.ada).get_view(self.env.ref("base.view_users_form_simple_modif").id)
        self.assertIn("videoconf_link", view["arch"])

    def test_appointment_is_held_in_the_advisors_room(self):
        """A03, H01: the booker of a video appointment is sent to the room of whoever takes it."""
        self.type.write({"channel": "video", "video_provider": "personal"})
        self.ada.videoconf_link = ROOM
        self.bob.videoconf_link = "https://meet.example.com/bob"
        appointment = self.book()
        self.assertEqual(appointment.meeting_url, ROOM)
        appointment.user_id = self.bob
        self.assertEqual(appointment.meeting_url, "https://meet.example.com/bob")

    def test_upcoming_appointments_follow_the_link(self):
        """H01: a link entered or changed later reaches the appointments to come, and only these."""
        self.type.write({"channel": "video", "video_provider": "personal"})
        past, upcoming = self.book(start=utc("2026-02-24 09:00")), self.book()
        self.assertFalse(upcoming.meeting_url)
        self.ada.with_user(self.ada).videoconf_link = ROOM
        self.assertEqual(upcoming.meeting_url, ROOM)
        self.assertFalse(past.meeting_url)

    def test_other_channels_have_no_room(self):
        self.type.video_provider = "personal"
        self.ada.videoconf_link = ROOM
        self.assertFalse(self.book().meeting_url)

    def test_missing_link_is_told(self):
        """A type says which advisors have no room yet."""
        self.type.write({"channel": "video", "video_provider": "personal"})
        self.ada.videoconf_link = ROOM
        self.assertIn("Bob", self.type.setup_warning)
        self.assertEqual(self.type.setup_page, "team")
        self.assertNotIn("Ada", self.type.setup_warning)
        self.bob.videoconf_link = ROOM
        self.type.invalidate_recordset(["setup_warning"])
        self.assertFalse(self.type.setup_warning)
