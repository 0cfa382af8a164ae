from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import BookingCase, utc

ADMIN = "appointment_booking.group_booking_admin"
MANAGER = "appointment_booking.group_booking_manager"
KINDS = ("advice", "video", "phone", "desk")


@tagged("post_install", "-at_install")
class TestPresets(BookingCase):
    """A02, A40: what a newcomer gets with one click can be booked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = cls.new_advisor("Boss", ADMIN)
        cls.types = cls.env["booking.type"].with_user(cls.boss)

    def create_preset(self, kind, user=None):
        types = self.types.with_user(user or self.boss)
        action = types.action_create_preset(kind)
        return types.browse(action["params"]["next"]["res_id"])

    def week_of_slots(self, booking_type):
        places = booking_type.agency_ids[:1]
        return booking_type._get_slots(utc("2026-03-02"), utc("2026-03-09"), agency=places)

    def test_each_preset_can_be_booked(self):
        """A02, A30: each preset is published, has nothing left to mend and offers slots of its user this week."""
        self.assertEqual([preset["kind"] for preset in self.types.get_presets()], list(KINDS))
        for kind in KINDS:
            with self.subTest(kind=kind):
                booking_type = self.create_preset(kind)
                self.assertTrue(booking_type.is_published)
                self.assertFalse(booking_type.setup_warning)
                self.assertEqual(booking_type.advisor_ids.user_id, self.boss)
                slots = self.week_of_slots(booking_type)
                self.assertTrue(slots)
                self.assertEqual({user for users in slots.values() for user in users}, {self.boss.id})

    def test_form(self):
        """A40: a preset asks for name, e-mail and mobile."""
        roles = self.create_preset("phone").question_ids.mapped("role")
        self.assertEqual(roles, ["last_name", "first_name", "email", "phone"])

    def test_agency_from_the_company(self):
        """A10: without an agency, one is made from the company's address; otherwise those there are serve."""
        self.assertEqual(self.create_preset("advice").agency_ids, self.agency)
        self.env["booking.agency"].search([]).active = False
        self.env.company.partner_id.write(
            {"street": "2 quai du Rhône", "zip": "69002", "city": "Lyon", "country_id": self.env.ref("base.fr").id}
        )
        agency = self.create_preset("advice").agency_ids
        self.assertEqual(agency.address, "2 quai du Rhône, 69002 Lyon")
        self.assertEqual(agency.department, "69")
        self.assertEqual(agency.tz, "Europe/Paris")
        self.assertFalse(self.create_preset("video").agency_ids)

    def test_hours_from_the_working_hours(self):
        """A26: the hours are the user's working hours, days with the same hours together, and taken over once."""
        calendar = self.env["resource.calendar"].create(
            {
                "name": "Four days",
                "tz": "Europe/Paris",
                "attendance_ids": [Command.clear()]
                + [
                    Command.create(
                        {
                            "name": f"Day {day}",
                            "dayofweek": str(day),
                            "hour_from": start,
                            "hour_to": stop,
                            "day_period": period,
                        }
                    )
                    for day in (1, 2, 3)
                    for start, stop, period in ((9, 12, "morning"), (12, 13, "lunch"), (13, 17, "afternoon"))
                ]
                + [
                    Command.create(
                        {"name": "Sat", "dayofweek": "5", "hour_from": 9, "hour_to": 12, "day_period": "morning"}
                    )
                ],
            }
        )
        self.env["resource.resource"].create(
            {"name": "Boss", "user_id": self.boss.id, "calendar_id": calendar.id, "tz": "Europe/Paris"}
        )
        booking_type = self.create_preset("video")
        hours = self.env["booking.availability"].search([("user_id", "=", self.boss.id)])
        self.assertEqual(
            sorted(hours.mapped("display_name")), ["Sat 09:00–12:00", "Tue, Wed, Thu 09:00–12:00, 13:00–17:00"]
        )
        self.assertEqual(set(hours.mapped("tz")), {"Europe/Paris"})
        self.assertTrue(booking_type.show_weekends, "who works on Saturdays is offered on Saturdays")
        self.create_preset("phone")
        self.assertEqual(self.env["booking.availability"].search([("user_id", "=", self.boss.id)]), hours)

    def test_no_fixed_working_hours(self):
        """A26: who has no fixed hours starts with office hours."""
        self.env.company.resource_calendar_id.attendance_ids.unlink()
        self.assertTrue(self.week_of_slots(self.create_preset("video")))

    def test_own_hours_stay(self):
        """A26: hours that somebody has entered themselves are neither changed nor added to."""
        mine = self.open_hours(self.boss, (14, 15))
        booking_type = self.create_preset("phone")
        self.assertEqual(self.env["booking.availability"].search([("user_id", "=", self.boss.id)]), mine)
        self.assertEqual({start.hour for start in self.week_of_slots(booking_type)}, {13})

    def test_texts_in_every_language(self):
        """X05: the texts of a preset and its form are written in all languages of the database."""
        self.env["res.lang"]._activate_lang("fr_FR")
        booking_type = self.create_preset("video")
        self.assertEqual(booking_type.with_context(lang="en_US").name, "Video call")
        french = booking_type.with_context(lang="fr_FR")
        self.assertEqual(french.name, self.types.with_context(lang="fr_FR")._presets()["video"][2]["name"])
        self.assertEqual(
            french.question_ids.mapped("name"),
            [values["name"] for values in self.env["booking.question"].with_context(lang="fr_FR")._recommended()],
        )

    def test_manager(self):
        """A01: a manager's preset belongs to their team; what they may not create is said, not worked around."""
        manager = self.new_advisor("Manager", MANAGER)
        self.assertEqual(self.types.with_user(manager).get_presets(), [])
        with self.assertRaises(AccessError):
            self.create_preset("video", manager)
        team = self.env["booking.team"].create({"name": "Lyon", "manager_ids": [Command.set(manager.ids)]})
        self.assertEqual(self.create_preset("video", manager).team_ids, team)
        self.env["booking.agency"].search([]).active = False
        homeless = self.create_preset("advice", manager)
        self.assertFalse(homeless.is_published)
        self.assertEqual(homeless.setup_page, "places")

    def test_advisor(self):
        """A01: who may not create types is offered no presets, and gets none by calling the method."""
        types = self.types.with_user(self.ada)
        self.assertEqual(types.get_presets(), [])
        with self.assertRaises(AccessError):
            types.action_create_preset("video")


@tagged("post_install", "-at_install")
class TestSetupPage(BookingCase):
    def test_warning_leads_to_its_page(self):
        """A02: what keeps visitors from booking is named together with the page where it is mended."""
        bare = self.new_type("Bare", self.env["res.users"], agency_ids=[])
        self.assertEqual(bare.setup_page, "team")
        bare.advisor_ids = [Command.create({"user_id": self.ada.id})]
        self.assertEqual(bare.setup_page, "places")
        bare.agency_ids = self.agency
        self.assertFalse(bare.setup_page)
        bare.question_ids.filtered(lambda question: question.role == "email").unlink()
        self.assertEqual(bare.setup_page, "form")
        self.mornings.active = False
        bare.invalidate_recordset()
        self.assertEqual(bare.setup_page, "hours")

    def test_hours_out_of_sight_count(self):
        """A01, A02: an advisor's hours count also for a manager who may not see them."""
        manager = self.new_advisor("Manager", MANAGER)
        team = self.env["booking.team"].create({"name": "Lyon", "manager_ids": [Command.set(manager.ids)]})
        self.type.team_ids = team
        booking_type = self.type.with_user(manager)
        self.assertFalse(booking_type.setup_warning)
        self.assertFalse(self.env["booking.availability"].with_user(manager).search([]))


@tagged("post_install", "-at_install")
class TestBackOfficeForms(BookingCase):
    """A01, C02, C03: the forms and buttons work for each role, within its rights."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.new_advisor("Manager", MANAGER)
        cls.stranger = cls.new_advisor("Stranger", MANAGER)
        cls.admin = cls.new_advisor("Administrator", ADMIN)
        cls.team = cls.env["booking.team"].create(
            {
                "name": "Lyon",
                "manager_ids": [Command.set(cls.manager.ids)],
                "member_ids": [Command.set((cls.ada | cls.bob).ids)],
            }
        )
        cls.type.team_ids = cls.team
        cls.partner = cls.env["res.partner"].create({"name": "Anne Martin", "email": "anne@example.com"})

    def new_appointment(self, user, start="2026-03-03 08:00:00", advisor=None):
        form = Form(self.env["booking.appointment"].with_user(user))
        form.partner_id = self.partner
        form.type_id = self.type.with_user(user)
        form.agency_id = self.agency
        advisor = advisor or self.ada
        if advisor != user:  # theirs is filled in, and an advisor cannot choose another
            form.user_id = advisor
        form.start = start
        return form.save()

    def test_staff_enter_an_appointment(self):
        """C03: staff pick a contact, a type, an advisor and an hour; the rest follows from them."""
        for user, start in (
            (self.ada, "2026-03-03 08:00:00"),
            (self.manager, "2026-03-04 08:00:00"),
            (self.admin, "2026-03-05 08:00:00"),
        ):
            with self.subTest(user=user.name):
                appointment = self.new_appointment(user, start)
                self.assertEqual(appointment.booker_name, "Anne Martin")
                self.assertEqual(appointment.booker_email, "anne@example.com")
                self.assertEqual(appointment.channel, "in_person")
                self.assertEqual(appointment.duration, 60)
                self.assertEqual(appointment.calendar_event_id.start, appointment.start)

    def test_staff_take_the_place_of_an_expired_hold(self):
        """C03, A31: a hold that has run out keeps nobody from entering an appointment, a live one does."""
        hold = self.hold("2026-03-03 08:00:00", users=self.ada)
        hold.hold_until = utc("2026-03-02 07:59:00")
        appointment = self.new_appointment(self.ada)
        self.assertFalse(hold.exists())
        self.assertEqual(appointment.state, "planned")

    def test_buttons(self):
        """A01, C02: own and managed appointments can be held and cancelled, others' cannot; managers reopen them."""
        for user in (self.ada, self.manager, self.admin):
            with self.subTest(user=user.name):
                appointment = self.new_appointment(self.ada).with_user(user)
                appointment.action_done()
                appointment.attendance = "came"
                (appointment if user != self.ada else appointment.with_user(self.manager)).action_reopen()
                appointment.action_cancel()
                self.assertEqual(appointment.state, "cancelled")
        appointment = self.new_appointment(self.ada)
        for user in (self.bob, self.stranger):
            for button in ("action_done", "action_cancel", "action_reopen"):
                with self.subTest(user=user.name, button=button), self.assertRaises(AccessError):
                    getattr(appointment.with_user(user), button)()
                    self.env.flush_all()

    def test_publishing_buttons(self):
        """A01, A02: managers publish, preview and look at the week of their types; advisors only look."""
        for user in (self.manager, self.admin):
            booking_type = self.type.with_user(user)
            booking_type.website_publish_button()
            self.assertFalse(booking_type.is_published)
            booking_type.website_publish_button()
            self.assertTrue(booking_type.is_published)
        for user in (self.ada, self.manager, self.admin):
            booking_type = self.type.with_user(user)
            self.assertEqual(booking_type.action_preview()["url"], self.type.website_url)
            self.assertEqual(booking_type.action_view_week()["params"]["user_ids"], (self.ada | self.bob).ids)
            self.assertEqual(booking_type.action_view_appointments()["res_model"], "booking.appointment")
        for user in (self.ada, self.stranger):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                self.type.with_user(user).website_publish_button()

    def test_names_of_foreign_types(self):
        """C01, A01: an appointment is named also to an advisor who has been taken off its type."""
        appointment = self.new_appointment(self.ada)
        self.team.member_ids -= self.ada
        self.type.advisor_ids.filtered(lambda advisor: advisor.user_id == self.ada).unlink()
        self.env.invalidate_all()
        mine = appointment.with_user(self.ada)
        self.assertFalse(self.type.with_user(self.ada).has_access("read"))
        self.assertEqual(mine.display_name, "Anne Martin · Mortgage advice")
        self.assertTrue(mine.web_read({"display_name": {}, "type_id": {"fields": {"display_name": {}}}}))

    def test_contact_counts_appointments(self):
        """O03: a contact, and the company they belong to, tell how many appointments they have."""
        company = self.env["res.partner"].create({"name": "Martin & Co", "is_company": True})
        self.partner.parent_id = company
        self.new_appointment(self.ada)
        self.hold("2026-03-04 08:00:00")
        for partner in (self.partner, company):
            self.assertEqual(partner.booking_appointment_count, 1)
            found = self.env["booking.appointment"].search(partner.action_view_booking_appointments()["domain"])
            self.assertEqual(found.partner_id, self.partner)
        self.assertEqual(self.partner.with_user(self.bob).booking_appointment_count, 0, "only what one may see")

    def test_defaults_reach_the_form(self):
        """A07, O02: what the settings page says is what the form of a new type starts with."""
        settings = Form(self.env["res.config.settings"])
        self.assertEqual(settings.default_duration, 30, "shown before anybody has saved")
        settings.default_gap = 15
        settings.default_horizon_days = 21
        settings.save().execute()
        form = Form(self.env["booking.type"].with_user(self.admin))
        self.assertEqual((form.gap, form.horizon_days, form.duration), (15, 21, 30))
        self.assertEqual(len(form.question_ids), 4)

    def test_hours_form(self):
        """A26: from a day of the week picture one enters weekly hours, or with one more click that day only."""
        hours = (
            self.env["booking.availability"]
            .with_user(self.ada)
            .with_context(
                booking_day="2026-03-05", default_hours_ids=[Command.create({"hour_from": 14, "hour_to": 17})]
            )
        )
        form = Form(hours)
        self.assertFalse(form.date_from)
        form.kind = "one_off"
        self.assertEqual(str(form.date_from), "2026-03-05")
        form.kind = "recurring"
        self.assertFalse(form.date_from)
        form.kind = "one_off"
        saved = form.save()
        self.assertEqual((saved.user_id, str(saved.date_to)), (self.ada, "2026-03-05"))
        self.assertEqual(saved.hours_ids.mapped("hour_from"), [14])

    @mute_logger("odoo.sql_db")
    def test_views_open_for_everybody(self):
        """A01: every view of the app loads for each role that has its menu."""
        actions = ("booking_appointment_action", "booking_type_action", "booking_availability_action")
        for user in (self.ada, self.manager, self.admin):
            for name in actions:
                action = self.env["ir.actions.actions"].with_user(user)._for_xml_id(f"appointment_booking.{name}")
                model = self.env[action["res_model"]].with_user(user)
                views = [(False, mode) for mode in action["view_mode"].split(",")] + [(False, "search")]
                self.assertEqual(len(model.get_views(views)["views"]), len(views), f"{name} for {user.name}")
                model.web_search_read([], {"display_name": {}})
