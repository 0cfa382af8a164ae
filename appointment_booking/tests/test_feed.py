from freezegun import freeze_time
from icalendar import Calendar

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import SQL

from .common import utc
from .public_common import PublicCase


@tagged("post_install", "-at_install")
class TestFeed(PublicCase):
    """C04: an advisor's private calendar for other programs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ada.with_user(cls.ada).action_booking_feed_renew()
        cls.address = cls.path_of(cls.ada)

    @staticmethod
    def path_of(user):
        return "/" + user.with_user(user).booking_feed_url.split("/", 3)[3]

    def setUp(self):
        super().setUp()
        self.type.advisor_ids.filtered(lambda advisor: advisor.user_id == self.bob).unlink()

    def events(self, address=None):
        response = self.url_open(address or self.address)
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.headers["Content-Type"], "text/calendar; charset=utf-8")
        return Calendar.from_ical(response.content).walk("VEVENT")

    def test_appointments_of_one_advisor(self):
        """C04: the feed has what is planned and held for its owner, and nothing of others or that is only held open."""
        planned = self.book("2026-03-03 08:00", "one")
        cancelled = self.book("2026-03-03 09:00", "two", self.booker(email="b@example.com", phone="+33612345679"))
        cancelled._cancel("booker")
        self.hold("2026-03-04 08:00", "three")
        other = self.new_type("Savings", self.bob)
        self.book(
            "2026-03-03 08:00", "four", self.booker(email="c@example.com", phone="+33612345670"), booking_type=other
        )
        (event,) = self.events()
        self.assertEqual(event.decoded("DTSTART").replace(tzinfo=None), planned.start)
        self.assertEqual(event["SUMMARY"], "Anne Martin · Mortgage advice")
        self.assertIn("+33612345678", event["DESCRIPTION"])
        self.assertEqual(event["LOCATION"], "Lyon, 1 rue de la Paix, 69003 Lyon")
        self.assertNotIn("ATTENDEE", event)

    def test_period(self):
        """C04: what ended long ago is left out."""
        self.book("2026-03-03 08:00")
        with freeze_time("2026-04-20 08:00:00"):
            self.assertEqual(len(self.events()), 1)
        with freeze_time("2026-06-20 08:00:00"):
            self.assertEqual(len(self.events()), 0)

    def test_nothing_new(self):
        """C04: a program that knows the calendar as it is gets no second copy; after a change it does."""
        appointment = self.book("2026-03-03 08:00")
        first = self.url_open(self.address)
        tag = first.headers["ETag"]
        again = self.url_open(self.address, headers={"If-None-Match": tag})
        self.assertEqual((again.status_code, again.content), (304, b""))
        self.assertEqual(again.headers["ETag"], tag)
        with freeze_time("2026-03-02 08:00:05"):
            appointment._cancel("booker")
            changed = self.url_open(self.address, headers={"If-None-Match": tag})
        self.assertEqual(changed.status_code, 200)
        self.assertNotEqual(changed.headers["ETag"], tag)

    def test_secret_address(self):
        """C04, X04: only the owner learns the address; a wrong one, an old one, one of who left is unknown."""
        self.assertFalse(self.ada.with_user(self.bob).sudo(False).booking_feed_url)
        self.assertFalse(self.ada.with_user(self.env.ref("base.user_admin")).booking_feed_url)
        with self.assertRaises(AccessError):
            self.ada.with_user(self.bob).action_booking_feed_renew()
        with self.assertRaises(AccessError):
            self.ada.with_user(self.bob).action_booking_feed_revoke()
        with self.assertRaises(AccessError):
            self.ada.with_user(self.bob).read(["booking_feed_token"])
        old = self.address
        self.ada.with_user(self.ada).action_booking_feed_renew()
        new = self.path_of(self.ada)
        self.assertEqual(len(self.events(new)), 0)
        for address in (old, f"/booking/feed/{'a' * 43}/appointments.ics", "/booking/feed/x/appointments.ics"):
            self.assertEqual(self.url_open(address).status_code, 404, address)
        self.ada.active = False
        self.assertEqual(self.url_open(new).status_code, 404)
        self.ada.active = True
        self.ada.with_user(self.ada).action_booking_feed_revoke()
        self.assertEqual(self.url_open(new).status_code, 404)
        self.assertFalse(self.ada.with_user(self.ada).booking_feed_url)

    def test_guessing_is_limited(self):
        """A71, C04: who tries addresses is stopped, and who has the right one is not."""
        self.env["ir.config_parameter"].set_param("appointment_booking.limit_feed", "3")
        wrong = f"/booking/feed/{'a' * 43}/appointments.ics"
        answers = [self.url_open(wrong) for _try in range(5)]
        self.assertEqual([answer.status_code for answer in answers], [404, 404, 404, 429, 429])
        self.assertEqual(answers[-1].headers["Retry-After"], "600")
        self.assertEqual(self.url_open(self.address).status_code, 200)

    def test_query_count(self):
        """C04, X03: a year of appointments is read by as many queries as one."""
        self.book("2026-03-03 08:00")
        self.env.flush_all()

        def count():
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.ada._get_booking_feed_tag()
            self.ada._get_booking_feed()
            return self.env.cr.sql_log_count - before

        count()  # what a server keeps between requests
        few = count()
        for number, start in enumerate(
            ("2026-03-04 08:00", "2026-03-04 09:00", "2026-03-05 08:00", "2026-03-06 08:00")
        ):
            booker = self.booker(email=f"m{number}@example.com", phone=f"+3361234560{number}")
            self.book(start, f"v{number}", booker)
        self.env.flush_all()
        self.assertEqual(count(), few)
        self.assertEqual(len(self.events()), 5)

    def copy_rows(self, model, count, **values):
        """Copy a record without the ORM; ``values`` are SQL about the number ``n`` of the copy. Return the ids."""
        own = {"id", *values}
        fields = self.env.registry[model._name]._fields.values()
        same = [field.name for field in fields if field.store and field.column_type and field.name not in own]
        rows = self.env.execute_query(
            SQL(
                "INSERT INTO %s (%s) SELECT %s FROM %s source, generate_series(1, %s) n"
                " WHERE source.id = %s RETURNING id",
                SQL.identifier(model._table),
                SQL(", ").join(map(SQL.identifier, [*same, *values])),
                SQL(", ").join([*(SQL.identifier("source", name) for name in same), *values.values()]),
                SQL.identifier(model._table),
                count,
                model.id,
            )
        )
        return [row[0] for row in rows]

    def test_thousands_of_appointments(self):
        """C04, X03: a year of 5,000 appointments, each with its own entry and place, is told by a few queries in all,
        and to who knows it already by one that reads none of them.
        """
        appointment = self.book("2026-03-03 08:00")
        self.env.flush_all()
        events = self.copy_rows(appointment.calendar_event_id, 5000)
        start = SQL("source.start + n * interval '100 minutes'")
        self.copy_rows(
            appointment,
            5000,
            start=start,
            stop=SQL("%s + interval '30 minutes'", start),
            busy_stop=SQL("%s + interval '30 minutes'", start),
            access_token=SQL("NULL"),
            calendar_event_id=SQL("(%s::int[])[n]", events),
        )
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        tag = self.ada._get_booking_feed_tag()
        self.assertLess(self.env.cr.sql_log_count - before, 5, "the owner, and the facts")
        feed = self.ada._get_booking_feed()
        self.assertEqual(feed.count(b"BEGIN:VEVENT"), 5001)
        # Odoo reads a thousand records at a time.
        self.assertLess(self.env.cr.sql_log_count - before, 60)
        again = self.url_open(self.address, headers={"If-None-Match": f'"{tag}"'})
        self.assertEqual((again.status_code, again.content), (304, b""))

    def test_hostile_name(self):
        """X04: what a booker typed stays text in the calendar."""
        name = "Evil\r\nEND:VEVENT\r\nBEGIN:VEVENT"
        appointment = self.book("2026-03-03 08:00")
        appointment.booker_name = name
        (event,) = self.events()
        self.assertEqual(event["SUMMARY"], f"Evil\nEND:VEVENT\nBEGIN:VEVENT · {self.type.name}")
        self.assertEqual(event.decoded("DTSTART").replace(tzinfo=None), utc("2026-03-03 08:00"))
