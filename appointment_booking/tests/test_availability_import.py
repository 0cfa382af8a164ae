import base64

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import BookingCase

MANAGER = "appointment_booking.group_booking_manager"
ADMIN = "appointment_booking.group_booking_admin"
HEAD = "advisor;agency;kind;weekdays;dates;hours;valid from;valid until;types;note"


@tagged("post_install", "-at_install")
class TestAvailabilityImport(BookingCase):
    """A27: hours from a file, all or nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.new_advisor("Manager", MANAGER)
        cls.admin = cls.new_advisor("Administrator", ADMIN)
        cls.team = cls.env["booking.team"].create(
            {
                "name": "Lyon",
                "manager_ids": [Command.set(cls.manager.ids)],
                "member_ids": [Command.set(cls.ada.ids)],
            }
        )
        cls.type.team_ids = cls.team
        cls.mornings.unlink()

    def setUp(self):
        super().setUp()
        # What is told in a transaction of its own belongs to this test as well.
        self.registry_enter_test_mode()

    def send(self, method, *lines, user=None, head=HEAD, encoding="utf-8"):
        data = base64.b64encode("\n".join([head, *lines]).encode(encoding)).decode()
        return getattr(self.env["booking.availability"].with_user(user or self.admin), method)(data, "test-key")

    def hours_of(self, user):
        return self.env["booking.availability"].search([("user_id", "=", user.id)])

    def test_all_kinds(self):
        """A26, A27: recurring with validity, one-off and closed, each with its advisor, agency and types."""
        report = self.send(
            "run_import",
            "ada;Lyon;recurring;mon-fri;;09:00-12:00 14:00-18:00;2026-03-02;2026-06-30;Mortgage advice;Counter",
            "bob@example.com;;one-off;;2026-03-07;9h-12h30;;;;",
            "ADA;;closed;;2026-03-09 - 2026-03-13;;;;;Holiday",
        )
        self.assertTrue(report["done"])
        self.assertEqual(report["counts"], {"lines": 3, "new": 3, "identical": 0, "wrong": 0, "warnings": 0})
        weekly = self.hours_of(self.ada).filtered(lambda hours: hours.kind == "recurring")
        self.assertEqual((weekly.agency_id, weekly.type_ids, weekly.note), (self.agency, self.type, "Counter"))
        self.assertEqual(weekly._ranges(), [(540, 720), (840, 1080)])
        self.assertEqual((str(weekly.date_from), str(weekly.date_to)), ("2026-03-02", "2026-06-30"))
        self.assertEqual([weekly[day] for day in ("mon", "fri", "sat")], [True, True, False])
        self.assertEqual(weekly.tz, "Europe/Paris")
        self.assertEqual(self.hours_of(self.bob)._ranges(), [(540, 750)])
        self.assertIn("Ada", self.slots("2026-03-03")["08:00"])
        self.assertNotIn("Ada", self.slots("2026-03-10").get("08:00", []))

    def test_dry_run(self):
        """A27: a dry run changes nothing, and tells line by line what would be added."""
        report = self.send(
            "check_import",
            "ada;Lyon;recurring;mon;;9-12;2026-03-02;;;",
            "bob;;closed;;2026-03-09 - 2026-03-13;;;;;",
        )
        self.assertEqual(report["counts"]["new"], 2)
        name = self.agency.name
        self.assertEqual(
            report["plan"],
            [
                [2, self.ada.name, "Mon 09:00–12:00 (from 03/02/2026)", name],
                [3, self.bob.name, "Closed 03/09/2026 – 03/13/2026", ""],
            ],
        )
        self.assertFalse(self.hours_of(self.ada))

    def test_wrong_file_adds_nothing(self):
        """A27: all or nothing: beside a wrong line nothing is told as new."""
        report = self.send("check_import", "ada;;recurring;mon;;9-12;;;;", "nobody;;recurring;mon;;9-12;;;;")
        self.assertEqual((report["counts"]["wrong"], report["plan"]), (1, []))

    def test_all_or_nothing(self):
        """A27: of a file with one wrong line nothing is imported, and the line names its number, column and reason."""
        report = self.send("run_import", "ada;;recurring;mon;;9-12;;;;", "nobody;Atlantis;recurring;tue;;9-12;;;Magic;")
        self.assertFalse(report["done"])
        self.assertFalse(self.hours_of(self.ada))
        rows = [(line, column, level) for line, column, level, _message in report["rows"]]
        self.assertEqual(rows, [(3, column, "wrong") for column in ("advisor", "agency", "types")])
        self.assertIn("Atlantis", report["rows"][1][3])

    def test_twice(self):
        """A27: importing the same file twice does not double the hours, and says so; the same line twice neither."""
        lines = "ada;Lyon;recurring;mon-fri;;9-12;;;;", "ada;;closed;;2026-03-09;;;;;", "ada;;closed;;2026-03-09;;;;;x"
        first = self.send("run_import", *lines)
        self.assertEqual((first["counts"]["new"], first["counts"]["identical"]), (2, 1))
        self.assertEqual(first["rows"][0][:3], [4, "", "identical"])
        again = self.send("run_import", *lines)
        self.assertEqual((again["counts"]["new"], again["counts"]["identical"]), (0, 3))
        self.assertEqual(len(self.hours_of(self.ada)), 2)

    def test_overlaps(self):
        """A27: hours that overlap others, of the file or of before, are warned of by line; exceptions are not."""
        self.open_hours(self.ada, (14, 18))
        report = self.send(
            "check_import",
            "ada;;recurring;mon;;9-12;;;;",
            "ada;;one-off;;2026-03-09;11-13;;;;",
            "ada;;recurring;fri;;17-19;;;;",
            "ada;;closed;;2026-03-09;9-10;;;;",
            "bob;;recurring;mon;;9-12;;;;",
        )
        self.assertEqual([(row[0], row[2]) for row in report["rows"]], [(3, "warning"), (4, "warning")])
        self.assertIn("line 2", report["rows"][0][3])
        self.assertIn("14:00", report["rows"][1][3])
        self.assertEqual(report["counts"]["new"], 5)

    def test_rights(self):
        """A01, A27: a manager for members of their teams, an advisor for themselves if allowed, told line by line."""
        lines = "ada;;recurring;mon;;9-12;;;;", "bob;;recurring;mon;;9-12;;;;"
        report = self.send("run_import", *lines, user=self.manager)
        self.assertEqual([row[:3] for row in report["rows"]], [[3, "advisor", "wrong"]])
        self.assertIn("Bob", report["rows"][0][3])
        self.assertFalse(self.hours_of(self.ada) | self.hours_of(self.bob))
        self.assertTrue(self.send("run_import", lines[0], user=self.manager)["done"])
        self.assertEqual([row[0] for row in self.send("check_import", *lines, user=self.bob)["rows"]], [2])
        self.assertTrue(self.send("run_import", lines[1], user=self.bob)["done"])
        self.team.own_hours = False
        with self.assertRaises(AccessError):
            self.send("check_import", lines[0], user=self.ada)
        clerk = self.new_advisor("Clerk", "base.group_user")
        with self.assertRaises(AccessError):
            self.send("check_import", lines[0], user=clerk)

    def test_names(self):
        """A27: agencies and types by their name or reference; what several bear is asked for."""
        self.env["booking.agency"].create({"name": "LYÔN"})
        self.env["ir.model.data"].create(
            {"module": "bank", "name": "lyon_3", "model": "booking.agency", "res_id": self.agency.id}
        )
        self.type.technical_name = "mortgage-2026"
        report = self.send("check_import", "ada;lyon;recurring;mon;;9-12;;;;")
        self.assertEqual(report["rows"][0][1], "agency")
        report = self.send("run_import", "ada;bank.lyon_3;recurring;mon;;9-12;;;Mortgage-2026;")
        self.assertTrue(report["done"])
        self.assertEqual(self.hours_of(self.ada).agency_id, self.agency)
        self.assertEqual(self.hours_of(self.ada).type_ids, self.type)

    def test_template(self):
        """A27: the template is a file without hours; its examples hold once their marks are gone."""
        self.env["res.lang"]._activate_lang("fr_FR")
        for lang, separator in (("en_US", ","), ("fr_FR", ";")):
            with self.subTest(lang=lang):
                self.admin.lang = lang
                template = self.env["booking.availability"].with_user(self.admin).with_context(lang=lang)
                text = template.get_import_template()["text"]
                data = base64.b64encode(text.encode()).decode()
                report = template.check_import(data)
                self.assertEqual((report["rows"], report["counts"]["lines"]), ([], 0))
                self.assertEqual(report["separator"], separator)
                text = "\n".join(
                    line.replace("# ", "", 1) if line.startswith("# administrator") else line
                    for line in text.splitlines()
                )
                report = template.check_import(base64.b64encode(text.encode()).decode())
                self.assertEqual((report["rows"], report["counts"]["new"]), ([], 4))

    def test_windows_1252(self):
        """A27: what a French spreadsheet saves is read."""
        self.ada.name = "Élodie"
        head = "Conseiller;Nature;Jours;Heures;Remarque"
        report = self.send("run_import", "ada;récurrent;lun;9h-12h;Été", head=head, encoding="cp1252")
        self.assertTrue(report["done"])
        self.assertEqual(self.hours_of(self.ada).note, "Été")

    def test_formulas(self):
        """A27: a formula is a text like another."""
        self.send("run_import", "ada;;closed;;2026-03-09;;;;;=HYPERLINK(1)")
        self.assertEqual(self.hours_of(self.ada).note, "=HYPERLINK(1)")

    def test_what_is_no_file(self):
        """A27, X04: too large a file, and what is none, are refused in words."""
        hours = self.env["booking.availability"].with_user(self.admin)
        for data in (None, 5, ["x"], "not base64", "A" * 8 * 1024 * 1024):
            with self.assertRaises(UserError):
                hours.check_import(data)
        with self.assertRaises(UserError):
            hours.check_import("", key="x" * 1000)
        self.assertEqual(hours.check_import("")["counts"]["wrong"], 1)

    def test_progress(self):
        """A27: how far an import is can be read by whom it belongs to, by nobody else."""
        self.send("run_import", "ada;;recurring;mon;;9-12;;;;")
        progress = self.env["booking.progress"]
        (row,) = progress.with_user(self.admin).search_read([("key", "=", "test-key")], ["done", "total"])
        self.assertEqual(row["done"], row["total"])
        self.assertFalse(progress.with_user(self.manager).search([]))

    def test_queries(self):
        """A27, X03: a file of many lines takes as many questions to the database as one of few."""

        def count(number):
            users = ["ada", "bob"] * number
            lines = [f"{user};Lyon;recurring;mon;;{n % 9}-{n % 9 + 1};;;;{n}" for n, user in enumerate(users)]
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.send("check_import", *lines)
            return self.env.cr.sql_log_count - before

        count(1)
        count(100)
        self.assertEqual(count(100), count(1))


@tagged("post_install", "-at_install")
class TestCopyHours(BookingCase):
    """A26: hours of one advisor, given to colleagues."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.new_advisor("Manager", MANAGER)
        cls.carol = cls.new_advisor("Carol")
        cls.type.team_ids = cls.env["booking.team"].create(
            {
                "name": "Lyon",
                "manager_ids": [Command.set(cls.manager.ids)],
                "member_ids": [Command.set((cls.ada | cls.carol).ids)],
            }
        )
        cls.morning = cls.mornings.filtered(lambda hours: hours.user_id == cls.ada)

    def give(self, user, *colleagues, **values):
        wizard = self.env["booking.availability.copy"].with_user(user)
        wizard = wizard.with_context(active_model="booking.availability", active_ids=self.morning.ids)
        return wizard.create({"user_ids": [one.id for one in colleagues], **values}).action_copy()

    def hours_of(self, user):
        return self.env["booking.availability"].search([("user_id", "=", user.id)])

    def test_copy(self):
        """A26: colleagues get the hours with their agency and types, once."""
        self.morning.write({"agency_id": self.agency.id, "type_ids": self.type.ids})
        self.give(self.manager, self.carol)
        copied = self.hours_of(self.carol)
        self.assertEqual((copied.agency_id, copied.type_ids), (self.agency, self.type))
        self.assertEqual(copied._ranges(), [(540, 720)])
        with self.assertRaises(UserError):
            self.give(self.manager, self.carol)

    def test_replace(self):
        """A26: on demand the colleague's present weekly hours give way; they are archived, not lost."""
        former = self.open_hours(self.carol, (14, 18))
        closed = self.env["booking.availability"].create(
            {"user_id": self.carol.id, "kind": "closed", "date_from": "2026-03-09", "date_to": "2026-03-09"}
        )
        self.give(self.manager, self.carol, replace=True)
        self.assertFalse(former.active)
        self.assertEqual(len(self.hours_of(self.carol) - closed), 1)

    def test_rights(self):
        """A01: hours are given to members of one's own teams only, by managers only."""
        with self.assertRaises(AccessError):
            self.give(self.manager, self.bob)
        with self.assertRaises(AccessError):
            self.give(self.ada, self.carol)
        self.assertFalse(self.hours_of(self.carol))
