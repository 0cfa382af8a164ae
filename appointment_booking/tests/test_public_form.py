from odoo import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .form_common import HTML, MB, PDF, PNG, SVG, FormMixin
from .public_common import PublicCase


@tagged("post_install", "-at_install")
class TestPublicForm(FormMixin, PublicCase):
    """The form as a visitor without JavaScript fills it in."""

    def open(self, start="2026-03-03T08:00:00Z", **query):
        """Hold a slot and return ``(address of the form, page, hidden fields)``."""
        page = self.page("/booking/mortgage-advice", **query)
        action, data = self.form(page, "/hold")
        path = self.path(self.post(action, **data, start=start))
        page = self.page(path)
        _action, hidden = self.form(page, path)
        return path, page, hidden

    def send(self, path, hidden, files=(), **typed):
        """Send the form as a browser does, with files."""
        data = {**hidden, **self.answers(), **typed}
        return self.url_open(path, data=data, files=list(files), allow_redirects=False)

    def told(self, page, question):
        """Return what is said beside a field, checking that the field and the summary of errors point at it."""
        (error,) = page.xpath(f"//*[@id='q_{question.id}_error']")
        text = " ".join(error.text_content().split())
        described = page.xpath(f"//*[contains(concat(' ', @aria-describedby, ' '), ' q_{question.id}_error ')]")
        self.assertTrue(described)
        (summary,) = page.xpath("//*[@id='o_booking_errors']")
        self.assertEqual(summary.get("tabindex"), "-1")
        self.assertTrue(summary.get("autofocus"))
        (link,) = [link for link in summary.xpath(".//a") if " ".join(link.text_content().split()) == text]
        self.assertTrue(page.xpath(f"//*[@id='{link.get('href')[1:]}']"), "the link leads to the field")
        return text

    def test_every_kind(self):
        """A41, A42: each kind on the page, sent, and stored in a column of its own."""
        asked = self.all_kinds()
        path, page, hidden = self.open(**{"from": "mail"})
        self.assertIn("Bring papers .", self.words(page))
        self.assertFalse(page.xpath(f"//*[@name='q_{asked['hidden'].id}']"))
        self.assertEqual(page.xpath("//form[@id='o_booking_form']/@enctype"), ["multipart/form-data"])
        for kind in ("checkboxes", "radio"):
            (group,) = page.xpath(f"//fieldset[@id='q_{asked[kind].id}']")
            self.assertEqual(group.xpath("./legend")[0].text_content().strip(), f"A {kind}")
        many, one = asked["checkboxes"].option_ids, asked["radio"].option_ids
        done = self.path(
            self.send(
                path,
                hidden,
                [(f"q_{asked['file'].id}", ("../my id.pdf", PDF, "text/html"))],
                **{
                    f"q_{asked['text'].id}": "Lyon",
                    f"q_{asked['long_text'].id}": "a\nb",
                    f"q_{asked['checkbox'].id}": "1",
                    f"q_{asked['checkboxes'].id}_{many[0].id}": "1",
                    f"q_{asked['checkboxes'].id}_{many[2].id}": "1",
                    f"q_{asked['radio'].id}": str(one[1].id),
                    f"q_{asked['dropdown'].id}": str(asked["dropdown"].option_ids[0].id),
                    f"q_{asked['date'].id}": "2026-04-01",
                    f"q_{asked['hidden'].id}": "evil",
                },
            )
        )
        answers = {answer.question_id: answer for answer in self.find(done).answer_ids}
        said = {kind: answers[question].display_value for kind, question in asked.items() if question in answers}
        self.assertEqual(
            said,
            {
                "text": "Lyon",
                "long_text": "a\nb",
                "checkbox": "Yes",
                "checkboxes": "Apple, Plum",
                "radio": "Pear",
                "dropdown": "Apple",
                "date": "April 1, 2026",
                "file": "my id.pdf",
                "hidden": "mail",
            },
        )
        self.assertEqual(answers[asked["checkboxes"]].option_ids, many[0] | many[2])
        self.assertEqual(answers[asked["file"]].attachment_ids.mimetype, "application/pdf")

    def test_wrong_answers_keep_what_was_typed(self):
        """A43: 422, what is wrong beside each field and on top with links; everything typed is kept."""
        asked = self.all_kinds()
        asked["date"].write({"date_min_kind": "relative", "date_min_days": 1})
        asked["radio"].required = asked["checkboxes"].required = asked["file"].required = True
        path, _page, hidden = self.open()
        typed = {
            f"q_{asked['text'].id}": "<b>Lyon</b>",
            f"q_{asked['long_text'].id}": "a\nb",
            f"q_{asked['checkbox'].id}": "1",
            f"q_{asked['dropdown'].id}": str(asked["dropdown"].option_ids[2].id),
            f"q_{asked['date'].id}": "2026-03-02",
        }
        page = self.read_page(self.send(path, hidden, **typed), 422)
        self.assertTrue(page.xpath("//title")[0].text_content().startswith("Error"))
        self.assertIn("not before March 3, 2026", self.told(page, asked["date"]))
        self.assertEqual(self.told(page, asked["radio"]), "Choose an answer to “A radio”.")
        self.assertEqual(self.told(page, asked["checkboxes"]), "Choose an answer to “A checkboxes”.")
        self.assertEqual(self.told(page, asked["file"]), "Choose a file for “A file”.")
        self.assertEqual(page.xpath(f"//input[@name='q_{asked['text'].id}']/@value"), ["<b>Lyon</b>"])
        self.assertEqual(page.xpath(f"//input[@name='q_{asked['date'].id}']/@value"), ["2026-03-02"])
        self.assertEqual(page.xpath(f"//input[@name='q_{asked['checkbox'].id}']/@checked"), ["checked"])
        self.assertEqual(
            page.xpath(f"//select[@name='q_{asked['dropdown'].id}']/option[@selected]")[0].text_content().strip(),
            "Plum",
        )
        self.assertIn("a\nb", page.xpath("//textarea")[0].text_content())
        self.assertEqual(self.find(path).state, "hold")
        many = asked["checkboxes"].option_ids
        typed[f"q_{asked['checkboxes'].id}_{many[1].id}"] = "1"
        page = self.read_page(self.send(path, hidden, **typed), 422)
        checked = page.xpath(f"//input[starts-with(@name, 'q_{asked['checkboxes'].id}_') and @checked]/@name")
        self.assertEqual(checked, [f"q_{asked['checkboxes'].id}_{many[1].id}"])

    def test_tampering(self):
        """X04: options, files and questions of another form, and nonsense, are nothing that could be answered."""
        radio = self.ask("radio", options=["A"])
        many = self.ask("checkboxes", options=["A", "B"])
        path, _page, hidden = self.open()
        for typed in (
            {f"q_{radio.id}": str(many.option_ids[0].id)},
            {f"q_{radio.id}": "x"},
            {f"q_{many.id}_{radio.option_ids.id}": "1"},
            {f"q_{many.id}": "1,2,3"},
        ):
            with self.subTest(typed=typed):
                page = self.read_page(self.send(path, hidden, **typed), 422)
                self.assertIn("that are shown", self.words(page))
        harmless = (f"q_{many.id}_", f"q_{many.id}_x", "q_1_2", f"q_{many.id}_drop_1", "q_9_drop_999999999", "q_drop")
        done = self.path(self.send(path, hidden, **dict.fromkeys(harmless, "1")))
        self.assertEqual(self.find(done).state, "planned")
        self.assertFalse(self.find(done).answer_ids.option_ids)

    def test_a_file_is_chosen_once(self):
        """A41, A43: a good file is kept while another answer is mended; it can be replaced and taken back."""
        file, town = self.ask("file", required=True), self.ask("text", required=True)
        path, _page, hidden = self.open()
        name = f"q_{file.id}"
        page = self.read_page(self.send(path, hidden, [(name, ("pay slip.pdf", PDF))]), 422)
        self.assertFalse(page.xpath(f"//*[@id='{name}_error']"))
        self.assertIn("pay slip.pdf, 1 kB", self.words(page))
        page = self.page(path)
        self.assertIn("pay slip.pdf, 1 kB", self.words(page), "also when the page is loaded again")
        page = self.read_page(self.send(path, hidden, [(name, ("photo.png", PNG))]), 422)
        self.assertIn("photo.png", self.words(page))
        self.assertNotIn("pay slip.pdf", self.words(page))
        (drop,) = page.xpath(f"//input[starts-with(@name, '{name}_drop_')]/@name")
        page = self.read_page(self.send(path, hidden, **{drop: "1", f"q_{town.id}": "Lyon"}), 422)
        self.assertIn("Choose a file", self.told(page, file))
        self.assertFalse(
            self.env["ir.attachment"].search(
                [("res_id", "=", self.find(path).id), ("res_model", "=", "booking.appointment")]
            )
        )
        self.read_page(self.send(path, hidden, [(name, ("pay slip.pdf", PDF))]), 422)
        done = self.path(self.send(path, hidden, **{f"q_{town.id}": "Lyon"}))
        answers = self.find(done).answer_ids.filtered(lambda answer: answer.question_id == file)
        self.assertEqual(answers.attachment_ids.mapped("name"), ["pay slip.pdf"])
        self.assertEqual(answers.attachment_ids.raw, PDF)

    def test_a_file_goes_along_to_another_slot(self):
        """A31, A41: who takes another slot, or the same one again, has sent the file already."""
        file, town = self.ask("file", required=True), self.ask("text", required=True)
        path, _page, hidden = self.open()
        self.read_page(self.send(path, hidden, [(f"q_{file.id}", ("pay slip.pdf", PDF))]), 422)
        page, data = self.page("/booking/mortgage-advice"), {}
        action, data = self.form(page, "/hold")
        again = self.send(action + "?again=1", {**data, "start": "2026-03-03T09:00:00Z"}, **{f"q_{town.id}": "Lyon"})
        self.assertEqual(again.status_code, 307)
        path = self.path(again)
        page = self.read_page(self.send(path, {**hidden, "again": "1"}, **{f"q_{town.id}": "Lyon"}))
        self.assertIn("pay slip.pdf", self.words(page))
        self.assertIn("/appointment/", self.path(self.send(path.split("?")[0], hidden, **{f"q_{town.id}": "Lyon"})))

    def test_expired_form_keeps_the_file(self):
        """A31: a form that came too late says what is kept, and its file is there with the next hold."""
        file = self.ask("file", required=True)
        path, _page, hidden = self.open()
        self.find(path).answer_ids.unlink()
        self.find(path)._keep_files({file.id: [("pay slip.pdf", PDF)]})
        self.find(path).hold_until = "2026-03-02 07:59:00"
        page = self.read_page(self.send(path, hidden), 410)
        self.assertIn("pay slip.pdf", self.words(page))
        action, data = self.form(page, "/hold")
        response = self.post(action, follow=True, **data, **self.answers(), start="2026-03-03T08:00:00Z")
        self.assertIn("is booked", self.words(self.read_page(response)))
        appointment = self.env["booking.appointment"].search([("state", "=", "planned")])
        self.assertEqual(appointment.answer_ids.attachment_ids.mapped("name"), ["pay slip.pdf"])

    def test_files_that_lie(self):
        """A41: what a file is called and what the browser says of it do not matter: its content does."""
        file = self.ask("file")
        path, _page, hidden = self.open()
        for name, content, said in (
            ("id.pdf", HTML, "application/pdf"),
            ("id.png", SVG, "image/png"),
            ("id.svg", SVG, "image/svg+xml"),
            ("id.pdf.html", HTML, "application/pdf"),
        ):
            with self.subTest(name=name):
                response = self.send(path, hidden, [(f"q_{file.id}", (name, content, said))])
                page = self.read_page(response, 422)
                self.assertIn(
                    "not a file that we can take here. We take: Images, PDF; up to 5 MB", self.told(page, file)
                )
                self.assertIn("Martin", page.xpath("//input/@value"))
        self.assertEqual(self.find(path).state, "hold")
        self.assertFalse(self.find(path).answer_ids)

    def test_too_big(self):
        """A41: a file that is too big is refused beside its field, and what was typed is kept."""
        file = self.ask("file", file_max_mb=1)
        path, _page, hidden = self.open()
        big = PDF + b" " * 2 * MB
        page = self.read_page(self.send(path, hidden, [(f"q_{file.id}", ("id.pdf", big))]), 422)
        self.assertEqual(self.told(page, file), "“id.pdf” is too big: a file may have 1 MB here.")
        self.assertIn("Martin", page.xpath("//input/@value"))

    @mute_logger("odoo.http")
    def test_far_too_big(self):
        """A41, X04: what is more than any form takes gets a page that says so, inside a frame too."""
        path, _page, hidden = self.open()
        for address in (path, path.replace("/booking/", "/booking/embed/"), "/booking/mortgage-advice/hold"):
            with self.subTest(address=address):
                # without a question for files a form is a quarter of a megabyte
                page = self.read_page(self.send(address, hidden, [("q_1", ("id.pdf", PDF * 10000))]), 413)
                self.assertIn("too big to be sent, and nothing is booked yet", self.words(page))
                self.assertEqual(page.xpath("//*[@id='wrap']//a[contains(@class, 'btn')]/@href"), [address])
        self.ask("file")
        page = self.read_page(self.send(path, hidden, q_1="x" * MB), 413)
        self.assertIn("too big to be sent", self.words(page))
        self.assertEqual(self.find(path).state, "hold")

    def test_too_many_uploads(self):
        """A71: nobody fills the disk: files from one address of the network are limited."""
        self.env["ir.config_parameter"].set_param("appointment_booking.limit_upload", "1")
        file, _town = self.ask("file"), self.ask("text", required=True)
        path, _page, hidden = self.open()
        self.read_page(self.send(path, hidden, [(f"q_{file.id}", ("id.pdf", PDF))]), 422)
        page = self.read_page(self.send(path, hidden, [(f"q_{file.id}", ("other.pdf", PDF))]), 422)
        self.assertIn("Too many files", self.told(page, file))
        self.assertIn("id.pdf", self.words(page))

    def test_files_need_a_hold(self):
        """X04: nobody leaves files here without a slot that is theirs, or from another site's page."""
        file = self.ask("file")
        before = self.env["ir.attachment"].search_count([])
        path, _page, hidden = self.open()
        sent = [(f"q_{file.id}", ("id.pdf", PDF))]
        self.read_page(self.send(path, {**hidden, "csrf_token": "wrong"}, sent), 400)
        self.read_page(self.send("/booking/hold/" + "A" * 43, hidden, sent), 410)
        self.read_page(self.send("/booking/a%00b/hold", hidden, sent), 404)
        self.find(path).hold_until = "2026-03-02 07:59:00"
        self.read_page(self.send(path, hidden, sent), 410)
        self.assertEqual(self.env["ir.attachment"].search_count([]), before)

    def test_prefill_goes_all_the_way(self):
        """A42: what a link says stays through all steps, also where they change, and is in the form."""
        self.env["booking.reason"].create([{"type_id": self.type.id, "name": name} for name in ("Buy", "Sell")])
        self.type.agency_ids |= self.agency.copy({"name": "Far away"})
        client = self.ask("text", "Client number", prefill_param="client")
        hidden_question = self.ask("hidden", prefill_param="utm_source")
        said = {"client": "A&B=1 <é>", "utm_source": "mail"}
        page = self.page("/booking/mortgage-advice", **said, unknown="x")
        for _step in range(2):
            links = page.xpath("//a[contains(@class, 'o_booking_choice')]/@href")
            self.assertTrue(all("client=A%26B" in link and "unknown" not in link for link in links))
            page = self.page(links[0])
        action, data = self.form(page, "/hold")
        self.assertEqual(data["client"], said["client"])
        path = self.path(self.post(action, **data, start=self.starts(page)[0]))
        form = self.page(path)
        self.assertEqual(form.xpath(f"//input[@name='q_{client.id}']/@value"), [said["client"]])
        self.assertTrue(all("client=" in link for link in form.xpath("//dd[@class='o_booking_line_change']/a/@href")))
        self.find(path).hold_until = "2026-03-02 07:59:00"
        _action, data = self.form(self.page(path, 410), "/hold")
        self.assertEqual((data["client"], data["utm_source"]), (said["client"], "mail"))
        path = self.path(self.post("/booking/mortgage-advice/hold", **data, start="2026-03-04T08:00:00Z"))
        _action, data = self.form(self.page(path), path)
        done = self.path(self.post(path, **data, **{**self.answers(), f"q_{client.id}": "changed"}))
        told = {answer.question_id: answer.value_text for answer in self.find(done).answer_ids}
        self.assertEqual((told[client], told[hidden_question]), ("changed", "mail"))

    def test_prefill_in_a_frame(self):
        """A42, A06: a link inside another site's frame fills in as well."""
        client = self.ask("text", prefill_param="client")
        page = self.page("/booking/embed/mortgage-advice", client="1234")
        forms = [form for form in page.xpath("//form[@method='post']") if "/hold" in form.get("action")]
        action = forms[0].get("action")
        data = {field.get("name"): field.get("value") or "" for field in forms[0].xpath(".//input[@type='hidden']")}
        path = self.path(self.post(action, **data, start=self.starts(page)[0]))
        form = self.page(path)
        self.assertEqual(form.xpath(f"//input[@name='q_{client.id}']/@value"), ["1234"])

    def test_read_only_when_prefilled(self):
        """A42, X04: what was filled in by a link cannot be changed, whatever is sent."""
        client = self.ask("text", prefill_param="client", readonly_prefilled=True)
        fruit = self.ask("radio", options=["Apple", "Pear"], prefill_param="fruit", readonly_prefilled=True)
        path, page, hidden = self.open(client="1234", fruit="pear")
        for question, text in ((client, "1234"), (fruit, "Pear")):
            (field,) = page.xpath(f"//input[@id='q_{question.id}']")
            self.assertEqual((field.get("readonly"), field.get("name"), field.get("value")), ("readonly", None, text))
        evil = {
            f"q_{client.id}": "9999",
            f"q_{fruit.id}": str(fruit.option_ids[0].id),
            "client": "9999",
            "fruit": "apple",
        }
        done = self.path(self.send(path, hidden, **evil))
        told = {answer.question_id: answer.display_value for answer in self.find(done).answer_ids}
        self.assertEqual((told[client], told[fruit]), ("1234", "Pear"))
        path, page, hidden = self.open("2026-03-04T08:00:00Z", fruit="plum")
        self.assertEqual(len(page.xpath(f"//input[@name='q_{fruit.id}']")), 2, "what is no option can be chosen")
        self.assertTrue(page.xpath(f"//input[@name='q_{client.id}']"))

    def test_account_fills_in(self):
        """A42: who is signed in finds their data; where they may not be changed, the account's are taken."""
        new_test_user(
            self.env,
            login="anne",
            name="Anne Martin",
            email="anne@example.com",
            groups="base.group_portal",
            password="anne12345",
        )
        email = self.type.question_ids.filtered(lambda question: question.role == "email")
        email.readonly_prefilled = True
        self.authenticate("anne", "anne12345")
        path, page, hidden = self.open()
        self.assertIn("Martin", page.xpath("//input/@value"))
        self.assertEqual(page.xpath(f"//input[@id='q_{email.id}']/@readonly"), ["readonly"])
        done = self.path(self.send(path, hidden, **{f"q_{email.id}": "eve@example.org"}))
        self.assertEqual(self.find(done).booker_email, "anne@example.com")

    def test_only_for_a_reason(self):
        """A42: a question of another reason is neither shown nor read."""
        buy, sell = self.env["booking.reason"].create(
            [{"type_id": self.type.id, "name": name} for name in ("Buy", "Sell")]
        )
        question = self.ask("text", required=True, reason_ids=[Command.set(buy.ids)])
        path, page, hidden = self.open(reason=sell.id)
        self.assertFalse(page.xpath(f"//*[@id='q_{question.id}']"))
        done = self.path(self.send(path, hidden, **{f"q_{question.id}": "x"}))
        self.assertNotIn(question, self.find(done).answer_ids.question_id)
        path, page, hidden = self.open("2026-03-04T08:00:00Z", reason=buy.id)
        self.assertTrue(page.xpath(f"//*[@id='q_{question.id}']"))
        self.read_page(self.send(path, hidden, **{f"q_{question.id}": ""}), 422)

    def test_columns(self):
        """A42: two columns where the administrator asks for them, in the order of the form."""
        _path, page, _hidden = self.open()
        self.assertFalse(page.xpath("//*[contains(@class, 'o_booking_two_columns')]"))
        right = self.ask("text", side="right")
        _path, page, _hidden = self.open()
        (fields,) = page.xpath("//*[contains(@class, 'o_booking_two_columns')]")
        self.assertTrue(fields.xpath(f"./*[contains(@class, 'o_booking_field_right')]//*[@id='q_{right.id}']"))

    def test_try_the_form(self):
        """A41: who may change a type tries its form; nothing is kept, and nobody else sees it."""
        file, fruit = self.ask("file", required=True), self.ask("radio", options=["Apple"])
        address = "/booking/mortgage-advice/form"
        self.assertEqual(self.url_open(address, allow_redirects=False).status_code, 303)
        self.authenticate("bob", "bob")
        self.page(address, 404)
        manager = self.new_advisor("Mia", "appointment_booking.group_booking_manager")
        self.authenticate("mia", "mia")
        self.page(address, 404)
        self.type.team_ids = self.env["booking.team"].create({"name": "T", "manager_ids": [Command.set(manager.ids)]})
        page = self.page(address)
        self.assertIn("A radio", self.words(page))
        _action, data = self.form(page, "/form")
        before = self.env["ir.attachment"].search_count([])
        page = self.read_page(self.send(address, data), 422)
        self.assertIn("Choose a file", self.told(page, file))
        sent = [(f"q_{file.id}", ("id.pdf", PDF))]
        page = self.read_page(self.send(address, data, sent, **{f"q_{fruit.id}": str(fruit.option_ids.id)}))
        self.assertIn("would be accepted", self.words(page))
        page = self.read_page(self.send(address, data, [(f"q_{file.id}", ("id.pdf", HTML))]), 422)
        self.assertIn("not a file", self.told(page, file))
        self.read_page(self.send(address, {}, sent), 400)
        self.assertEqual(self.env["ir.attachment"].search_count([]), before)
        self.assertFalse(self.env["booking.appointment"].search([("type_id", "=", self.type.id)]))
