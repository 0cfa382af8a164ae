from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .common import BookingCase, utc

ADVISOR = "appointment_booking.group_booking_advisor"
MANAGER = "appointment_booking.group_booking_manager"
ADMIN = "appointment_booking.group_booking_admin"
OUTSIDE = "appointment_booking.group_booking_outside"


class DeskCase(BookingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.new_advisor("Manager", MANAGER)
        cls.stranger = cls.new_advisor("Stranger", MANAGER)
        cls.admin = cls.new_advisor("Administrator", ADMIN)
        cls.outsider = cls.new_advisor("Outsider", f"{ADVISOR},{OUTSIDE}")
        cls.team = cls.env["booking.team"].create(
            {
                "name": "Lyon",
                "manager_ids": [Command.set(cls.manager.ids)],
                "member_ids": [Command.set((cls.ada | cls.bob).ids)],
            }
        )
        cls.type.team_ids = cls.team
        cls.anne = cls.env["res.partner"].create(
            {"name": "Anne Martin", "email": "anne@example.net", "phone": "+33 6 12 00 56 78"}
        )

    def desk(self, user=None, **values):
        values = {"type_id": self.type.id, "partner_id": self.anne.id, **values}
        return self.env["booking.desk"].with_user(user or self.manager).create(values)

    def booked(self, desk):
        action = desk.action_book()
        return self.env["booking.appointment"].browse(action["params"]["action"]["res_id"])

    def new_appointment(self, user, start="2026-03-03 08:00:00", **values):
        values = {"type_id": self.type.id, "user_id": user.id, "start": start, "booker_name": "First", **values}
        return self.env["booking.appointment"].create(values)

    def override(self, user=None, reason="Emergency", **values):
        values = {"any_hour": True, "start": "2026-03-03 08:00:00", "user_id": self.ada.id, **values}
        return self.booked(self.desk(user, overbook_reason=reason, **values))


@tagged("post_install", "-at_install")
class TestDesk(DeskCase):
    """C03: the window in which staff book for somebody."""

    def week(self, desk):
        return {slot["start"]: slot["advisors"] for day in desk.week["days"] for slot in day["slots"]}

    def test_slots_are_those_of_visitors(self):
        """C03: the window shows the slots that a visitor sees, with who is free, week by week."""
        self.new_appointment(self.ada)
        desk = self.desk(day="2026-03-03")
        slots = self.type._get_slots(utc("2026-03-01"), utc("2026-03-08"), agency=self.agency)
        names = self.env["res.users"].browse
        expected = {f"{start}": ", ".join(names(users).mapped("name")) for start, users in slots.items()}
        self.assertEqual(self.week(desk), expected)
        self.assertEqual(expected["2026-03-03 08:00:00"], "Bob")
        self.assertFalse(desk.week["previous"])
        desk.day = desk.week["next"]
        self.assertTrue(all(start >= "2026-03-08" for start in self.week(desk)))
        self.assertTrue(desk.week["previous"])
        desk.asked_user_id = self.ada
        self.assertEqual(set(self.week(desk).values()), {"Ada"})

    def test_first_week_with_slots(self):
        """C03: without a day, the first week with a free slot is shown; an empty one tells of the next."""
        self.mornings.write({"kind": "one_off", "date_from": "2026-03-17", "date_to": "2026-03-18"})
        desk = self.desk()
        self.assertEqual(min(self.week(desk)), "2026-03-17 08:00:00")
        desk.day = "2026-03-04"
        self.assertFalse(self.week(desk))
        self.assertEqual(desk.week["coming"]["day"], "2026-03-17")

    def test_what_is_missing(self):
        """C03: the window says what to choose before there are slots."""
        second = self.agency.copy({"name": "Bron"})
        self.type.agency_ids += second
        self.env["booking.reason"].create([{"type_id": self.type.id, "name": name} for name in ("One", "Two")])
        desk = self.desk()
        self.assertIn("reason", desk.week["says"])
        desk.reason_id = self.type.reason_ids[0]
        self.assertIn("agency", desk.week["says"])
        desk.agency_id = second
        self.assertTrue(self.week(desk))
        with self.assertRaises(UserError):
            desk.action_book()

    def test_book(self):
        """C03: the appointment is the one a visitor would have made, with the contact, and the booker is told."""
        desk = self.desk(start="2026-03-03 08:00:00")
        self.assertEqual(desk.user_id, self.ada)
        appointment = self.booked(desk)
        self.assertEqual(appointment.partner_id, self.anne)
        self.assertEqual((appointment.booker_name, appointment.booker_email), ("Anne Martin", "anne@example.net"))
        self.assertEqual((appointment.user_id, appointment.agency_id), (self.ada, self.agency))
        self.assertEqual((appointment.state, appointment.channel), ("planned", "in_person"))
        self.assertFalse(appointment.overbooked)
        self.assertIn("anne@example.net", self.mail_to_booker(appointment).email_to)

    def test_not_told(self):
        """C03: staff may keep the confirmation back."""
        self.assertFalse(self.mail_to_booker(self.booked(self.desk(start="2026-03-03 08:00:00", tell_booker=False))))

    def test_new_contact(self):
        """C03: who is typed in becomes a contact, once: the second time they are found again, by phone or e-mail."""
        typed = {"booker_name": "Max Blanc", "booker_phone": "06 98 76 54 32", "partner_id": False}
        first = self.booked(self.desk(self.ada, start="2026-03-03 08:00:00", **typed))
        self.assertEqual((first.partner_id.name, first.booker_phone), ("Max Blanc", "06 98 76 54 32"))
        self.assertEqual((first.partner_id.phone_sanitized, first.partner_match), ("+33698765432", "created"))
        second = self.booked(self.desk(self.ada, start="2026-03-04 08:00:00", **typed))
        self.assertEqual((second.partner_id, second.partner_match), (first.partner_id, "phone"))
        with self.assertRaises(UserError):
            self.desk(start="2026-03-05 08:00:00", partner_id=False).action_book()

    def test_find_by_phone(self):
        """C03: a contact is found by a phone number as it is said, by name and by e-mail."""
        contacts = self.env["res.partner"].with_user(self.ada).with_context(booking_by_phone=True)
        for text in ("06 12 00 56 78", "0612005678", "+33612005678", "Anne Mar", "anne@example"):
            with self.subTest(text=text):
                self.assertIn(self.anne.id, [found[0] for found in contacts.name_search(text)])
        self.assertEqual(contacts.name_search("12"), contacts.with_context(booking_by_phone=False).name_search("12"))

    def test_slot_taken_meanwhile(self):
        """C03, X01: an hour that was taken while the window was open is not booked, whoever asks."""
        desk = self.desk(start="2026-03-03 08:00:00", asked_user_id=self.ada.id, user_id=self.ada.id)
        self.hold("2026-03-03 08:00", users=self.ada)
        with self.assertRaisesRegex(UserError, "meanwhile"):
            desk.action_book()

    def test_whom_one_may_book(self):
        """C03, A01: managers book their advisors, advisors themselves, whatever a browser sends."""
        self.assertEqual(self.desk().may_take_ids, self.ada | self.bob)
        self.assertEqual(self.desk(self.admin).may_take_ids, self.ada | self.bob)
        mine = self.desk(self.bob, day="2026-03-03")
        self.assertEqual(mine.may_take_ids, self.bob)
        self.assertEqual(set(self.week(mine).values()), {"Bob"})
        with self.assertRaises(AccessError):
            self.desk(self.bob, start="2026-03-03 08:00:00", user_id=self.ada.id).action_book()
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self.desk(self.stranger, start="2026-03-03 08:00:00", user_id=self.ada.id).action_book()
        clerk = self.new_advisor("Clerk", "base.group_user")
        portal = new_test_user(self.env, login="portal-user", groups="base.group_portal")
        for user in (clerk, portal):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                self.desk(user)

    def test_any_hour(self):
        """C03: with the right any hour is booked, and one reads how free each advisor is; without it none."""
        self.new_event(self.bob, "2026-03-03 15:00:00", "2026-03-03 16:00:00")
        desk = self.desk(any_hour=True, start="2026-03-03 15:00:00")
        standings = {one["name"]: one["standing"] for one in desk.advisors}
        self.assertEqual(standings, {"Ada": "outside", "Bob": "busy"})
        self.assertTrue(desk.may_any_hour)
        self.assertEqual(self.booked(desk).start, utc("2026-03-03 15:00"))
        own = {"any_hour": True, "start": "2026-03-03 18:00:00"}
        self.assertFalse(self.desk(self.ada, **own).may_any_hour)
        with self.assertRaises(AccessError):
            self.desk(self.ada, **own, user_id=self.ada.id).action_book()
        self.ada.group_ids += self.env.ref(OUTSIDE)
        self.assertEqual(self.booked(self.desk(self.ada, **own, user_id=self.ada.id)).user_id, self.ada)

    def test_form(self):
        """C03: the form proposes the advisor, and lets go of an hour that is not free for what is asked then."""
        self.new_appointment(self.ada)
        with Form(self.env["booking.desk"].with_user(self.manager)) as form:
            form.partner_id = self.anne
            self.assertEqual(form.booker_phone, "+33 6 12 00 56 78")
            form.type_id = self.type
            self.assertEqual(form.agency_id, self.agency)
            form.any_hour = True
            form.start = "2026-03-03 08:00:00"
            self.assertEqual(form.user_id, self.bob)
            form.asked_user_id = self.ada
            self.assertEqual(form.user_id, self.ada)
            form.any_hour = False
            self.assertFalse(form.start)
            form.any_hour = True
            form.start = "2026-03-03 09:00:00"
            form.any_hour = False
            self.assertEqual(form.user_id, self.ada)
            self.assertIn("10:00", form.when)

    def test_clicked_hour(self):
        """C03: opened from an hour of the agenda, the window is in the week of that hour, which is chosen if free."""
        desks = self.env["booking.desk"].with_user(self.manager)
        desk = desks.with_context(default_start="2026-03-10 08:00:00").create({"type_id": self.type.id})
        self.assertEqual(f"{desk.day}", "2026-03-10")
        self.assertEqual(desk.user_id, self.ada)

    def test_queries(self):
        """X02: the week costs the same number of queries for two advisors and for twenty."""
        counts = []
        for _run in range(2):
            desk = self.desk(day="2026-03-03")
            self.assertTrue(desk.week["days"])
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertTrue(desk.week["days"])
            counts.append(self.env.cr.sql_log_count - before)
            users = [self.new_advisor(f"More {number}") for number in range(18)] if len(counts) == 1 else []
            for user in users:
                self.open_hours(user)
            self.type.advisor_ids = [Command.create({"user_id": user.id}) for user in users]
        self.assertLessEqual(counts[1], counts[0] + 1)


@tagged("post_install", "-at_install")
class TestDoubleBooking(DeskCase):
    """C03: an advisor is booked twice by override alone, with a right and a reason."""

    def setUp(self):
        super().setUp()
        self.first = self.new_appointment(self.ada)

    def refused(self, deed, error=Exception):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(error),
            self.env.cr.savepoint(),
        ):
            deed()
            self.env.flush_all()
        self.env.invalidate_all()

    def test_override(self):
        """C03: the override is flagged, its reason is kept and told in the chatter with what it was booked over."""
        appointment = self.override(reason="  Emergency,  ten minutes ")
        self.assertTrue(appointment.overbooked)
        self.assertEqual(appointment.overbook_reason, "Emergency, ten minutes")
        note = appointment.message_ids.filtered(lambda message: "Double booking" in message.body)
        self.assertIn(self.first.name, note.body)
        self.assertIn("Emergency, ten minutes", note.body)
        self.assertEqual(note.author_id, self.manager.partner_id)
        self.assertFalse(self.first.overbooked)

    def test_needs_right_and_reason(self):
        """C03: without a reason, or without the right, nobody books twice."""
        for reason in (False, "", "  "):
            self.refused(lambda reason=reason: self.override(reason=reason), UserError)
        self.refused(lambda: self.override(self.ada), AccessError)
        self.ada.group_ids += self.env.ref(OUTSIDE)
        self.assertTrue(self.override(self.ada).overbooked)
        self.refused(lambda: self.override(self.outsider), AccessError)
        self.refused(lambda: self.override(self.stranger), AccessError)

    def test_standing_asks_for_the_reason(self):
        """C03: the window says that the advisor has another appointment before anything is refused."""
        desk = self.desk(any_hour=True, start="2026-03-03 08:30:00", asked_user_id=self.ada.id)
        self.assertEqual((desk.user_id, desk.standing), (self.ada, "taken"))
        desk.asked_user_id = False
        desk.user_id = self.bob
        self.assertEqual(desk.standing, "free")

    def test_flag_is_out_of_reach(self):
        """C03, X04: no create, write, import, default or context sets the flag, whoever tries."""
        values = {"type_id": self.type.id, "user_id": self.ada.id, "start": "2026-03-03 08:00:00"}
        for user in (self.ada, self.manager, self.admin):
            appointments = self.env["booking.appointment"].with_user(user)
            self.refused(lambda a=appointments: a.create({**values, "overbooked": True}), AccessError)
            self.refused(lambda a=appointments: a.create({**values, "overbook_reason": "Why not"}), AccessError)
            self.refused(lambda a=appointments: a.browse(self.first.id).write({"overbooked": True}), AccessError)
            self.refused(lambda a=appointments: a.browse(self.first.id).write({"overbook_reason": "x"}), AccessError)
            for context in (
                {"default_overbooked": True, "default_overbook_reason": "x"},
                {"booking_override": True},
                {"booking_override": "OVERRIDE"},
            ):
                self.refused(lambda a=appointments, c=context: a.with_context(**c).create(values))
            tricked = appointments.with_context(booking_override=True)
            self.refused(lambda a=tricked: a.create({**values, "overbooked": True}), AccessError)
        self.refused(lambda: self.env["booking.appointment"].sudo().create({**values, "overbooked": True}), AccessError)
        loaded = (
            self.env["booking.appointment"]
            .with_user(self.admin)
            .load(
                ["user_id/.id", "start", "stop", "overbooked"],
                [[str(self.ada.id), "2026-03-09 08:00:00", "2026-03-09 09:00:00", "True"]],
            )
        )
        self.assertFalse(loaded["ids"])
        self.env["ir.default"].set("booking.appointment", "overbooked", True)
        self.refused(lambda: self.env["booking.appointment"].create(values))

    def test_nobody_books_over_it(self):
        """C03, X01: the hours of a double booking are taken for visitors, colleagues and the override itself."""
        second = self.override(start="2026-03-03 08:30:00")
        self.assertNotIn("Ada", self.slots().get("09:00", []))
        self.first.action_cancel()
        self.assertNotIn("Ada", self.slots().get("08:00", []), "it still takes half of that hour")
        self.refused(lambda: self.new_appointment(self.ada, "2026-03-03 09:00:00"), UserError)
        third = self.new_appointment(self.ada, "2026-03-03 10:00:00")
        self.refused(lambda: third.write({"start": "2026-03-03 09:00:00"}), UserError)
        self.refused(lambda: self.new_appointment(self.bob).write({"user_id": self.ada.id}), UserError)
        self.refused(lambda: self.first.action_reopen(), UserError)
        second.action_cancel()
        self.assertIn("Ada", self.slots()["08:00"])
        self.first.action_reopen()

    def test_visitors_are_refused_at_the_last_moment(self):
        """C03, X01: whose engine still saw the slot free is refused when the row is written, and another is taken."""
        self.override(start="2026-03-03 08:30:00")
        values = {
            "state": "hold",
            "type_id": self.type.id,
            "user_id": self.ada.id,
            "agency_id": self.agency.id,
            "start": utc("2026-03-03 09:00"),
            "hold_until": utc("2026-03-02 08:10"),
            "visitor_key": "late",
        }
        appointments = self.env["booking.appointment"].sudo()
        self.assertFalse(appointments._try_hold(values, appointments))
        self.assertTrue(appointments._try_hold({**values, "user_id": self.bob.id}, appointments))

    def test_below_it_life_goes_on(self):
        """C02, C03: what lies under a double booking is held, shortened, confirmed and cancelled as ever."""
        visitor = self.hold("2026-03-04 08:00", users=self.ada)
        self.override(start="2026-03-04 08:00:00")
        visitor._confirm(self.booker(), [])
        self.assertEqual(visitor.state, "planned")
        second = self.override()
        self.first.write({"stop": "2026-03-03 08:30:00"})
        self.first.action_done()
        second.action_done()
        self.assertTrue(second.overbooked)

    def test_flag_goes_with_the_hour(self):
        """C03: moved or given away, a double booking is an appointment like any other, and must find room."""
        second = self.override()
        self.new_appointment(self.ada, "2026-03-03 10:00:00")
        self.refused(lambda: second.write({"start": "2026-03-03 10:00:00"}))
        second.write({"start": "2026-03-03 09:00:00"})
        self.env.flush_all()
        self.assertFalse(second.overbooked)
        self.assertFalse(second.overbook_reason)
        third = self.override()
        third.write({"user_id": self.bob.id})
        self.env.flush_all()
        self.assertFalse(third.overbooked)
        fourth = self.override(reason="Again")
        fourth.action_cancel()
        self.assertFalse(fourth.overbooked)
        self.refused(lambda: fourth.action_reopen())

    def test_constraint_in_the_database(self):
        """C03: PostgreSQL exempts flagged rows and no others."""
        self.env.cr.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conname = 'booking_appointment_no_double_booking'"
        )
        (definition,) = self.env.cr.fetchone()
        self.assertIn("overbooked IS NOT TRUE", definition)
        self.refused(lambda: self.new_appointment(self.ada))


@tagged("post_install", "-at_install")
class TestReassign(DeskCase):
    """C02: an appointment is given to another advisor, who is known to be free."""

    def setUp(self):
        super().setUp()
        self.appointment = self.new_appointment(self.ada, partner_id=self.anne.id)

    def reassign(self, user=None, **values):
        values = {"appointment_id": self.appointment.id, **values}
        return self.env["booking.reassign"].with_user(user or self.manager).create(values)

    def test_who_is_free(self):
        """C02: those who are free are first; who is not is marked, and why."""
        carol, dan, eve = (self.new_advisor(name) for name in ("Carol", "Dan", "Eve"))
        self.type.advisor_ids = [Command.create({"user_id": user.id, "sequence": 9}) for user in (carol, dan, eve)]
        self.open_hours(carol)
        self.open_hours(dan)
        self.new_appointment(self.bob, "2026-03-03 08:30:00")
        self.new_event(carol, "2026-03-03 08:00:00", "2026-03-03 08:15:00")
        found = [(one["name"], one["standing"]) for one in self.reassign().advisors]
        self.assertEqual(found, [("Dan", "free"), ("Eve", "outside"), ("Carol", "busy"), ("Bob", "taken")])

    def test_both_are_told(self):
        """C02: the new advisor, the former one and the booker are told."""
        self.sweep()
        self.reassign(user_id=self.bob.id).action_reassign()
        self.assertEqual(self.appointment.user_id, self.bob)
        self.sweep()
        told = {(message.event, message.user_id) for message in self.appointment.message_log_ids}
        self.assertIn(("assigned", self.bob), told)
        self.assertIn(("released", self.ada), told)
        self.assertEqual(self.appointment.calendar_event_id.user_id, self.bob)

    def test_taken(self):
        """C02, C03: who has another appointment takes it only with a reason."""
        self.new_appointment(self.bob)
        with self.assertRaises(UserError):
            self.reassign(user_id=self.bob.id).action_reassign()
        self.assertEqual(self.appointment.user_id, self.ada)
        self.reassign(user_id=self.bob.id, overbook_reason="Ada is ill").action_reassign()
        self.assertEqual(self.appointment.user_id, self.bob)
        self.assertEqual(self.appointment.overbook_reason, "Ada is ill")

    def test_rights(self):
        """C02, A01: managers of the team and administrators reassign, and only to advisors of the type."""
        for user in (self.ada, self.bob):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                self.reassign(user, user_id=self.bob.id)
        with self.assertRaises(AccessError):
            self.reassign(self.stranger, user_id=self.bob.id).action_reassign()
        with self.assertRaises(AccessError):
            self.reassign(user_id=self.stranger.id).action_reassign()
        self.reassign(self.admin, user_id=self.bob.id).action_reassign()
        self.appointment.action_cancel()
        with self.assertRaises(UserError):
            self.reassign(user_id=self.ada.id).action_reassign()


@tagged("post_install", "-at_install")
class TestMinutes(DeskCase):
    """C02: the minutes are for those allowed, whichever way they are asked for."""

    SECRET = "<p>She asked about a divorce</p>"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.appointment = cls.env["booking.appointment"].create(
            {"type_id": cls.type.id, "user_id": cls.ada.id, "start": "2026-03-03 08:00:00", "booker_name": "Anne"}
        )
        cls.appointment.with_user(cls.ada).minutes = cls.SECRET
        cls.minutes = cls.env["booking.minutes"].search([("appointment_id", "=", cls.appointment.id)])
        cls.env.flush_all()
        cls.clerk = cls.new_advisor("Clerk", "base.group_user")
        cls.portal = new_test_user(cls.env, login="portal-user", groups="base.group_portal")
        # Whoever sees the appointment for another reason, as a participant does.
        cls.env["ir.rule"].create(
            {
                "name": "all see appointments",
                "model_id": cls.env["ir.model"]._get_id("booking.appointment"),
                "groups": [Command.link(cls.env.ref(ADVISOR).id)],
                "domain_force": "[(1, '=', 1)]",
            }
        )

    def test_who_reads_and_writes(self):
        """C02: the advisor, managers of the team and administrators read and write them; others who see it do not."""
        for user in (self.ada, self.manager, self.admin):
            with self.subTest(user=user.name):
                appointment = self.appointment.with_user(user)
                self.assertTrue(appointment.may_take_minutes)
                self.assertIn("divorce", appointment.minutes)
                appointment.minutes = f"<p>divorce, says {user.name}</p>"
                self.env.invalidate_all()
                self.assertIn(user.name, self.minutes.body)
        for user in (self.bob, self.stranger):
            with self.subTest(user=user.name):
                appointment = self.appointment.with_user(user)
                self.assertTrue(appointment.has_access("read"))
                self.assertFalse(appointment.may_take_minutes)
                self.assertFalse(appointment.minutes)
                with self.assertRaises(AccessError):
                    self.minutes.with_user(user).read(["body"])
                with self.assertRaises(AccessError), self.env.cr.savepoint():
                    appointment.write({"minutes": "<p>Mine</p>"})
        for user in (self.clerk, self.portal):
            for record in (self.appointment, self.minutes):
                with self.subTest(user=user.name, model=record._name), self.assertRaises(AccessError):
                    record.with_user(user).read()
        self.assertEqual(len(self.minutes.search([("appointment_id", "=", self.appointment.id)])), 1)

    def test_no_way_round(self):
        """C02, X04: export, search, group, name, history and web reads tell others nothing."""
        self.bob.group_ids += self.env.ref("base.group_allow_export")
        appointments = self.env["booking.appointment"].with_user(self.bob)
        appointment = appointments.browse(self.appointment.id)
        told = [
            appointment.export_data(["name", "minutes"])["datas"],
            appointment.web_read({"minutes": {}, "display_name": {}}),
            appointment.read(),
            appointments.search_read([("id", "=", appointment.id)], ["minutes"]),
            [
                (message.body, message.sudo().tracking_value_ids.mapped("new_value_char"))
                for message in appointment.message_ids
            ],
            self.env["booking.minutes"].with_user(self.bob).search_read([], ["body"]),
            self.env["booking.minutes"].with_user(self.bob).web_search_read([], {"body": {}}),
        ]
        self.assertNotIn("divorce", repr(told))
        questions = (
            lambda: appointments.search_count([("minutes", "ilike", "divorce")]),
            lambda: appointments.search_count([("minutes", "!=", False)]),
            lambda: appointments.formatted_read_group([], ["minutes"], ["__count"]),
        )
        everything = appointments.search_count([])
        for number, question in enumerate(questions):
            with self.subTest(question=number), mute_logger("odoo.models", "odoo.orm", "odoo.domains"):
                try:
                    found = question()
                except (UserError, ValueError):
                    continue
                self.assertEqual(found, everything, "the answer tells those with such minutes from the others")
        minutes = self.env["booking.minutes"].with_user(self.bob)
        self.assertFalse(minutes.search_count([("body", "ilike", "divorce")]))
        self.assertFalse(minutes.formatted_read_group([], ["appointment_id"], ["__count"]))
        self.assertNotIn("divorce", self.appointment.display_name)
        self.assertNotIn("divorce", self.appointment.calendar_event_id.description or "")

    def test_copy_and_move(self):
        """C02: a copy has none, and minutes cannot be hung on what is not one's own."""
        self.assertFalse(
            self.appointment.with_user(self.manager)
            .copy({"start": "2026-03-04 08:00:00", "stop": "2026-03-04 09:00:00"})
            .minutes
        )
        other = self.new_appointment(self.bob, "2026-03-05 08:00:00")
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self.minutes.with_user(self.ada).appointment_id = other
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self.env["booking.minutes"].with_user(self.ada).create({"appointment_id": other.id, "body": "x"})

    def test_given_away(self):
        """C02: who no longer has the appointment no longer reads its minutes; the next advisor does."""
        self.appointment.with_user(self.manager).user_id = self.bob
        self.env.invalidate_all()
        self.assertFalse(self.appointment.with_user(self.ada).minutes)
        self.assertIn("divorce", self.appointment.with_user(self.bob).minutes)


@tagged("post_install", "-at_install")
class TestReopening(DeskCase):
    """O08: what was held or cancelled is reopened by those allowed."""

    def test_who_reopens(self):
        """O08: managers and administrators do; an advisor only with the right; the button says so."""
        appointment = self.new_appointment(self.ada)
        for button in ("action_done", "action_cancel"):
            getattr(appointment, button)()
            own = appointment.with_user(self.ada)
            self.assertFalse(own.may_reopen)
            for deed in (own.action_reopen, lambda own=own: own.write({"state": "planned"})):
                with self.subTest(button=button), self.assertRaises(AccessError), self.env.cr.savepoint():
                    deed()
            self.env.invalidate_all()
            for user in (self.manager, self.admin):
                with self.subTest(button=button, user=user.name):
                    self.assertTrue(appointment.with_user(user).may_reopen)
                    appointment.with_user(user).action_reopen()
                    self.assertEqual(appointment.state, "planned")
                    getattr(appointment, button)()
            appointment.action_reopen()
        for user in (self.bob, self.stranger):
            with self.subTest(user=user.name), self.assertRaises(AccessError), self.env.cr.savepoint():
                appointment.with_user(user).action_reopen()
        appointment.action_done()
        self.ada.group_ids += self.env.ref("appointment_booking.group_booking_reopen")
        appointment.with_user(self.ada).action_reopen()
        self.assertEqual(appointment.state, "planned")

    def test_ended_is_not_turned(self):
        """O08: what was cancelled is not marked as held, nor the other way round, by who may not reopen."""
        appointment = self.new_appointment(self.ada)
        appointment.action_cancel()
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            appointment.with_user(self.ada).write({"state": "done"})
