import csv
import io
import json
import tempfile
import zipfile
from datetime import timedelta

from lxml import etree

from odoo import Command, http
from odoo.exceptions import UserError
from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..models.booking_appointment_export import EXPORT_COLUMNS, EXPORTED_AT_ONCE
from ..models.booking_appointment_print import MOST_PRINTED
from ..tools.appointment_files import WRITERS
from .common import BookingCase, utc

GROUP_EXPORT = "base.group_allow_export"
HOSTILE = (
    "=1+1",
    "+33612345678",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "＝1+1",
    "a\x00b\x0bc\x1b\ufffe",
    '<script>alert("x")</script> & co',
    'semi;colon, "quoted"\nline',
    "]]>",
    "Žluťoučký 😀",
)


class ExportCase(BookingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = cls.new_advisor("Boss", f"appointment_booking.group_booking_admin,{GROUP_EXPORT}")
        cls.fill(cls.appoint("2026-03-03 08:00", cls.ada))

    @classmethod
    def fill(cls, appointment):
        cls.first = appointment

    @classmethod
    def appoint(cls, start, user, name="Anne", **values):
        return cls.env["booking.appointment"].create(
            {
                "user_id": user.id,
                "type_id": cls.type.id,
                "agency_id": cls.agency.id,
                "start": utc(start),
                "booker_name": name,
                "booker_email": "anne@example.com",
                "booker_phone": "+33612345678",
                **values,
            }
        )

    def export(self, kind, appointments, **context):
        context = {"lang": "en_US", "tz": "Europe/Paris", **context}
        with tempfile.TemporaryFile() as file:
            appointments.with_user(self.boss).with_context(**context)._export(kind, file)
            file.seek(0)
            return file.read()

    def parse(self, kind, content):
        """Return ``(headings, rows)`` as a program that opens the file reads them."""
        return {"csv": self.read_csv, "xlsx": self.read_xlsx, "xml": self.read_xml}[kind](content)

    def read_csv(self, content, delimiter=","):
        self.assertTrue(content.startswith(b"\xef\xbb\xbf"))
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter))
        return rows[0], [dict(zip(EXPORT_COLUMNS, row, strict=True)) for row in rows[1:]]

    def read_xlsx(self, content):
        import openpyxl

        rows = list(openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))
        return list(rows[0]), [dict(zip(EXPORT_COLUMNS, row, strict=True)) for row in rows[1:]]

    def read_xml(self, content):
        root = etree.fromstring(content)
        headings = root.xpath("columns/column/text()")
        return headings, [{value.tag: value.text for value in one} for one in root.findall("appointment")]


@tagged("post_install", "-at_install")
class TestExport(ExportCase):
    def test_the_same_in_each_format(self):
        """O09: CSV, XLSX and XML carry the same rows in the order of the list, hours of the reader."""
        second = self.appoint("2026-03-04 08:00", self.bob, "Émile", state="done", attendance="came")
        for kind in WRITERS:
            with self.subTest(kind=kind):
                headings, rows = self.parse(kind, self.export(kind, second | self.first))
                self.assertEqual(headings[0], "Reference")
                self.assertEqual(len(headings), len(EXPORT_COLUMNS))
                self.assertEqual([row["name"] for row in rows], [second.name, self.first.name])
                self.assertEqual(rows[0]["booker_name"], "Émile")
                self.assertEqual(rows[0]["state"], "Held")
                self.assertEqual(rows[0]["type_id"], "Mortgage advice")
                self.assertEqual(rows[0]["user_id"], "Bob")
                self.assertEqual(rows[0]["agency_id"], "Lyon")
                self.assertEqual(float(rows[0]["duration"]), 60)
                start = {"csv": "03/04/2026 09:00 AM", "xml": "2026-03-04T09:00:00+01:00"}
                expected = start.get(kind) or utc("2026-03-04 09:00")
                self.assertEqual(rows[0]["start"], expected)

    def test_language_and_zone_of_the_reader(self):
        """O09, X05: in French the headings, states, dates and separators are French, in Réunion it is later."""
        self.env["res.lang"]._activate_lang("fr_FR")
        content = self.export("csv", self.first, lang="fr_FR", tz="Indian/Reunion")
        _headings, rows = self.read_csv(content, ";")
        self.assertEqual(rows[0]["start"], "03/03/2026 12:00")

    def test_change_of_the_clocks(self):
        """O09, X02: the hour that the clocks show twice is told apart."""
        first = self.appoint("2026-10-25 00:30", self.bob, stop=utc("2026-10-25 00:45"))
        second = self.appoint("2026-10-25 01:30", self.bob, stop=utc("2026-10-25 01:45"))
        _headings, rows = self.parse("xml", self.export("xml", first | second))
        self.assertEqual([row["start"] for row in rows], ["2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"])

    def test_hostile_text(self):
        """O09: no text becomes a formula, breaks a file or hides a row, whatever was typed."""
        appointments = self.env["booking.appointment"]
        for number, text in enumerate(HOSTILE):
            appointments |= self.appoint(
                f"2026-03-{10 + number} 08:00",
                self.bob,
                text.replace("\x00", ""),
                cancel_reason=text.replace("\x00", ""),
            )
        _headings, rows = self.parse("csv", self.export("csv", appointments))
        self.assertEqual(len(rows), len(HOSTILE))
        for row in rows:
            for cell in row.values():
                self.assertFalse(cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝")), repr(cell))
        self.assertEqual(rows[0]["booker_name"], "'=1+1")
        content = self.export("xlsx", appointments)
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            sheet = etree.fromstring(parts.read("xl/worksheets/sheet1.xml"))
        self.assertFalse(sheet.xpath("//*[local-name() = 'f']"), "no cell is a formula")
        self.assertFalse(sheet.xpath("//*[local-name() = 'hyperlink']"))
        _headings, rows = self.parse("xlsx", content)
        self.assertEqual(rows[0]["booker_name"], "=1+1")
        self.assertEqual(len(rows), len(HOSTILE))
        _headings, rows = self.parse("xml", self.export("xml", appointments))
        self.assertEqual([row["booker_name"] for row in rows][7:9], ["abc", HOSTILE[8]])

    def test_minutes_of_an_interview_are_in_no_export(self):
        """O09, C02: what an advisor noted of a conversation leaves the house in no list."""
        self.assertNotIn("minutes", self.env["booking.appointment"]._get_export_columns())
        self.assertLessEqual(set(EXPORT_COLUMNS), self.env["booking.appointment"]._fields.keys())

    def test_batches(self):
        """O09: a long list takes the same number of queries for each batch."""
        many = self.env["booking.appointment"].create(
            [
                {"user_id": self.bob.id, "start": utc("2027-01-01") + timedelta(hours=n), "booker_name": f"B{n}"}
                for n in range(60)
            ]
        )
        self.env.flush_all()
        self.env.invalidate_all()

        def count(appointments):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            rows = sum(1 for _row in appointments._get_export_rows(list(EXPORT_COLUMNS)))
            self.assertEqual(rows, len(appointments))
            return self.env.cr.sql_log_count - before

        listed = many.with_user(self.boss)
        count(listed)
        self.assertEqual(count(listed[:2]), count(listed))
        self.assertGreaterEqual(EXPORTED_AT_ONCE, 500)

    def test_what_is_listed(self):
        """O09, A01: the filters and the ticked rows decide, in their order; holds and foreign rows are out."""
        hold = self.hold("2026-03-06 08:00")
        second = self.appoint("2026-03-04 08:00", self.bob, "Eve")
        appointments = self.env["booking.appointment"].with_user(self.boss)
        ours = ["id", "in", (self.first | second | hold).ids]
        self.assertEqual(appointments._find_listed([ours], "start desc"), second | self.first)
        self.assertEqual(appointments._find_listed([ours], "start asc").ids, (self.first | second).ids)
        self.assertEqual(appointments._find_listed([["user_id", "=", self.bob.id], ours]), second)
        self.assertEqual(appointments._find_listed([], None, self.first.ids), self.first)
        self.assertFalse(appointments._find_listed([], None, []))
        self.assertEqual(appointments.with_user(self.ada)._find_listed([ours]), self.first)
        for asked in (("x",), ([["nothing", "=", 1]],), ([], "start; DROP TABLE x"), ([], None, ["x"]), ([["id"]],)):
            with self.subTest(asked=asked), self.assertRaises(UserError):
                appointments._find_listed(*asked)

    def test_on_paper(self):
        """O09: the list and the sheet of an appointment say the facts; text is text; minutes are not there."""
        evil = self.appoint("2026-03-04 08:00", self.bob, "<b>Eve</b>")
        self.env["booking.answer"].create({"appointment_id": evil.id, "label": "Colour", "value_text": "<i>red</i>"})
        reports = self.env["ir.actions.report"].with_user(self.boss).with_context(lang="en_US", tz="Europe/Paris")
        both = (self.first | evil).ids
        page = reports._render_qweb_html("appointment_booking.report_booking_appointment_list", both)[0].decode()
        for text in ("Anne", "Mortgage advice", "Tuesday 3 March 2026", "9:00", "Lyon", "&lt;b&gt;Eve&lt;/b&gt;"):
            self.assertIn(text, page)
        page = reports._render_qweb_html("appointment_booking.report_booking_appointment", evil.ids)[0].decode()
        for text in ("Wednesday 4 March 2026", "Colour", "&lt;i&gt;red&lt;/i&gt;", evil.name, "Bob"):
            self.assertIn(text, page)

    def test_paper_has_an_end(self):
        """O09: nobody prints a thousand rows by mistake: a sentence says how many may be, before and at the report."""
        action = self.env["booking.appointment"].with_user(self.boss).print_list([["id", "=", self.first.id]])
        self.assertEqual(action["report_name"], "appointment_booking.report_booking_appointment_list")
        many = self.env["booking.appointment"].create(
            [
                {"user_id": self.bob.id, "start": utc("2027-01-01") + timedelta(hours=n), "booker_name": "B"}
                for n in range(MOST_PRINTED + 1)
            ]
        )
        with self.assertRaisesRegex(UserError, str(MOST_PRINTED)):
            many.with_user(self.boss).print_list([["id", "in", many.ids]])
        values = self.env["report.appointment_booking.report_booking_appointment_list"].with_user(self.boss)
        with self.assertRaisesRegex(UserError, str(MOST_PRINTED)):
            values._get_report_values(many.ids)
        with self.assertRaises(UserError):
            many.with_user(self.boss).print_list([["id", "=", 0]])


@tagged("post_install", "-at_install")
class TestExportRoute(HttpCase):
    """The route and the browser, at the real hour."""

    # A page asks for much at once and its requests queue: on a busy machine for longer than Odoo's 20 seconds.
    test_cursor_lock_timeout = 120

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True, no_reset_password=True))
        advisor = "appointment_booking.group_booking_advisor"
        manager = "appointment_booking.group_booking_manager"
        groups = {
            "chief": f"appointment_booking.group_booking_admin,{GROUP_EXPORT}",
            "manager": f"{manager},{GROUP_EXPORT}",
            "stranger": f"{manager},{GROUP_EXPORT}",
            "zoe": f"{advisor},{GROUP_EXPORT}",
            "kept": advisor,
            "clerk": f"base.group_user,{GROUP_EXPORT}",
            "client": "base.group_portal",
        }
        cls.users = {
            login: new_test_user(cls.env, login, groups=group, tz="UTC", lang="en_US", email=f"{login}@example.com")
            for login, group in groups.items()
        }
        # Whoever is new may export by default; this one may not.
        cls.users["kept"].write({"group_ids": [Command.unlink(cls.env.ref(GROUP_EXPORT).id)]})
        team = cls.env["booking.team"].create({"name": "Loans", "manager_ids": [Command.set(cls.users["manager"].ids)]})
        cls.type = cls.env["booking.type"].create({"name": "Advice", "team_ids": [Command.set(team.ids)]})
        cls.appointments = cls.env["booking.appointment"].create(
            [
                {
                    "type_id": cls.type.id,
                    "user_id": cls.users[login].id,
                    "start": f"2031-03-0{number} 09:00:00",
                    "booker_name": f"Booker of {login}",
                }
                for number, login in enumerate(("zoe", "kept"), 3)
            ]
        )

    def ask(self, kind="csv", method="post", login=None, csrf=True, **asked):
        self.authenticate(login, login)
        data = {"data": json.dumps({"domain": [["id", "in", self.appointments.ids]], **asked})}
        if csrf:
            data["csrf_token"] = http.Request.csrf_token(self)
        if method == "get":
            return self.url_open(f"/booking/appointments/export/{kind}", allow_redirects=False)
        return self.url_open(f"/booking/appointments/export/{kind}", data=data, allow_redirects=False)

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_who_gets_what(self):
        """O09, A01, X04: each gets the rows that they may read; others get none at all."""
        rows = {"chief": {"zoe", "kept"}, "manager": {"zoe", "kept"}, "stranger": set(), "zoe": {"zoe"}}
        for login, whose in rows.items():
            answer = self.ask(login=login)
            self.assertEqual(answer.status_code, 200, login)
            text = answer.content.decode("utf-8-sig")
            self.assertEqual({one for one in ("zoe", "kept") if f"Booker of {one}" in text}, whose, login)
        for login in ("kept", "clerk", "client"):
            answer = self.ask(login=login)
            self.assertEqual(answer.status_code, 403, login)
            self.assertNotIn("Booker of", answer.text)
        answer = self.ask(login=None, csrf=True)
        self.assertEqual(answer.status_code, 303)
        self.assertIn("/web/login", answer.headers["Location"])

    @mute_logger("odoo.http")
    def test_odd_token(self):
        """X04: a file or a word with accents where the token of the form is expected is a bad request, not a fault."""
        self.authenticate("chief", "chief")
        address = "/booking/appointments/export/csv"
        answer = self.url_open(address, data={"data": "{}"}, files={"csrf_token": ("a.txt", b"a")})
        self.assertEqual(answer.status_code, 400)
        stamp = http.Request.csrf_token(self).rpartition("o")[2]
        self.assertEqual(self.url_open(address, data={"csrf_token": f"éo{stamp}"}).status_code, 400)
        self.assertEqual(self.url_open(f"{address}?csrf_token=éo{stamp}", data={"a": "b"}).status_code, 400)

    @mute_logger("odoo.http")
    def test_only_by_post(self):
        """O09, X04: no link and no other site starts an export; nonsense is a sentence, not a fault."""
        self.assertEqual(self.ask(method="get", login="chief").status_code, 405)
        self.assertEqual(self.ask(csrf=False, login="chief").status_code, 400)
        self.assertEqual(self.ask("exe", login="chief").status_code, 404)
        for asked in (
            {"domain": "x"},
            {"domain": [["nothing", "=", 1]]},
            {"order": "1; x"},
            {"ids": ["x"]},
            {"ids": 7},
        ):
            answer = self.ask(login="chief", **asked)
            self.assertEqual(answer.status_code, 400, asked)
            self.assertIn("This is not a list of appointments.", answer.text)

    @mute_logger("odoo.http")
    def test_companies(self):
        """O09, C06: the file has the companies that the list shows, and none that are not the reader's."""
        chief = self.users["chief"]
        north, foreign = self.env["res.company"].create([{"name": "North"}, {"name": "Foreign"}])
        chief.company_ids |= north
        far = self.env["booking.appointment"].create(
            {
                "user_id": chief.id,
                "company_id": north.id,
                "start": "2031-03-05 09:00:00",
                "stop": "2031-03-05 10:00:00",
                "booker_name": "Booker of north",
            }
        )
        domain = [["id", "in", [*self.appointments.ids, far.id]]]
        home = chief.company_id.id
        for companies, shown in (([home], False), ([home, north.id], True), ([north.id], True)):
            answer = self.ask(login="chief", domain=domain, company_ids=companies)
            self.assertEqual("Booker of north" in answer.text, shown, companies)
            self.assertEqual("Booker of zoe" in answer.text, home in companies)
        self.assertEqual(self.ask(login="chief", domain=domain, company_ids=[foreign.id]).status_code, 403)
        self.assertEqual(self.ask(login="chief", company_ids=["x"]).status_code, 400)

    def test_files(self):
        """O09: each file has its kind, a plain name, its length, and is kept by nobody on the way."""
        for kind, (_write, content_type) in WRITERS.items():
            answer = self.ask(kind, login="chief", ids=self.appointments[:1].ids)
            self.assertEqual(answer.headers["Content-Type"], content_type)
            self.assertRegex(
                answer.headers["Content-Disposition"], rf"filename\*=UTF-8''Appointments-\d{{4}}-\d\d-\d\d\.{kind}$"
            )
            self.assertEqual(int(answer.headers["Content-Length"]), len(answer.content))
            self.assertEqual(answer.headers["Cache-Control"], "no-store")

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_who_prints(self):
        """O09, A01, X04: the papers show an appointment to those alone who may read it."""
        for report in ("report_booking_appointment_list", "report_booking_appointment"):
            url = f"/report/html/appointment_booking.{report}/{self.appointments[0].id}"
            for login, may in (("chief", 1), ("manager", 1), ("zoe", 1), ("stranger", 0), ("kept", 0), ("client", 0)):
                self.authenticate(login, login)
                answer = self.url_open(url)
                self.assertEqual("Booker of zoe" in answer.text, bool(may), (report, login))
            self.authenticate(None, None)
            self.assertNotIn("Booker of zoe", self.url_open(url).text)

    def test_tour(self):
        """C05, O09: the overview is read and filtered, what is behind a figure is opened and exported in one click."""
        today = self.env.cr.now().replace(hour=9, minute=0, second=0, microsecond=0)
        self.env["booking.appointment"].create(
            {
                "type_id": self.type.id,
                "user_id": self.users["zoe"].id,
                "start": today,
                "stop": today + timedelta(minutes=30),
                "booker_name": "Tour Guide",
            }
        )
        self.start_tour("/odoo", "booking_overview", login="zoe")


@tagged("post_install", "-at_install")
class TestOccupancyJob(TransactionCase):
    def test_scheduled_action(self):
        """C05: the scheduled action fills what is missing and leaves nothing to do."""
        user = self.env.ref("base.user_admin")
        self.env["booking.availability"].create(
            {"user_id": user.id, "hours_ids": [Command.create({"hour_from": 9, "hour_to": 12})]}
        )
        with self.enter_registry_test_mode():
            self.env.ref("appointment_booking.ir_cron_occupancy").method_direct_trigger()
        rows = self.env["booking.occupancy"].search([("user_id", "=", user.id)])
        self.assertGreater(len(rows), 100)
