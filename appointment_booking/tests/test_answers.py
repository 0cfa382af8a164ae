import json
from datetime import datetime

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .form_common import PDF, FormMixin
from .public_common import PublicCase


@tagged("post_install", "-at_install")
class TestAnswers(FormMixin, PublicCase):
    """What becomes of the answers: read, searched, counted, exported, and kept from others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.new_advisor("Mia", "appointment_booking.group_booking_manager")
        cls.stranger = cls.new_advisor("Sam", "appointment_booking.group_booking_manager")
        cls.admin = cls.new_advisor("Adam", "appointment_booking.group_booking_admin")
        cls.clerk = cls.new_advisor("Clerk", "base.group_user")
        new_test_user(cls.env, login="portal-user", password="portal-user", groups="base.group_portal")
        team, other = cls.env["booking.team"].create([{"name": "Lyon"}, {"name": "Paris"}])
        team.manager_ids, other.manager_ids = cls.manager, cls.stranger
        team.member_ids = cls.ada | cls.bob
        cls.type.team_ids = team
        cls.new_type("Insurance", cls.stranger).team_ids = other

    def setUp(self):
        super().setUp()
        self.asked = self.all_kinds()
        self.appointment = self.say("2026-03-03 08:00", "Lyon centre", 0, ["Apple", "Plum"], file=PDF)
        self.other = self.say("2026-03-03 09:00", "Nantes", 1, ["Apple"])
        self.env.flush_all()

    def say(self, start, town, fruit, many, file=None):
        """Book with answers."""
        asked = self.asked
        hold = self.hold(start, visitor_key=start, users=self.ada)
        if file:
            hold._keep_files({asked["file"].id: [("tax notice.pdf", file)]})
        ticked = asked["checkboxes"].option_ids.filtered(lambda option: option.name in many)
        typed = {
            asked["text"].id: town,
            asked["checkbox"].id: "1" if fruit else "",
            asked["radio"].id: str(asked["radio"].option_ids[fruit].id),
            asked["checkboxes"].id: ",".join(map(str, ticked.ids)),
            asked["date"].id: "2026-04-01",
        }
        _booker, answers, errors = (
            hold._get_questions()
            ._applying(hold.reason_id)
            .filtered(lambda question: not question.role)
            ._read_answers(typed)
        )
        self.assertFalse(errors)
        hold._confirm(self.booker(email=f"{fruit}@example.com", phone=f"+3361234567{fruit}"), answers)
        return hold

    def test_all_answers_in_words(self):
        """A44: an appointment tells all its answers, in the reader's language."""
        self.assertIn("A text: Lyon centre", self.appointment.answer_text)
        self.assertIn("A checkboxes: Apple, Plum", self.appointment.answer_text)
        self.assertIn("A file: tax notice.pdf", self.appointment.answer_text)
        self.assertIn("A date: April 1, 2026", self.appointment.answer_text)
        self.env["res.lang"]._activate_lang("fr_FR")
        self.asked["radio"].option_ids[0].with_context(lang="fr_FR").name = "Pomme"
        french = self.appointment.with_context(lang="fr_FR")
        self.assertIn("Pomme", french.answer_text)
        self.assertIn("1 avril 2026", french.answer_text)
        html = self.appointment.answer_ids.filtered(lambda answer: answer.kind == "file").display_html
        file = self.appointment.answer_ids.attachment_ids
        self.assertIn(f'<a href="/web/content/{file.id}?download=true"', html)

    def test_users_text_is_text(self):
        """X04: what was typed is never HTML for who reads it."""
        answer = self.appointment.answer_ids.filtered(lambda answer: answer.kind == "text")
        answer.value_text = "<script>alert(1)</script>\nb"
        self.assertEqual(answer.display_html, "&lt;script&gt;alert(1)&lt;/script&gt;<br/>b")
        self.appointment.answer_ids.attachment_ids.name = '"><img src=x>.pdf'
        html = self.appointment.answer_ids.filtered(lambda answer: answer.kind == "file").display_html
        self.assertNotIn("<img", html)

    def test_search(self):
        """A44: appointments are found by words, options and file names of their answers, by who may read them."""
        appointments = self.env["booking.appointment"].with_user(self.ada)
        for words, found in (
            ("lyon", self.appointment),
            ("plum", self.appointment),
            ("tax notice", self.appointment),
            ("apple", self.appointment | self.other),
            ("pear", self.other),
            ("nothing of it", appointments.browse()),
        ):
            with self.subTest(words=words):
                self.assertEqual(appointments.search([("answer_text", "ilike", words)]), found)
        answers = self.env["booking.answer"].with_user(self.ada)
        self.assertEqual(answers.search([("display_value", "=", "Pear")]).appointment_id, self.other)
        self.assertNotIn("Lyon centre", answers.search([("display_value", "!=", "Lyon centre")]).mapped("value_text"))
        without = appointments.search([("answer_text", "not ilike", "lyon"), ("type_id", "=", self.type.id)])
        self.assertEqual(without, self.other)
        self.assertFalse(self.env["booking.appointment"].with_user(self.bob).search([("answer_text", "ilike", "lyon")]))

    def test_report(self):
        """A44: answers are counted by question and option, by type, advisor and month."""
        answers = self.env["booking.answer"].with_user(self.manager)
        domain = [("kind", "in", ("checkboxes", "radio"))]
        counted = {
            (label, option.name): count
            for label, option, count in answers._read_group(domain, ["label", "option_ids"], ["__count"])
        }
        self.assertEqual(
            counted,
            {
                ("A radio", "Apple"): 1,
                ("A radio", "Pear"): 1,
                ("A checkboxes", "Apple"): 2,
                ("A checkboxes", "Plum"): 1,
            },
        )
        boxes = dict(answers._read_group([("kind", "=", "checkbox")], ["value_boolean"], ["__count"]))
        self.assertEqual(boxes, {True: 1, False: 1})
        ((booking_type, user, _month, count),) = answers._read_group(
            [("kind", "=", "text")], ["type_id", "user_id", "start:month"], ["__count"]
        )
        self.assertEqual((booking_type, user, count), (self.type, self.ada, 2))
        strangers = self.env["booking.answer"].with_user(self.stranger)
        self.assertEqual(strangers._read_group(domain, [], ["__count"]), [(0,)])

    def test_export(self):
        """A44: exports read as the screen does, and no cell is a formula."""
        answer = self.appointment.answer_ids.filtered(lambda answer: answer.kind == "text")
        answer.value_text = "=HYPERLINK(0)"
        self.authenticate("adam", "adam")
        request = {
            "model": "booking.appointment",
            "fields": [{"name": "name", "label": "Reference"}, {"name": "answer_text", "label": "All answers"}],
            "ids": [],
            "domain": [["id", "=", self.other.id]],
            "import_compat": False,
            "context": {},
            "groupby": [],
        }
        self.admin.group_ids |= self.env.ref("base.group_allow_export")
        csv = self.url_open("/web/export/csv", data={"data": json.dumps(request), "csrf_token": self.csrf()}).text
        self.assertIn("A checkboxes: Apple", csv)
        request |= {
            "model": "booking.answer",
            "fields": [{"name": "label", "label": "Question"}, {"name": "display_value", "label": "Answer"}],
            "domain": [["id", "=", answer.id]],
        }
        csv = self.url_open("/web/export/csv", data={"data": json.dumps(request), "csrf_token": self.csrf()}).text
        self.assertIn('"\'=HYPERLINK(0)"', csv)

    def csrf(self):
        return self.token()

    def test_rights_on_answers(self):
        """X04, A01: answers and options are read by the advisor, the managers of the team and administrators."""
        answers = self.appointment.answer_ids
        for user, reads in (
            (self.ada, True),
            (self.manager, True),
            (self.admin, True),
            (self.bob, False),
            (self.stranger, False),
            (self.clerk, False),
            (self.env.ref("base.public_user"), False),
        ):
            with self.subTest(user=user.name):
                self.env.invalidate_all()
                theirs = answers.with_user(user)
                self.assertEqual(theirs.has_access("read"), reads)
                if reads:
                    self.assertIn("tax notice.pdf", theirs.mapped("display_value"))
                    self.assertTrue(all(theirs.mapped("display_html")))
                else:
                    with self.assertRaises(AccessError):
                        theirs.mapped("display_value")
                    with self.assertRaises(AccessError):
                        self.appointment.with_user(user).answer_text  # noqa: B018

    def test_rights_on_files(self):
        """A41, X04: a file is read by those alone who may read the appointment; it is downloaded, never shown."""
        file = self.appointment.answer_ids.attachment_ids
        self.assertFalse(file.public)
        self.assertFalse(file.access_token)
        addresses = (
            f"/web/content/{file.id}",
            f"/web/content/{file.id}?download=true",
            f"/web/content/ir.attachment/{file.id}/datas",
            f"/web/image/{file.id}",
            f"/web/content/{file.id}?access_token=",
            f"/web/content/{file.id}?access_token=false",
            f"/web/content/{file.id}?access_token={self.appointment.access_token}",
        )
        for login, reads in (
            ("ada", True),
            ("mia", True),
            ("adam", True),
            ("bob", False),
            ("sam", False),
            ("clerk", False),
            ("portal-user", False),
            (None, False),
        ):
            self.authenticate(login, login)
            for address in addresses:
                with self.subTest(login=login, address=address):
                    response = self.url_open(address, allow_redirects=False)
                    is_token = "access_token" in address and not address.endswith("=")
                    self.assertEqual(PDF in response.content, reads and not is_token)
        self.authenticate("ada", "ada")
        response = self.url_open(f"/web/content/{file.id}?download=true")
        self.assertEqual(response.headers["X-Content-Type-Options"], "nosniff")
        self.assertTrue(response.headers["Content-Disposition"].startswith("attachment"))
        self.assertEqual(response.headers["Content-Type"], "application/pdf")

    def test_nobody_links_a_foreign_file(self):
        """X04: answers are made by the booking pages alone; nobody hangs another file on them."""
        secret = self.env["ir.attachment"].create({"name": "secret.pdf", "raw": PDF})
        for user in (self.ada, self.manager, self.admin):
            answers = self.appointment.answer_ids.with_user(user)
            with self.assertRaises(AccessError):
                answers[0].attachment_ids = [Command.link(secret.id)]

    def test_booker_does_not_see_files_of_others(self):
        """X04: the page behind the booker's link shows no file, and its token opens none."""
        page = self.page(self.appointment.access_url)
        self.assertNotIn("/web/content", " ".join(page.xpath("//a/@href")))

    def test_moved_appointment_keeps_its_answers(self):
        """A52, A44: who moves an appointment has answered already."""
        before = self.appointment.answer_ids
        said = self.appointment.answer_text
        self.type.move_notice = 0
        self.appointment.with_user(self.env.ref("base.public_user")).sudo()._move(
            datetime(2026, 3, 4, 8), self.agency, shown_start=self.appointment.start
        )
        self.assertEqual(str(self.appointment.start), "2026-03-04 08:00:00")
        self.assertEqual((self.appointment.answer_ids, self.appointment.answer_text), (before, said))
        self.assertTrue(before.attachment_ids.exists())
        self.assertEqual(before[0].start, self.appointment.start)

    def test_queries(self):
        """X03: the queries of a list of answers do not depend on their number."""
        fields = ["label", "display_value", "display_html", "type_id", "start"]

        def count(answers):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            answers.with_user(self.manager).read(fields)
            return self.cr.sql_log_count - before

        count(self.appointment.answer_ids)  # what is kept in memory from now on
        few = count(self.appointment.answer_ids)
        many = self.env["booking.answer"].search([("type_id", "=", self.type.id)])
        self.assertGreater(len(many), len(self.appointment.answer_ids))
        self.assertLessEqual(count(many), few)
