from contextlib import contextmanager
from datetime import timedelta

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import BookingCase, utc
from .waiting_common import WaitingMixin

MANAGER = "appointment_booking.group_booking_manager"


@tagged("post_install", "-at_install")
class TestWaiting(WaitingMixin, BookingCase):
    """A39: who waits is told when a matching slot frees."""

    def open_one(self, day="2026-03-03", hour=9, user=None):
        """Open one hour of one advisor."""
        return self.open_hours(user or self.ada, (hour, hour + 1), kind="one_off", date_from=day, date_to=day)

    @contextmanager
    def later(self, **delta):
        with freeze_time(utc("2026-03-02 08:00") + timedelta(**delta)):
            yield

    def test_first_come_first_served(self):
        """A39: a free slot is told to the first; to the next after the head start, if it is still free."""
        self.close_all()
        eve, max_ = self.wait("Eve"), self.wait("Max")
        self.assertEqual(self.tell(), [])
        self.open_one()
        self.assertEqual(self.tell(), ["Eve"])
        self.assertEqual(self.tell(), [])
        with self.later(minutes=59):
            self.assertEqual(self.tell(), [])
        with self.later(minutes=60):
            self.assertEqual(self.tell(), ["Max"])
        with self.later(minutes=180):
            self.assertEqual(self.tell(), [], "the same slot is told once")
        self.assertEqual(self.told_hours(eve), ["03 08:00"])
        self.assertEqual(self.told_hours(max_), ["03 08:00"])

    def test_several_at_once(self):
        """A39: two advisors who are free at the same hour are told to two people at once."""
        self.close_all()
        people = [self.wait(name) for name in ("Eve", "Max", "Zoe")]
        self.open_one(user=self.ada)
        self.open_one(user=self.bob)
        self.assertEqual(self.tell(), ["Eve", "Max"])
        self.assertFalse(people[2].notice_ids)

    def test_head_start_ends_with_the_wait(self):
        """A39: the next is told at once when the first has left."""
        self.close_all()
        eve = self.wait("Eve")
        self.wait("Max")
        self.open_one()
        self.tell()
        eve._end("unsubscribed")
        self.assertEqual(self.tell(), ["Max"])

    def test_wishes_decide(self):
        """A39: agency, weekday, hours and dates, on the clock of the place."""
        self.close_all()
        other = self.agency.copy({"name": "Bron"})
        self.type.agency_ids |= other
        self.type.waiting_head_start = 0
        for name, values in {
            "Everything": {},
            "Tuesday": {"tue": True},
            "Monday": {"mon": True},
            "Morning": {"hour_to": 9.5},
            "From ten": {"hour_from": 10},
            "Then": {"date_from": "2026-03-03", "date_to": "2026-03-03"},
            "Later": {"date_from": "2026-03-04"},
            "Lyon": {"agency_ids": self.agency.ids},
            "Bron": {"agency_ids": other.ids},
            "Earlier": {"before": "2026-03-03 08:00:00"},
        }.items():
            self.wait(name, email=f"{name.split()[0]}@example.org", **values)
        hours = self.open_one()
        hours.agency_id = self.agency
        told = []
        while names := self.tell():
            told += names
        self.assertEqual(told, ["Everything", "Tuesday", "Morning", "Then", "Lyon"])

    def test_matching_is_that_of_the_offers(self):
        """A39: what is told is exactly what the page of the type offers."""
        self.type.gap = 15
        waiting = self.wait()
        with freeze_time("2026-03-02 08:30"):
            opens, closes = self.type._get_offered_period()
            offered = self.type._get_slots(opens, closes + timedelta(minutes=1), agency=self.agency)
            self.assertEqual([freed.start for freed in waiting._get_matching()], list(offered))
            self.assertTrue(offered)

    def test_reason_decides_the_duration(self):
        """A39, A05: somebody who waits for a long appointment is not told of a short gap."""
        self.close_all()
        long = self.env["booking.reason"].create({"type_id": self.type.id, "name": "Long", "duration": 120})
        short = self.env["booking.reason"].create({"type_id": self.type.id, "name": "Short", "duration": 60})
        self.wait("Long", reason_id=long.id)
        self.wait("Short", reason_id=short.id)
        self.open_one()
        self.assertEqual(self.tell(), ["Short"])

    def test_what_frees_a_slot(self):
        """A39: a cancelled appointment, a hold that ran out, an event that goes away: all are news."""
        self.close_all()
        self.open_one()
        appointment = self.book("2026-03-03 08:00")
        self.open_one("2026-03-04")
        self.hold("2026-03-04 08:00")
        self.open_one("2026-03-05")
        event = self.new_event(self.ada, "2026-03-05 08:00:00", "2026-03-05 09:00:00")
        self.wait("Eve")
        self.assertEqual(self.tell(), [])
        appointment.action_cancel()
        self.assertEqual(self.tell(), ["Eve"])
        self.wait("Max", wed=True)
        with self.later(minutes=11):
            self.assertEqual(self.tell(), ["Max"])
        self.wait("Zoe", thu=True)
        self.assertEqual(self.tell(), [])
        event.unlink()
        self.assertEqual(self.tell(), ["Zoe"])

    def test_once_a_day_three_times_at_most(self):
        """A39: what frees on the same day waits for the next one; after the third message the wait ends."""
        self.close_all()
        eve = self.wait()
        for number, day in enumerate((3, 4, 5, 6), 1):
            self.open_one(f"2026-03-0{day}")
            with self.later(hours=24 * (number - 1)):
                self.assertEqual(self.tell(), ["Eve"] if number <= 3 else [])
                self.open_one(f"2026-03-1{day}")
                self.assertEqual(self.tell(), [])
        self.assertEqual(eve.state, "finished")
        self.assertEqual(sorted(eve.notice_ids.mapped("number")), [1, 2, 3])
        self.assertIn("Message 3 of 3", self.mails(eve)[-1].body_html)
        self.assertIn("Thursday, March 5", self.mails(eve)[-1].body_html)
        eve.invalidate_recordset()
        self.assertEqual(len(self.mails(eve)), 3)
        self.assertEqual(self.told_hours(eve, 1), ["04 08:00", "13 08:00"])

    def test_day_is_that_of_the_place(self):
        """A39, X02: a new day begins at midnight in Paris, not in UTC."""
        self.close_all()
        self.type.waiting_head_start = 0
        self.wait()
        self.open_one("2026-03-05")
        with freeze_time("2026-03-02 22:30"):
            self.assertEqual(self.tell(), ["Eve"])
        self.open_one("2026-03-06")
        with freeze_time("2026-03-02 22:59"):
            self.assertEqual(self.tell(), [])
        with freeze_time("2026-03-02 23:00"):
            self.assertEqual(self.tell(), ["Eve"])

    def test_database_guarantees(self):
        """A39: a second notice on a day, a fourth one, and a number twice are refused by PostgreSQL."""
        eve = self.wait()
        notices = self.env["booking.waiting.notice"]
        values = {"waiting_id": eve.id, "told_at": "2026-03-02 08:00:00", "slots": []}
        notices.create({**values, "number": 1, "day": "2026-03-02"})
        for number, day in ((2, "2026-03-02"), (1, "2026-03-03"), (4, "2026-03-03"), (0, "2026-03-03")):
            with self.subTest(number=number, day=day), mute_logger("odoo.sql_db"):
                with self.assertRaises(IntegrityError), self.env.cr.savepoint():
                    notices.create({**values, "number": number, "day": day})
        notices.create({**values, "number": 2, "day": "2026-03-03"})

    def test_mail(self):
        """A39: what, when and where in the subject and the body, links that lead to the slot, one click to leave."""
        eve = self.wait(tz="America/New_York")
        self.tell()
        (mail,) = self.mails(eve)
        self.assertEqual(mail.subject, "A slot is free: Mortgage advice, Mon, Mar 2, 9:00\u202fAM")
        body = mail.body_html
        for text in ("Monday, March 2, 9:00", "(Paris)", "Lyon", "not held for you", "Message 1 of 3"):
            self.assertIn(text, body)
        self.assertIn("/booking/mortgage-advice?day=2026-03-02", body)
        self.assertEqual(body.count("Book this slot"), 3)
        link = f"{self.type.get_base_url()}/booking/waiting/{eve.access_token}"
        self.assertIn(link, body)
        headers = self.headers(mail)
        self.assertEqual(headers["List-Unsubscribe"], f"<{link}/leave>")
        self.assertEqual(headers["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
        self.assertEqual(mail.email_to, "eve@example.org")
        self.assertEqual(mail.state, "outgoing")

    def test_text_of_a_name_is_text(self):
        """A39, X04: a name is text in the mail, and cannot add a header."""
        eve = self.wait(name="<b>Eve</b>\nBcc: spy@example.com", email="eve@example.org")
        self.tell()
        (mail,) = self.mails(eve)
        self.assertNotIn("<b>Eve", mail.body_html)
        self.assertNotIn("spy", mail.subject)

    def test_one_bad_entry_does_not_stop_the_others(self):
        """A39: somebody who cannot be told is left as they were, and the slot goes to the next."""
        self.close_all()
        eve = self.wait("Eve")
        self.wait("Max")
        self.open_one()
        # A notice that is there already, under a number that the next one would take.
        self.env["booking.waiting.notice"].create(
            {"waiting_id": eve.id, "number": 2, "day": "2026-02-01", "told_at": "2026-02-01 08:00:00", "slots": []}
        )
        with mute_logger("odoo.sql_db", "odoo.addons.appointment_booking.models.booking_waiting_sweep"):
            self.assertEqual(self.tell(), ["Max"])
        self.assertEqual(len(eve.notice_ids), 1)
        self.assertFalse(self.mails(eve))

    def test_booking_ends_the_wait(self):
        """A39: an appointment of the type, by e-mail or by contact, ends the wait; another person's or type's not."""
        partner = self.env["res.partner"].create({"name": "Zoe"})
        anne = self.wait("Anne", email="Anne.Martin@Example.com")
        zoe = self.wait("Zoe", partner_id=partner.id)
        other_type = self.new_type("Insurance", self.ada)
        other = self.wait("Anne", email="anne.martin@example.com", type_id=other_type.id)
        bystander = self.wait("Max")
        self.book("2026-03-03 08:00")
        self.assertEqual((anne.state, zoe.state, other.state), ("booked", "waiting", "waiting"))
        self.assertTrue(anne.ended_at)
        self.env["booking.appointment"].create(
            {
                "type_id": self.type.id,
                "agency_id": self.agency.id,
                "user_id": self.ada.id,
                "partner_id": partner.id,
                "start": "2026-03-04 08:00:00",
            }
        )
        self.assertEqual((zoe.state, bystander.state), ("booked", "waiting"))

    def test_hold_alone_does_not_end_the_wait(self):
        """A39: who only holds a slot has booked nothing."""
        eve = self.wait()
        self.hold("2026-03-03 08:00")
        self.assertEqual(eve.state, "waiting")

    def test_end_of_a_wait(self):
        """A39: after the longest wait, or the last day that suits, nobody is told any more."""
        eve, max_ = self.wait(confirmed_at="2026-03-02 08:00:00"), self.wait("Max", date_to="2026-03-03")
        self.assertEqual(eve.expires_at, utc("2026-05-01 08:00"))
        self.assertEqual(max_.expires_at, utc("2026-03-03 23:00"), "midnight in Paris")
        self.type.waiting_days = 1
        self.assertEqual(eve.expires_at, utc("2026-05-01 08:00"), "what was promised holds")
        with self.enter_registry_test_mode(), freeze_time("2026-03-03 23:00"):
            self.env.ref("appointment_booking.ir_cron_waiting").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual((eve.state, max_.state), ("waiting", "expired"))
        self.assertEqual(len(eve.notice_ids), 1)

    def test_scheduled_action(self):
        """A39: the action tells every published type's queue, and none of the others."""
        hidden, gone = self.new_type("Hidden", self.ada, is_published=False), self.new_type("Gone", self.ada)
        people = self.wait("Eve"), self.wait("Max", type_id=hidden.id), self.wait("Zoe", type_id=gone.id)
        gone.active = False
        with self.enter_registry_test_mode():
            self.env.ref("appointment_booking.ir_cron_waiting").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual([len(waiting.notice_ids) for waiting in people], [1, 0, 0])

    def test_woken_at_once(self):
        """A39: what may free a slot wakes the scheduled action, once a transaction, and only if somebody waits."""
        cron = self.env.ref("appointment_booking.ir_cron_waiting")
        triggers = self.env["ir.cron.trigger"]
        appointment = self.book("2026-03-03 08:00")
        self.env.cr.precommit.run()

        def woken(change):
            before = triggers.search_count([("cron_id", "=", cron.id)])
            change()
            change()
            self.env.cr.precommit.run()
            return triggers.search_count([("cron_id", "=", cron.id)]) - before

        self.assertEqual(woken(self.open_one), 0, "nobody waits")
        self.wait()
        self.env.cr.precommit.run()
        self.assertEqual(woken(self.open_one), 1)
        self.assertEqual(woken(lambda: appointment.write({"start": "2026-03-03 09:00:00"})), 1)
        self.assertEqual(woken(lambda: appointment.state == "planned" and appointment.action_cancel()), 1)
        holds = [self.hold(f"2026-03-05 0{hour}:00", str(hour)) for hour in (8, 9)]
        self.env.cr.precommit.run()
        self.assertEqual(woken(lambda: holds.pop().unlink()), 1)
        self.assertEqual(woken(self.env["booking.appointment"].unlink), 0, "nothing was freed")
        event = self.new_event(self.ada, "2026-03-06 08:00:00", "2026-03-06 09:00:00")
        self.env.cr.precommit.run()
        self.assertEqual(woken(lambda: event.write({"show_as": "free"})), 1)
        self.assertEqual(woken(lambda: appointment.write({"attendance": "excused"})), 0)

    def test_queries_do_not_grow_with_the_people(self):
        """A39, X03: looking for matches takes as many queries for twenty people as for two."""
        self.close_all()
        self.open_one()
        counts = []
        for number in (1, 2, 20):  # the first time warms up
            for index in range(number):
                self.wait(f"P{number}-{index}", wed=True, agency_ids=self.agency.ids)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["booking.waiting"]._tell_queue(self.type)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])
        self.assertLess(counts[1], 15)

    # Who joins

    def test_double_opt_in(self):
        """A39: who joins gets a message to confirm; before that nothing is told, after a day it is too late."""
        values = {"name": "Cheap loans", "email": "eve@example.org", "type_id": self.type.id, "lang": "en_US"}
        public = self.env.ref("base.public_user")
        eve = self.env["booking.waiting"].with_user(public).sudo()._join(values)
        self.assertEqual(eve.state, "unconfirmed")
        (mail,) = self.mails(eve)
        self.assertIn("Please confirm", mail.subject)
        self.assertIn(eve.access_token, mail.body_html)
        self.assertNotIn("Cheap", mail.body_html, "what a stranger types is not sent to an address they name")
        self.assertEqual(self.tell(), [])
        self.assertEqual(eve._find_by_token(eve.access_token), eve)
        eve._confirm()
        self.assertEqual(self.tell(), ["Cheap loans"])
        late = self.env["booking.waiting"].with_user(public).sudo()._join(values)
        late.flush_recordset()
        self.env.cr.execute(
            "UPDATE booking_waiting SET create_date = %s WHERE id = %s", ["2026-03-01 07:59:59", late.id]
        )
        late.invalidate_recordset()
        self.assertFalse(late._find_by_token(late.access_token))
        self.env["booking.waiting"]._gc_waiting()
        self.assertFalse(late.exists())
        self.assertTrue(eve.exists())

    def test_own_address_needs_no_confirmation(self):
        """A39: who is signed in and gives their own e-mail waits at once; for another address a message asks."""
        own = self.env["booking.waiting"].with_user(self.ada).sudo()
        values = {"name": "Ada", "email": "Ada@Example.com", "type_id": self.type.id}
        ada = own._join(values)
        self.assertEqual((ada.state, ada.partner_id), ("waiting", self.ada.partner_id))
        self.assertFalse(self.mails(ada))
        victim = own._join(dict(values, email="victim@example.org"))
        self.assertEqual((victim.state, victim.partner_id.id), ("unconfirmed", False))

    def test_joining_again_replaces(self):
        """A39: new wishes of the same person replace the old ones once confirmed, not before."""
        first = self.wait()
        public = self.env["booking.waiting"].with_user(self.env.ref("base.public_user")).sudo()
        second = public._join({"name": "Eve", "email": "EVE@example.org", "type_id": self.type.id})
        self.assertEqual((first.state, second.state), ("waiting", "unconfirmed"))
        second._confirm()
        second._confirm()
        self.assertEqual((first.state, second.state), ("closed", "waiting"))
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.wait()

    def test_personal_data_go(self):
        """A39, A73: some days after the end everything is deleted, messages included; who waits stays."""
        eve, max_ = self.wait(), self.wait("Max")
        self.tell()
        eve._end("unsubscribed")
        messages = self.env["mail.message"].search([("model", "=", "booking.waiting"), ("res_id", "=", eve.id)])
        self.assertTrue(messages)
        self.env["ir.config_parameter"].set_param("appointment_booking.waiting_kept_days", 10)
        for hours, left in ((10 * 24, True), (10 * 24 + 1, False)):
            with self.later(hours=hours):
                self.env["booking.waiting"]._gc_waiting()
                self.assertEqual(bool(eve.exists()), left)
        self.assertFalse(messages.exists())
        self.assertTrue(max_.exists())

    # Back office

    def test_staff(self):
        """A39: staff add somebody, tell them at once by hand, once a day, and take them off the list."""
        self.close_all()
        self.wait("First")
        eve = self.wait("Eve")
        with self.assertRaisesRegex(UserError, "No free slot"):
            eve.action_tell()
        self.open_one()
        eve.action_tell()
        self.assertEqual(self.told_hours(eve), ["03 08:00"])
        with self.assertRaisesRegex(UserError, "once a day"):
            eve.action_tell()
        eve.action_close()
        self.assertEqual(eve.state, "closed")
        with self.assertRaisesRegex(UserError, "does not wait"):
            eve.action_tell()
        with self.assertRaises(UserError):
            self.wait("Bad", email="nobody")

    def test_rights(self):
        """A39, A01: an administrator sees all, a manager the types of their teams, an advisor and others nobody."""
        manager, stranger = self.new_advisor("Manager", MANAGER), self.new_advisor("Stranger", MANAGER)
        admin = self.new_advisor("Administrator", "appointment_booking.group_booking_admin")
        self.type.team_ids = self.env["booking.team"].create(
            {"name": "Lyon", "manager_ids": [Command.set(manager.ids)], "member_ids": [Command.set(self.ada.ids)]}
        )
        eve = self.wait()
        self.tell()
        self.env.flush_all()
        for user, sees in ((admin, 1), (manager, 1), (stranger, 0), (self.ada, 0)):
            for record in (eve, eve.notice_ids):
                self.assertEqual(record.with_user(user).has_access("read"), bool(sees), (user.name, record))
            self.assertEqual(self.type.with_user(user).sudo(False).has_access("read"), user != stranger)
            if user != stranger:
                self.assertEqual(self.type.with_user(user).waiting_count, sees)
            self.assertFalse(eve.notice_ids.with_user(user).has_access("write"))
        self.assertNotIn("access_token", self.env["booking.waiting"].with_user(manager).fields_get())
        self.assertIn("Monday", eve.notice_ids.with_user(manager).summary)
        foreign = self.new_type("Foreign", self.bob)
        with self.assertRaises(AccessError):
            eve.with_user(manager).type_id = foreign
        with self.assertRaises(AccessError):
            self.env["booking.waiting"].with_user(stranger).create(
                {"name": "Spy", "email": "spy@example.org", "type_id": self.type.id}
            )
        mine = (
            self.env["booking.waiting"]
            .with_user(manager)
            .create({"name": "Zoe", "email": "zoe@example.org", "type_id": self.type.id})
        )
        self.assertEqual(mine.state, "waiting")
        with self.later(hours=2):
            mine.action_tell()
        mine.unlink()

    def test_other_company(self):
        """A39, C06: another company's waiting list stays out of sight."""
        other = self.env["res.company"].create({"name": "Elsewhere"})
        eve = self.wait(type_id=self.new_type("Foreign", self.ada, company_id=other.id).id)
        admin = self.new_advisor("Administrator", "appointment_booking.group_booking_admin")
        self.assertFalse(eve.with_user(admin).has_access("read"))
