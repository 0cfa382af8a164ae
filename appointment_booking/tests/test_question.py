import time
from datetime import date

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import BookingCase
from .form_common import HTML, JPEG, PDF, PNG, PROGRAM, SVG, FormMixin, office

TODAY = date(2026, 3, 2)


@tagged("post_install", "-at_install")
class TestQuestion(FormMixin, BookingCase):
    """What can be asked, and how answers are read."""

    def answer(self, question, text, **known):
        (answer,) = self.tell(question, text, **known)
        return answer

    def test_text(self):
        """A41: a line of text is kept as it was typed, without what cannot be seen."""
        question = self.ask("text", "Town")
        self.assertEqual(self.answer(question, "  Lyon ")["value_text"], "Lyon")
        self.assertIn("characters", self.tell(question, "Lyon\u202e"))
        self.assertIn("characters", self.tell(question, "Ly\non"))
        self.assertIn("too long", self.tell(question, "x" * 201))
        self.assertIn("too long", self.tell(question, "x" * 1000000))
        self.assertEqual(self.tell(question, ""), [])

    def test_long_text(self):
        """A41: a long text has lines."""
        self.assertEqual(self.answer(self.ask("long_text"), "a\r\nb")["value_text"], "a\nb")

    def test_email_and_phone(self):
        """A41: e-mails are told from other words; phones are kept as E.164."""
        self.assertEqual(self.answer(self.ask("email"), "Anne@Example.com")["value_text"], "anne@example.com")
        self.assertIn("name@example.com", self.tell(self.ask("email"), "anne"))
        phone = self.ask("phone")
        self.assertEqual(self.answer(phone, "06 12 34 56 78")["value_text"], "+33612345678")
        self.assertIn("Enter a phone number", self.tell(phone, "12"))

    def test_checkbox(self):
        """A41: a box is ticked or not; both are an answer. One that is required must be ticked."""
        question = self.ask("checkbox", "I agree")
        self.assertTrue(self.answer(question, "1")["value_boolean"])
        self.assertFalse(self.answer(question, "")["value_boolean"])
        question.required = True
        self.assertEqual(self.tell(question, ""), "Tick “I agree” to go on.")

    def test_choices(self):
        """A41: what is chosen is one of the options, kept as such and in words."""
        for kind in ("radio", "dropdown", "checkboxes"):
            with self.subTest(kind=kind):
                question = self.ask(kind, "Fruit", ["Apple", "Pear"])
                other = self.ask("radio", "Colour", ["Red"])
                pear = question.option_ids[1]
                answer = self.answer(question, str(pear.id))
                self.assertEqual(answer["option_ids"], [Command.set(pear.ids)])
                self.assertEqual(answer["value_text"], "Pear")
                for wrong in (str(other.option_ids.id), "Pear", "0", "-1", f"{pear.id},x", ",", "9" * 30):
                    self.assertIn("that are shown", self.tell(question, wrong))
                both = self.tell(question, ",".join(map(str, question.option_ids.ids)))
                if kind == "checkboxes":
                    self.assertEqual(both[0]["value_text"], "Apple, Pear")
                else:
                    self.assertIn("that are shown", both)
                question.required = True
                self.assertEqual(self.tell(question, ""), "Choose an answer to “Fruit”.")

    def test_number_of_boxes(self):
        """A42: how many boxes are ticked can be limited."""
        question = self.ask("checkboxes", "Fruit", ["A", "B", "C"], choices_min=2, choices_max=2)
        one, two, three = (",".join(map(str, question.option_ids[:count].ids)) for count in (1, 2, 3))
        self.assertIn("at least 2", self.tell(question, one))
        self.assertEqual(self.answer(question, two)["value_text"], "A, B")
        self.assertIn("at most 2", self.tell(question, three))
        self.assertEqual(self.tell(question, ""), [], "who need not answer may leave it")

    def test_date(self):
        """A41, A42: dates from a browser's field or typed; limits are days, fixed or counted from today."""
        question = self.ask("date", "Birthday", date_max_kind="relative", date_max_days=-1)
        self.assertEqual(self.answer(question, "2026-03-01", today=TODAY)["value_date"], date(2026, 3, 1))
        self.assertEqual(self.answer(question, "12/31/1999", today=TODAY)["value_date"], date(1999, 12, 31))
        self.assertIn("not after March 1, 2026", self.tell(question, "2026-03-02", today=TODAY))
        for wrong in ("2026-02-30", "soon", "0001-01-01", "9999-12-31", "2026-3"):
            self.assertIn("Enter a date", self.tell(question, wrong, today=TODAY))
        question.write({"date_min_kind": "fixed", "date_min": "1900-01-01", "error_message": "Are you that old?"})
        self.assertEqual(self.tell(question, "1899-12-31", today=TODAY), "Are you that old?")
        attributes = question._get_field(TODAY)
        self.assertEqual((attributes["min"], attributes["max"]), ("1900-01-01", "2026-03-01"))

    def test_number(self):
        """A42: a number within limits, in a column of its own."""
        question = self.ask("text", "Budget", text_format="number", number_min="10", number_max="1000.5")
        answer = self.answer(question, "1,000.5")
        self.assertEqual((answer["value_text"], answer["value_number"]), ("1,000.5", 1000.5))
        self.assertIn("10 or more", self.tell(question, "9"))
        self.assertIn("1000.5 or less", self.tell(question, "1000.6"))
        self.assertIn("Enter a number", self.tell(question, "a lot"))

    def test_length_and_own_message(self):
        """A42: shortest and longest, with the administrator's message in place of ours."""
        question = self.ask("text", "Code", length_min=2, length_max=3)
        self.assertIn("at least 2", self.tell(question, "a"))
        self.assertIn("at most 3", self.tell(question, "abcd"))
        question.error_message = "Two or three letters."
        self.assertEqual(self.tell(question, "abcd"), "Two or three letters.")
        self.assertEqual(question._get_field()["maxlength"], 3)
        question.required = True
        self.assertEqual(self.tell(question, ""), "Fill in “Code”.")

    def test_own_message_is_translated(self):
        """A42, X05: the message is that of the booker's language."""
        self.env["res.lang"]._activate_lang("fr_FR")
        question = self.ask("text", "Code", length_min=5, error_message="Too short")
        question.with_context(lang="fr_FR").error_message = "Trop court"
        self.assertEqual(self.tell(question.with_context(lang="fr_FR"), "a"), "Trop court")

    def test_pattern(self):
        """A42: the whole answer is held against a pattern."""
        question = self.ask("text", "Number", text_format="pattern", pattern="[A-Z]{2}[0-9]{3}")
        self.assertEqual(self.answer(question, "AB123")["value_text"], "AB123")
        self.assertIn("form we expect", self.tell(question, "AB1234"))
        for wrong in ("(", r"(a)\1", "(?=x)y", False):
            with self.subTest(pattern=wrong), self.assertRaises(ValidationError):
                question.pattern = wrong

    def test_hostile_pattern(self):
        """A42: a pattern that would keep Python's own engine busy for years is no danger."""
        question = self.ask("text", "Number", text_format="pattern", pattern="(a+)+(a*)*(a|aa)*b")
        began = time.perf_counter()
        self.assertIn("form we expect", self.tell(question, "a" * 200))
        self.assertLess(time.perf_counter() - began, 1)

    def test_wrong_limits(self):
        """A42: limits that nothing can keep to are refused when they are entered."""
        for kind, values in (
            ("date", {"date_min_kind": "fixed"}),
            ("date", {"date_min_kind": "relative", "date_min_days": 5, "date_max_kind": "relative"}),
            ("text", {"text_format": "number", "number_min": "few"}),
            ("text", {"text_format": "number", "number_min": "2", "number_max": "1"}),
            ("file", {"accept_images": False, "accept_pdf": False}),
            ("radio", {}),
            ("phone", {"role": "email"}),
            ("text", {"prefill_param": "reason"}),
            ("text", {"prefill_param": "csrf_token"}),
            ("text", {"prefill_param": "q_1"}),
            ("text", {"prefill_param": "a b"}),
            ("file", {"prefill_param": "file"}),
            ("text", {"reason_ids": [Command.create({"name": "Fire", "type_id": self.new_type("X", self.bob).id})]}),
        ):
            with self.subTest(kind=kind, values=values), self.assertRaises(ValidationError), self.cr.savepoint():
                self.type.question_ids.filtered("role").role = False
                self.env.flush_all()
                self.ask(kind, **values)
        for values in (
            {"file_max_mb": 26},
            {"file_max_mb": 0},
            {"file_max_count": 6},
            {"length_min": -1},
            {"length_min": 3, "length_max": 2},
        ):
            with self.subTest(values=values), mute_logger("odoo.sql_db"):
                with self.assertRaises(IntegrityError), self.cr.savepoint():
                    self.ask("file", **values)
                    self.env.flush_all()

    def test_two_questions_of_one_parameter(self):
        """A42: a parameter of links fills in one question."""
        self.ask("text", prefill_param="client")
        with self.assertRaises(ValidationError):
            self.ask("text", prefill_param="client")
        self.ask("text", prefill_param="client", booking_type=self.new_type("Other", self.bob))

    def test_reasons(self):
        """A42: a question is asked for its reasons, and not of everybody once they are archived."""
        reasons = self.env["booking.reason"].create(
            [{"type_id": self.type.id, "name": name} for name in ("Buy", "Sell", "Let")]
        )
        always, some = self.ask("text"), self.ask("text", reason_ids=[Command.set(reasons[:2].ids)])
        asked = [always | some in self.type.question_ids._applying(reason) for reason in reasons]
        self.assertEqual([some in self.type.question_ids._applying(reason) for reason in reasons], [True, True, False])
        self.assertTrue(all(always in self.type.question_ids._applying(reason) for reason in reasons), asked)
        self.assertNotIn(some, self.type.question_ids._applying(reasons.browse()))
        reasons[:2].active = False
        self.env.invalidate_all()
        self.assertNotIn(some, self.type.question_ids._applying(reasons[2]))

    def test_copy(self):
        """A42: the copy of a type asks its own questions, with options, for its own reasons."""
        reasons = self.env["booking.reason"].create(
            [{"type_id": self.type.id, "name": name} for name in ("Buy", "Sell")]
        )
        gone = self.env["booking.reason"].create({"type_id": self.type.id, "name": "Let"})
        self.ask("radio", "Fruit", ["Apple"], reason_ids=[Command.set(reasons[1].ids)])
        self.ask("text", "Gone", reason_ids=[Command.set(gone.ids)])
        gone.active = False
        self.env.invalidate_all()
        copy = self.type.copy()
        fruit = copy.question_ids.filtered(lambda question: question.name == "Fruit")
        self.assertEqual(fruit.option_ids.mapped("name"), ["Apple"])
        self.assertEqual(fruit.reason_ids, copy.reason_ids[1])
        self.assertNotIn("Gone", copy.question_ids.mapped("name"))
        self.assertEqual(len(copy.question_ids), 5)

    def test_options_that_were_chosen_stay(self):
        """A41, A44: an option taken off the form stays with the answers; one that nobody chose goes."""
        question = self.ask("radio", "Fruit", ["Apple", "Pear", "Plum"])
        apple, pear, plum = question.option_ids
        appointment = self.book("2026-03-03 08:00")
        appointment.answer_ids = [Command.create(self.answer(question, str(apple.id)))]
        question.option_ids = [Command.delete(apple.id), Command.delete(pear.id)]
        self.assertFalse(pear.exists())
        self.assertFalse(apple.active)
        self.env.invalidate_all()
        self.assertEqual(question.option_ids, plum)
        self.assertEqual(appointment.answer_ids.display_value, "Apple")
        self.assertIn("that are shown", self.tell(question, str(apple.id)))
        question.unlink()
        self.env.invalidate_all()
        self.assertEqual(appointment.answer_ids.display_value, "Apple", "in words where the question is gone")

    def test_known_kinds_are_read_as_before(self):
        """A40, A41: the four recommended fields say who books."""
        questions = self.type.question_ids
        typed = dict(zip(questions.ids, ("Martin", "Anne", "anne@example.com", "06 12 34 56 78"), strict=True))
        booker, answers, errors = questions._read_answers(typed, self.env.ref("base.fr"))
        self.assertFalse(errors)
        self.assertEqual(booker, self.booker(email="anne@example.com"))
        self.assertEqual([answer["kind"] for answer in answers], ["text", "text", "email", "phone"])

    def test_prefill(self):
        """A42: what a link says is read as if it had been typed; what it cannot mean is left out."""
        fruit = self.ask("radio", "Fruit", ["Apple", "Pear"], prefill_param="fruit")
        fruit.option_ids[1].code = "p"
        many = self.ask("checkboxes", "Many", ["A", "B"], prefill_param="many")
        box, day = self.ask("checkbox", prefill_param="box"), self.ask("date", prefill_param="day_of")
        text = self.ask("text", prefill_param="town")
        questions = self.type.question_ids
        apple, pear = map(str, fruit.option_ids.ids)

        def prefilled(**params):
            return questions._get_prefilled(questions._read_prefill(params))

        self.assertEqual(prefilled(fruit="APPLE"), {fruit.id: apple})
        self.assertEqual(prefilled(fruit="p"), {fruit.id: pear})
        self.assertEqual(prefilled(fruit="Pear"), {}, "an option with a value of its own goes by that")
        self.assertEqual(prefilled(many="a,B,c"), {many.id: ",".join(map(str, many.option_ids.ids))})
        self.assertEqual(prefilled(box="yes", day_of="2026-03-04"), {box.id: "1", day.id: "2026-03-04"})
        self.assertEqual(prefilled(box="no", day_of="soon", other="x"), {})
        self.assertEqual(prefilled(town="x" * 5000), {text.id: "x" * 200})

    def test_locked(self):
        """A42: read-only when prefilled: what was known beforehand wins, unless it could not be an answer."""
        question = self.ask("text", prefill_param="client", readonly_prefilled=True, length_min=3)
        hidden = self.ask("hidden", prefill_param="from", default_value="site", length_max=5)
        questions = question | hidden

        def read(prefill, typed):
            prefilled = questions._get_prefilled(prefill)
            locked = questions._get_locked(prefilled)
            taken = questions._take_locked({question.id: typed, hidden.id: typed}, prefilled, locked)
            _booker, answers, errors = questions._read_answers(taken)
            return {answer["question_id"]: answer["value_text"] for answer in answers} or errors

        self.assertEqual(read({"client": "1234", "from": "mail"}, "evil"), {question.id: "1234", hidden.id: "mail"})
        self.assertEqual(read({"client": "12", "from": "too long"}, "typed"), {question.id: "typed", hidden.id: "site"})
        self.assertEqual(read({}, "typed"), {question.id: "typed", hidden.id: "site"})

    def test_files(self):
        """A41: a file is what its content says, and its name must say the same."""
        question = self.ask("file", "Papers", accept_documents=True, accept_spreadsheets=True, file_max_mb=1)
        hold = self.hold("2026-03-03 08:00")

        def send(name, content):
            return hold._keep_files({question.id: [(name, content)]}).get(question.id)

        for name, content in (
            ("id.pdf", PDF),
            ("id.png", PNG),
            ("id.jpeg", JPEG),
            ("letter.docx", office("word")),
            ("sums.xlsx", office("xl")),
            ("letter.txt", b"Dear all,\nhow are you?\n"),
            ("sums.csv", b"a;b\n1;2\n3;4\n"),
        ):
            with self.subTest(name=name):
                self.assertIsNone(send(name, content))
                file = hold._get_kept_files()[question.id]
                self.assertEqual((file.name, file.raw, file.public), (name, content, False))
                self.assertEqual((file.res_model, file.res_id), ("booking.appointment", hold.id))
        kept = hold._get_kept_files()[question.id]
        for name, content in (
            ("id.pdf", HTML),
            ("id.png", SVG),
            ("id.svg", SVG),
            ("id.html", HTML),
            ("id.txt", HTML),
            ("id.pdf", PROGRAM),
            ("id.exe", PROGRAM),
            ("id.png", PDF),
            ("letter.docx", PDF),
            ("letter.docx", office("word", vbaProject="x")),
            ("letter.docm", office("word")),
            ("letter.docx", b"PK\x03\x04broken"),
        ):
            with self.subTest(name=name, content=content[:20]):
                self.assertIn("not a file that we can take", send(name, content))
                self.assertEqual(hold._get_kept_files()[question.id], kept, "what was kept stays")
        self.assertIn("empty", send("id.pdf", b""))
        self.assertIn("too big", send("id.pdf", PDF + b" " * 1024 * 1024))

    def test_number_and_size_of_files(self):
        """A41: how many files, and how much together."""
        question = self.ask("file", "Papers", file_max_count=3, file_max_mb=25)
        hold = self.hold("2026-03-03 08:00")
        self.assertFalse(hold._keep_files({question.id: [("a.pdf", PDF), ("b.pdf", PDF)]}))
        errors = hold._keep_files({question.id: [("c.pdf", PDF), ("d.pdf", PDF)]})
        self.assertIn("at most 3 files", errors[question.id])
        files = hold._get_kept_files()[question.id]
        self.assertEqual(files.mapped("name"), ["a.pdf", "b.pdf"])
        self.assertFalse(hold._keep_files({question.id: [("c.pdf", PDF), ("d.pdf", PDF)]}, dropped=files[:1].ids))
        self.assertEqual(hold._get_kept_files()[question.id].mapped("name"), ["b.pdf", "c.pdf", "d.pdf"])
        self.assertFalse(files[0].exists())
        big = PDF + b" " * (20 * 1024 * 1024)
        many = {question.id: [(f"{name}.pdf", big) for name in "efg"]}
        self.assertIn("too big together", hold._keep_files(many, hold._get_kept_files()[question.id].ids)[question.id])

    def test_foreign_files(self):
        """X04: a form drops files of its own hold only."""
        question = self.ask("file")
        mine, other = self.hold("2026-03-03 08:00", "a"), self.hold("2026-03-03 09:00", "b")
        other._keep_files({question.id: [("a.pdf", PDF)]})
        theirs = other._get_kept_files()[question.id]
        mine._keep_files({}, dropped=theirs.ids)
        self.assertTrue(theirs.exists())
        self.assertFalse(mine._get_kept_files()[question.id])

    def test_nothing_is_orphaned(self):
        """A41: files go with the hold that is released, replaced or over, and with an appointment that is deleted."""
        question = self.ask("file")
        Attachment = self.env["ir.attachment"]

        def kept():
            return Attachment.search([("name", "=", "a.pdf")])

        hold = self.hold("2026-03-03 08:00")
        hold._keep_files({question.id: [("a.pdf", PDF)]})
        file = kept()
        hold = self.hold("2026-03-03 09:00")
        self.assertEqual(kept(), file, "the slot was exchanged: the file goes along")
        self.assertEqual(hold._get_kept_files()[question.id], file)
        other = self.new_type("Insurance", self.bob)
        elsewhere = self.hold("2026-03-03 10:00", booking_type=other)
        self.assertFalse(kept(), "another form does not ask for it")
        elsewhere._release()
        hold = self.hold("2026-03-03 08:00")
        hold._keep_files({question.id: [("a.pdf", PDF)]})
        hold._release()
        self.assertFalse(kept())
        hold = self.hold("2026-03-03 08:00")
        hold._keep_files({question.id: [("a.pdf", PDF)]})
        hold.hold_until = "2026-03-02 07:00"
        self.env["booking.appointment"]._gc_expired_holds()
        self.assertFalse(kept())
        hold = self.hold("2026-03-03 08:00")
        hold._keep_files({question.id: [("a.pdf", PDF)]})
        hold._confirm(self.booker(), [])
        self.assertEqual(hold.answer_ids.attachment_ids, kept())
        hold.action_cancel()
        hold.unlink()
        self.assertFalse(kept())

    def test_files_of_questions_that_went(self):
        """A41: what is not asked any more when the form is sent is not kept."""
        question = self.ask("file")
        reason = self.env["booking.reason"].create({"type_id": self.type.id, "name": "Buy"})
        hold = self.hold("2026-03-03 08:00")
        hold._keep_files({question.id: [("a.pdf", PDF)]})
        file = hold._get_kept_files()[question.id]
        question.reason_ids = reason
        hold._confirm(self.booker(), [])
        self.assertFalse(file.exists())
        self.assertFalse(hold.answer_ids)

    def test_queries(self):
        """X03: the queries of a form do not depend on the number of its questions, options and files."""
        hold = self.hold("2026-03-03 08:00")

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            questions = hold._get_questions()
            hold._get_kept_files()
            typed = questions._get_prefilled({"from": "mail"})
            locked = questions._get_locked(typed)
            questions._read_answers(questions._take_locked(typed, typed, locked))
            for question in questions:
                question._get_field()
                question.option_ids.mapped("name")
            return self.cr.sql_log_count - before

        self.all_kinds()["hidden"].prefill_param = "from_one"
        few = count()
        for number in range(5):
            self.all_kinds()["hidden"].prefill_param = f"from_{number}"
        self.assertEqual(count(), few)
