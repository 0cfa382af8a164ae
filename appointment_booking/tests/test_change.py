from freezegun import freeze_time
from psycopg2 import errors

from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.appointment_booking.models.booking_appointment_hold import SlotTaken
from odoo.addons.appointment_booking.models.booking_appointment_move import ChangedMeanwhile, ChangeRefused

from .common import BookingCase, utc


class ChangeCase(BookingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.appointment = cls._booked()

    @classmethod
    def _booked(cls):
        """An appointment on Thursday at 9:00 with Ada; it is Monday."""
        hold = cls.env["booking.appointment"]._hold(
            cls.type,
            utc("2026-03-05 08:00"),
            reason=cls.env["booking.reason"],
            agency=cls.agency,
            visitor_key="booker",
            lang="en_US",
        )
        hold.with_user(cls.env.ref("base.public_user")).sudo()._confirm(cls.booker(), [])
        hold._portal_ensure_token()
        return hold

    def book(self, start, visitor_key="visitor", booker=None, **choices):
        """Whoever else books is somebody else."""
        if visitor_key != "visitor" and not booker:
            booker = self.booker(last_name=visitor_key, email=f"{visitor_key}@example.com", phone=False)
        return super().book(start, visitor_key, booker, **choices)

    def move(self, start, appointment=None, agency=None, users=None, **choices):
        appointment = appointment or self.appointment
        appointment._move(utc(start), agency or appointment.agency_id, users, **choices)

    def setUp(self):
        super().setUp()
        self.sweep()  # the confirmation is on its way

    def mails(self, appointment=None):
        return self.mail_to_booker(appointment or self.appointment).sorted("id", reverse=True)


@tagged("post_install", "-at_install")
class TestObstacles(ChangeCase):
    def test_defaults(self):
        """A50, A51: a new type lets bookers move and cancel until a day before, any number of times."""
        self.assertEqual((self.type.move_notice, self.type.move_limit, self.type.cancel_notice), (24, 0, 24))
        self.assertIsNone(self.appointment._find_obstacle("move"))
        self.assertIsNone(self.appointment._find_obstacle("cancel"))

    def test_switches(self):
        """A50, A51: each switch closes its own way."""
        self.type.allow_move = False
        self.assertEqual(self.appointment._find_obstacle("move"), "not_offered")
        self.assertIsNone(self.appointment._find_obstacle("cancel"))
        self.type.write({"allow_move": True, "allow_cancel": False})
        self.assertEqual(self.appointment._find_obstacle("cancel"), "not_offered")
        self.assertIsNone(self.appointment._find_obstacle("move"))

    def test_delay(self):
        """A50, A51: until the last minute of the delay, no longer; each delay counts for itself."""
        self.type.write({"move_notice": 48, "cancel_notice": 0})
        with freeze_time("2026-03-03 07:59:59"):
            self.assertIsNone(self.appointment._find_obstacle("move"))
        with freeze_time("2026-03-03 08:00:00"):
            self.assertEqual(self.appointment._find_obstacle("move"), "late")
            self.assertIsNone(self.appointment._find_obstacle("cancel"))
        with freeze_time("2026-03-05 07:59:59"):
            self.assertIsNone(self.appointment._find_obstacle("cancel"))
        with freeze_time("2026-03-05 08:00:00"):
            self.assertEqual(self.appointment._find_obstacle("cancel"), "begun")
            self.assertEqual(self.appointment._find_obstacle("move"), "begun")

    def test_states(self):
        """A53: what is cancelled or held is not changed any more; an archived type has no slots to move to."""
        self.type.active = False
        self.assertEqual(self.appointment._find_obstacle("move"), "not_offered")
        self.assertIsNone(self.appointment._find_obstacle("cancel"))
        self.appointment._cancel("booker")
        self.assertEqual(self.appointment._find_obstacle("cancel"), "cancelled")
        self.appointment.action_reopen()
        self.appointment.action_done()
        self.assertEqual(self.appointment._find_obstacle("move"), "held")

    def test_how_often(self):
        """A50: the number of moves is counted and limited; what staff move does not count."""
        self.type.move_limit = 2
        self.appointment.start = "2026-03-05 09:00:00"
        for left, start in ((2, "2026-03-06 08:00"), (1, "2026-03-06 09:00")):
            self.assertEqual(self.appointment._get_moves_left(), left)
            self.move(start)
        self.assertEqual((self.appointment.move_count, self.appointment._get_moves_left()), (2, 0))
        with self.assertRaises(ChangeRefused) as refusal:
            self.move("2026-03-06 10:00")
        self.assertEqual(refusal.exception.args, ("often",))
        self.type.move_limit = 0
        self.assertIsNone(self.appointment._get_moves_left())
        self.move("2026-03-06 10:00")

    def test_no_negative_delays(self):
        """A50: nonsense in the settings is refused by the database."""
        for name in ("move_notice", "move_limit", "cancel_notice"):
            with (
                self.assertRaises(errors.CheckViolation),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.type[name] = -1
                self.type.flush_recordset()
            self.type.invalidate_recordset()


@tagged("post_install", "-at_install")
class TestPlaces(ChangeCase):
    def test_four_places(self):
        """A50, A51: each box shows or hides its own link; the account always shows both."""
        for change in ("move", "cancel"):
            boxes = [f"{change}_{end}" for end in ("on_page", "in_confirmation", "in_reminder", "in_calendar")]
            for chosen in boxes:
                self.type.write({box: box == chosen for box in boxes})
                shown = [
                    place
                    for place in ("page", "confirmation", "reminder", "calendar")
                    if any(link.change == change for link in self.appointment._get_change_links(place))
                ]
                self.assertEqual(shown, [chosen.rpartition("_")[2]])
                self.assertEqual(len(self.appointment._get_change_links("account")), 2)

    def test_links_that_work(self):
        """A53: a link carries the token; one that would be refused is not shown."""
        self.assertGreaterEqual(len(self.appointment.access_token), 43)
        links = self.appointment._get_change_links("confirmation")
        self.assertEqual([link.change for link in links], ["move", "cancel"])
        for link in links:
            self.assertTrue(link.url.endswith(f"/booking/appointment/{self.appointment.access_token}/{link.change}"))
        with freeze_time("2026-03-04 09:00:00"):
            self.assertEqual(self.appointment._get_change_links("confirmation"), [])
            self.assertEqual(self.appointment._get_change_links("account"), [])

    def test_confirmation_message(self):
        """A50, A51: the confirmation carries both links, or those whose box is set, in the booker's language."""
        self.assertIn(f"{self.appointment.access_token}/move", self.mails().body_html)
        self.assertIn(f"{self.appointment.access_token}/cancel", self.mails().body_html)
        self.type.write({"move_in_confirmation": False})
        other = self.book("2026-03-05 09:00", "other")
        self.assertNotIn("/move", self.mails(other).body_html)
        self.assertIn("/cancel", self.mails(other).body_html)

    def test_token_from_the_beginning(self):
        """A53: what staff enter has its secret link from the beginning, so that no page has to make one."""
        appointment = self.env["booking.appointment"].create(
            {"type_id": self.type.id, "user_id": self.ada.id, "start": "2026-03-05 10:00:00"}
        )
        self.assertGreaterEqual(len(appointment.access_token), 43)
        self.assertNotEqual(appointment.access_token, appointment.copy({"user_id": self.bob.id}).access_token)


@tagged("post_install", "-at_install")
class TestMove(ChangeCase):
    def test_one_appointment(self):
        """A52: reference, token, contact and history stay; the old slot is free, the new one taken."""
        appointment = self.appointment
        kept = ("id", "name", "access_token", "partner_id", "booker_email", "user_id", "calendar_event_id")
        before = [appointment[name] for name in kept]
        self.move("2026-03-06 09:00")
        self.assertEqual([appointment[name] for name in kept], before)
        self.assertEqual((appointment.start, appointment.stop), (utc("2026-03-06 09:00"), utc("2026-03-06 10:00")))
        self.assertEqual(appointment.former_start, utc("2026-03-05 08:00"))
        self.assertEqual(appointment.calendar_event_id.start, appointment.start)
        self.assertEqual(self.slots("2026-03-05")["08:00"], ["Ada", "Bob"])
        self.assertEqual(self.slots("2026-03-06")["09:00"], ["Bob"])
        self.assertEqual(self.env["booking.appointment"].search_count([("type_id", "=", self.type.id)]), 1)

    def test_history(self):
        """A52: the chatter tells the old and the new hour, and that it was the booker."""
        appointment = self.appointment.with_context(tracking_disable=False)
        self.env.flush_all()
        self.cr.precommit.clear()
        appointment._move(utc("2026-03-06 09:00"), self.agency)
        self.flush_tracking()
        values = {
            value.field_id.name: value
            for value in self.env["mail.tracking.value"]
            .sudo()
            .search(
                [("mail_message_id.model", "=", appointment._name), ("mail_message_id.res_id", "=", appointment.id)]
            )
        }
        start = values["start"]
        self.assertEqual(
            (start.old_value_datetime, start.new_value_datetime), (utc("2026-03-05 08:00"), utc("2026-03-06 09:00"))
        )
        self.assertEqual(values["move_count"].new_value_integer, 1)

    def flush_tracking(self):
        self.env.flush_all()
        self.cr.precommit.run()

    def test_overlapping_own_time(self):
        """A52: to half an hour later: its own time does not stand in its way."""
        self.type.slot_step = 30
        self.bob.active = False
        self.move("2026-03-05 08:30")
        self.assertEqual((self.appointment.user_id, self.appointment.start), (self.ada, utc("2026-03-05 08:30")))

    def test_own_length_stays(self):
        """A52: an appointment that staff have made longer keeps its length, and finds room for it only."""
        self.appointment.write({"stop": "2026-03-05 10:00:00"})
        self.bob.active = False
        with self.assertRaises(SlotTaken):
            self.move("2026-03-06 10:00")
        self.move("2026-03-06 09:00")
        self.assertEqual(self.appointment.stop, utc("2026-03-06 11:00"))

    def test_same_advisor_first(self):
        """A50: the advisor stays as long as they are free; else the distribution decides."""
        self.type.distribution = "priority"
        self.book("2026-03-05 09:00", "b", users=self.bob)
        with_bob = self.book("2026-03-05 10:00", "c", users=self.bob)
        self.move("2026-03-06 08:00", with_bob)
        self.assertEqual(with_bob.user_id, self.bob)
        self.book("2026-03-06 09:00", "d", users=self.bob)
        self.move("2026-03-06 09:00", with_bob)
        self.assertEqual(with_bob.user_id, self.ada)
        self.assertEqual(with_bob.calendar_event_id.user_id, self.ada)

    def test_agency(self):
        """A50: to another agency of the type, in one go."""
        bron = self.agency.copy({"name": "Bron"})
        self.type.agency_ids |= bron
        self.move("2026-03-06 08:00", agency=bron)
        self.assertEqual(self.appointment.agency_id, bron)
        self.assertIn("Bron", self.appointment.calendar_event_id.location)

    def test_taken(self):
        """A52, X01: whose new slot is taken keeps the old one, untold."""
        self.book("2026-03-06 08:00", "a")
        self.book("2026-03-06 08:00", "b")
        mails = self.mails()
        with self.assertRaises(SlotTaken):
            self.move("2026-03-06 08:00")
        self.assertEqual((self.appointment.start, self.appointment.move_count), (utc("2026-03-05 08:00"), 0))
        self.assertEqual(self.mails(), mails)

    def test_lost_at_the_last_moment(self):
        """X01: what the look did not see, PostgreSQL refuses: the next advisor is tried, then nobody."""
        values = {"start": utc("2026-03-06 08:00"), "stop": utc("2026-03-06 09:00")}
        values |= {"user_id": self.bob.id, "agency_id": self.agency.id}
        self.book("2026-03-06 08:00", "a", users=self.bob)
        mails, sequence = self.mails(), self.appointment.ics_sequence
        with mute_logger("odoo.sql_db"):
            self.assertFalse(self.appointment._try_move(values))
        self.assertEqual((self.appointment.start, self.appointment.user_id), (utc("2026-03-05 08:00"), self.ada))
        self.assertEqual((self.mails(), self.appointment.ics_sequence), (mails, sequence))
        self.assertTrue(self.appointment._try_move(dict(values, user_id=self.ada.id)))

    def test_held_by_somebody(self):
        """A52, A31: a slot that somebody holds is not free; once the hold has expired it is, and the hold goes."""
        self.bob.active = False
        hold = self.hold("2026-03-06 08:00", "other")
        with self.assertRaises(SlotTaken):
            self.move("2026-03-06 08:00")
        with freeze_time("2026-03-02 08:10:00"):
            self.move("2026-03-06 08:00")
        self.assertFalse(hold.exists())

    def test_only_offered_slots(self):
        """X04: invented, past and closed hours, foreign agencies and advisors are no place to move to."""
        stranger, elsewhere = self.new_advisor("Stranger"), self.agency.copy({"name": "Elsewhere"})
        self.mornings.agency_id = self.agency
        for start, choices in (
            ("2026-03-06 08:01", {}),
            ("2026-03-06 15:00", {}),
            ("2026-03-02 07:00", {}),
            ("2027-03-03 08:00", {}),
            ("2026-03-06 08:00", {"users": stranger}),
            ("2026-03-06 08:00", {"agency": elsewhere}),
        ):
            with self.assertRaises(SlotTaken, msg=f"{start} {choices}"):
                self.move(start, **choices)

    def test_daily_limit(self):
        """A04: the daily maximum counts for moves, and an appointment does not stand in its own way."""
        self.type.max_per_day = 1
        self.bob.active = False
        self.move("2026-03-05 09:00")
        self.book("2026-03-06 08:00", "a")
        with self.assertRaises(SlotTaken):
            self.move("2026-03-06 10:00")

    def test_shown_hour(self):
        """A53: who looks at an old page does not move what staff have moved meanwhile."""
        self.appointment.start = "2026-03-05 10:00:00"
        with self.assertRaises(ChangedMeanwhile):
            self.move("2026-03-06 08:00", shown_start=utc("2026-03-05 08:00"))
        self.move("2026-03-06 08:00", shown_start=utc("2026-03-05 10:00"))

    def test_zone_of_the_booker(self):
        """A30: hours are told on the clock that the booker has read."""
        self.move("2026-03-06 08:00", tz="Asia/Tokyo")
        self.assertEqual(self.appointment._format_hours(), "5:00\u202fPM – 6:00\u202fPM")

    def test_one_message(self):
        """A52: one message tells the new hour and the old one, with the updated entry."""
        self.move("2026-03-06 09:00")
        mail = self.mails()[0]
        self.assertEqual(len(self.mails()), 2)
        self.assertEqual(mail.subject, f"Changed: Mortgage advice, {self.appointment._format_short()}")
        self.assertIn("instead of", mail.body_html)
        self.assertIn("Thu, Mar 5, 9:00", mail.body_html)
        self.assertIn(b"METHOD:REQUEST", mail.attachment_ids.raw)
        self.assertIn(b"DTSTART:20260306T090000Z", mail.attachment_ids.raw)


@tagged("post_install", "-at_install")
class TestCancel(ChangeCase):
    def test_by_the_booker(self):
        """A51: the slot and the calendar are free, the reason is kept as one line of text, the booker is told."""
        self.appointment._cancel("booker", "  I am\r\nill <b>\x00</b> ".replace("\x00", ""))
        appointment = self.appointment
        self.assertEqual((appointment.state, appointment.cancelled_by), ("cancelled", "booker"))
        self.assertEqual(appointment.cancel_reason, "I am ill <b></b>")
        self.assertFalse(appointment.calendar_event_id.active)
        self.assertEqual(self.slots("2026-03-05")["08:00"], ["Ada", "Bob"])
        self.assertIn(b"METHOD:CANCEL", self.mails()[0].attachment_ids.raw)
        self.assertIn(appointment, appointment.search([("cancel_reason", "ilike", "am ill")]))

    def test_by_staff(self):
        """A51, C02: staff go the same way and are told apart; a second time is refused."""
        self.appointment.with_user(self.ada).action_cancel()
        self.assertEqual((self.appointment.cancelled_by, self.appointment.cancel_reason), ("staff", False))
        self.assertIn("Cancelled", self.mails()[0].subject)
        with self.assertRaises(UserError):
            self.appointment.action_cancel()

    def test_statistics(self):
        """A51, C05: cancellations can be counted by reason and by who cancelled."""
        self.appointment._cancel("booker", "Ill")
        self.book("2026-03-05 09:00", "b")._cancel("booker", "Ill")
        self.book("2026-03-05 10:00", "c")._cancel("staff")
        groups = self.env["booking.appointment"]._read_group(
            [("state", "=", "cancelled"), ("type_id", "=", self.type.id)],
            ["cancelled_by", "cancel_reason"],
            ["__count"],
        )
        self.assertCountEqual(groups, [("booker", "Ill", 2), ("staff", False, 1)])

    def test_reopened(self):
        """C02: a reopened appointment is no cancelled one any more."""
        self.appointment._cancel("booker", "Ill")
        self.appointment.action_reopen()
        self.assertEqual((self.appointment.cancelled_by, self.appointment.cancel_reason), (False, False))

    def test_long_reason(self):
        """X04: a novel is cut, not refused."""
        self.appointment._cancel("booker", "x" * 100000)
        self.assertEqual(len(self.appointment.cancel_reason), 500)


@tagged("post_install", "-at_install")
class TestStaffChange(ChangeCase):
    def test_staff_tell_the_booker(self):
        """A52, C01: whatever staff change of hour, place or advisor, the booker gets one message of it."""
        appointment, bron = self.appointment.with_user(self.ada), self.agency.copy({"name": "Bron"})
        self.type.agency_ids |= bron
        for number, values in enumerate(
            ({"start": "2026-03-06 08:00:00"}, {"agency_id": bron.id}, {"stop": "2026-03-06 09:30:00"}), 2
        ):
            appointment.write(values)
            self.assertEqual(len(self.mails()), number)
            self.assertIn("Changed", self.mails()[0].subject)
        self.assertNotIn("instead of", self.mails()[0].body_html)
        self.assertEqual(self.appointment.move_count, 0)

    def test_nobody_is_told_of_nothing(self):
        """A52: saving the same hour, changing what is over, entered or only held, sends nothing."""
        self.appointment.write({"start": "2026-03-05 08:00:00", "user_id": self.ada.id})
        hold = self.hold("2026-03-05 09:00", "other")
        hold.start = "2026-03-05 10:00:00"
        self.assertEqual((len(self.mails()), len(self.mails(hold))), (1, 0))
        with freeze_time("2026-03-05 09:00:00"):
            self.appointment.stop = "2026-03-05 08:30:00"
        self.appointment.with_context(booking_tell_nobody=True).start = "2026-03-06 08:00:00"
        self.assertEqual(len(self.mails()), 1)

    def test_form_says_who_is_told(self):
        """C01: before a change is saved, the form says that the booker gets an e-mail."""
        record = self.appointment.with_user(self.ada)
        values = {"start": "2026-03-06 08:00:00"}
        answer = record.onchange(values, ["start"], {"start": {}, "stop": {}, "state": {}, "user_id": {}})
        self.assertIn("anne.martin@example.com", answer["warning"]["message"])
        again = record.onchange({"start": "2026-03-05 08:00:00"}, ["start"], {"start": {}, "stop": {}, "state": {}})
        self.assertNotIn("warning", again)

    def test_forms_open(self):
        """A50, A51: the settings of a type and the facts of an appointment are in their forms."""
        with Form(self.type) as form:
            form.allow_move = False
            form.cancel_ask_reason = "required"
        self.assertEqual((self.type.allow_move, self.type.cancel_ask_reason), (False, "required"))
        self.appointment._cancel("staff")
        with Form(self.appointment.with_user(self.ada)) as form:
            form.cancel_reason = "Called: ill"
        self.assertEqual(self.appointment.cancel_reason, "Called: ill")

    def test_defaults_in_settings(self):
        """A07: what new types allow is set once."""
        settings = self.env["res.config.settings"].create({"default_allow_cancel": False, "default_move_notice": 48})
        settings.set_values()
        fresh = self.env["booking.type"].create({"name": "New"})
        self.assertEqual((fresh.allow_cancel, fresh.allow_move, fresh.move_notice), (False, True, 48))
