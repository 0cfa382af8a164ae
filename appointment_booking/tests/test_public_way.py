from lxml import html

from odoo import Command
from odoo.tests import new_test_user, tagged

from .public_common import PublicCase


@tagged("post_install", "-at_install")
class TestPublicWay(PublicCase):
    """The way of a booker from the catalogue to the confirmation, without JavaScript."""

    def test_whole_way(self):
        """A30, A31, A33, A34, A38: one slot, from the catalogue to the confirmation, by plain links and forms."""
        catalogue = self.page("/booking")
        (link,) = catalogue.xpath("//a[contains(@class, 'o_booking_card_link')]/@href")
        self.assertIn("Mon, Mar 2", self.words(catalogue))

        week = self.page(link)
        self.assertEqual(len(self.starts(week)), 15, "three on each of five days")
        action, data = self.form(week, "/hold")
        held = self.post(action, **data, start=self.starts(week)[0])
        self.assertEqual(held.status_code, 303)

        form_path = self.path(held)
        form = self.page(form_path)
        words = self.words(form)
        for word in ("Mortgage advice", "Lyon", "Monday, March 2, 2026", "10:00", "1 h", "kept for you until"):
            self.assertIn(word, words)
        action, data = self.form(form, form_path)
        done = self.post(action, **{**data, **self.answers()})
        self.assertEqual(done.status_code, 303)

        confirmation = self.page(self.path(done))
        words = self.words(confirmation)
        for word in ("is booked", "anne.martin@example.com", "1 rue de la Paix", "Calendar file", "Google", "Outlook"):
            self.assertIn(word, words)
        appointment = self.find(self.path(done))
        self.assertEqual(appointment.state, "planned")
        self.assertEqual(appointment.booker_phone, "+33612345678")
        self.assertEqual(appointment.booker_name, "Anne Martin")
        self.assertEqual(appointment.partner_match, "created")
        self.assertEqual(len(appointment.answer_ids), 4)

    def test_enter_books(self):
        """A38: the key Enter in a field of the form books: it presses the first button, which is no other one."""
        page = self.page(self.take())
        buttons = page.xpath("//button[@form='o_booking_form'] | //form[@id='o_booking_form']//button")
        self.assertGreater(len(buttons), 2)
        self.assertEqual((buttons[0].get("formaction"), buttons[0].get("name")), (None, None))

    def test_confirmed_once(self):
        """A37: sending the form a second time shows the appointment that exists."""
        path = self.take()
        _action, data = self.form(self.page(path), path)
        first = self.post(path, **{**data, **self.answers()})
        again = self.post(path, **{**data, **self.answers(last_name="Other")})
        self.assertEqual(self.path(first), self.path(again))
        self.assertEqual(self.find(path).booker_name, "Anne Martin")
        self.assertEqual(self.url_open(path, allow_redirects=False).status_code, 303)

    def test_second_hold_replaces_the_first(self):
        """A31: one person holds one slot; what they hold stays on offer to them."""
        first = self.take("2026-03-03T08:00:00Z")
        second = self.take("2026-03-03T09:00:00Z")
        self.assertFalse(self.find(first))
        self.assertEqual(self.find(second).state, "hold")
        self.assertIn("2026-03-03T09:00:00Z", self.starts(self.page("/booking/mortgage-advice")))

    def test_release(self):
        """A31: another slot can be chosen, and the first one is free at once."""
        path = self.take()
        response = self.post(f"{path}/release", csrf_token=self.token())
        self.assertEqual(response.status_code, 303)
        self.assertFalse(self.find(path))
        self.assertIn("day=2026-03-02", self.path(response))

    def test_leave_and_resume(self):
        """A31: a page that is left gives the slot back in a moment; one that comes back keeps it."""
        path = self.take()
        hold, token = self.find(path), self.token()
        full = hold.hold_until
        self.assertEqual(self.post(f"{path}/leave", csrf_token=token).status_code, 204)
        hold.invalidate_recordset()
        self.assertLess(hold.hold_until, full)
        response = self.post(f"{path}/resume", csrf_token=token)
        hold.invalidate_recordset()
        self.assertEqual(hold.hold_until, full)
        self.assertEqual(response.json()["seconds"], 600)
        self.assertIn("9:10", response.json()["note"])
        self.assertEqual(self.post(f"{path}/leave").status_code, 400, "a foreign page cannot make it leave")

    def test_ics(self):
        """A34: the calendar file is a download that nobody keeps."""
        path = self.take()
        _action, data = self.form(self.page(path), path)
        done = self.path(self.post(path, **{**data, **self.answers()}))
        response = self.url_open(f"{done}/ics")
        self.assertEqual(response.headers["Content-Type"], "text/calendar; charset=utf-8")
        self.assertIn("BEGIN:VEVENT", response.text)
        self.assertIn("METHOD:PUBLISH", response.text)
        self.assertEqual(response.headers["Cache-Control"], "no-store")

    def test_secret_pages_stay_secret(self):
        """A53: pages behind a token are not cached, not indexed, and not told to other sites."""
        for path in (self.take(), self.book_online()):
            headers = self.url_open(path).headers
            self.assertEqual(headers["Cache-Control"], "no-store")
            self.assertEqual(headers["Referrer-Policy"], "no-referrer")
            self.assertIn("noindex", headers["X-Robots-Tag"])

    def book_online(self):
        path = self.take()
        _action, data = self.form(self.page(path), path)
        return self.path(self.post(path, **{**data, **self.answers()}))

    def test_link_ends_after_the_appointment(self):
        """A53: a day after the appointment its link answers 410."""
        path = self.book_online()
        self.find(path).write({"start": "2026-02-28 08:00:00", "stop": "2026-02-28 09:00:00"})
        self.assertIn("is over", self.words(self.page(path, 410)))
        self.assertEqual(self.url_open(f"{path}/ics").status_code, 410)

    def test_cancelled(self):
        """A34: a cancelled appointment is shown as what it is."""
        path = self.book_online()
        self.find(path).action_cancel()
        page = self.page(path)
        self.assertIn("is cancelled", self.words(page))
        self.assertNotIn("Google", self.words(page))

    def test_video_and_phone(self):
        """A03: video shows the link to join; a phone appointment asks for a number and says who calls."""
        self.type.write({"channel": "video", "agency_ids": [Command.clear()]})
        self.type.company_id.country_id = self.env.ref("base.fr")
        path = self.book_online()
        self.assertTrue(self.page(path).xpath("//a[contains(@href, '/calendar/join_videocall/')]"))
        self.find(path).state = "done"
        page = self.page(path)
        self.assertIn("has taken place", self.words(page))
        self.assertFalse(page.xpath("//a[contains(@href, '/calendar/join_videocall/')]"), "nothing to join any more")
        self.type.channel = "phone"
        path = self.take("2026-03-03T08:00:00Z")
        form = self.page(path)
        self.assertIn("An advisor will call you at this number", self.words(form))
        _action, data = self.form(form, path)
        self.assertIn(
            "Enter a phone number", self.words(self.read_page(self.post(path, **data, **self.answers(phone="")), 422))
        )
        done = self.path(self.post(path, **data, **self.answers()))
        self.assertIn("+33612345678", self.words(self.page(done)))

    def test_steps_are_asked_in_order(self):
        """A05, A30: reason, agency, slot; a step with one choice is skipped; each choice can be changed alone."""
        other = self.agency.copy({"name": "Bron"})
        self.type.agency_ids |= other
        reasons = self.env["booking.reason"].create(
            [
                {"type_id": self.type.id, "name": "Buy", "instructions": "<p>Your last pay slips</p>"},
                {
                    "type_id": self.type.id,
                    "name": "Renegotiate",
                    "duration": 30,
                    "agency_ids": [Command.set(other.ids)],
                },
            ]
        )
        page = self.page("/booking/mortgage-advice")
        self.assertIn("What is it about?", self.words(page))
        self.assertEqual(len(page.xpath("//a[contains(@class, 'o_booking_choice')]")), 2)
        page = self.page("/booking/mortgage-advice", reason=reasons[0].id)
        self.assertIn("Which agency suits you?", self.words(page))
        self.assertIn("Next free date Mon, Mar 2", self.words(page))
        page = self.page("/booking/mortgage-advice", reason=reasons[1].id)
        self.assertTrue(self.starts(page), "one agency only: its step is skipped")
        page = self.page("/booking/mortgage-advice", reason=reasons[1].id, agency=self.agency.id)
        self.assertTrue(self.starts(page), "the agency does not handle the reason: the other one is taken")
        page = self.page("/booking/mortgage-advice", reason=reasons[0].id, agency=other.id, day="2026-03-11")
        change = page.xpath("//a[@aria-label='Change the reason']/@href")[0]
        self.assertNotIn("reason=", change)
        self.assertIn(f"agency={other.id}", change)
        self.assertIn("day=2026-03-11", change)

    def test_moved_address(self):
        """A02: a former address leads to the new one, with what was chosen."""
        self.type.slug = "home-loans"
        response = self.url_open("/booking/mortgage-advice?day=2026-03-11", allow_redirects=False)
        self.assertEqual(response.status_code, 301)
        self.assertEqual(self.path(response), "/booking/home-loans?day=2026-03-11")

    def test_preview(self):
        """A02: what is not published is a “not found” to visitors, and a preview to those who may change it."""
        admin = self.new_advisor("Clara", "appointment_booking.group_booking_admin")
        self.type.is_published = False
        self.page("/booking/mortgage-advice", 404)
        self.authenticate("ada", "ada")
        self.page("/booking/mortgage-advice", 404)
        self.authenticate(admin.login, admin.login)
        self.assertIn("Preview", self.words(self.page("/booking/mortgage-advice")))
        self.type.active = False
        self.assertIn("Preview", self.words(self.page("/booking/mortgage-advice")))
        self.authenticate(None, None)
        self.page("/booking/mortgage-advice", 404)

    def test_reader_s_language(self):
        """X05: days and hours are told as the reader's language does."""
        self.env["res.lang"]._activate_lang("fr_FR")
        website = self.env["website"].search([], limit=1)
        website.language_ids |= self.env["res.lang"].search([("code", "=", "fr_FR")])
        page = self.page("/fr/booking/mortgage-advice")
        self.assertIn("lundi 2 mars", self.words(page))
        action, data = self.form(page, "/hold")
        held = self.post(action, **data, start=self.starts(page)[0])
        self.assertTrue(self.path(held).startswith("/fr/booking/hold/"))
        self.assertEqual(self.find(self.path(held)[3:]).lang, "fr_FR")

    def test_zone(self):
        """A30, X02: the hours are told in the visitor's zone, and the agency's is named when it differs."""
        page = self.page("/booking/mortgage-advice", tz="America/New_York")
        words = self.words(page)
        self.assertIn("New York time (UTC−5)", words)
        self.assertIn("The agency is on Paris time (UTC+1)", words)
        self.assertIn("3:00", page.xpath("//button[@name='start']")[0].text_content())
        page = self.page("/booking/mortgage-advice", tz="Europe/Brussels")
        self.assertIn("Paris time", self.words(page), "the clocks agree: nothing to warn of")
        self.assertNotIn("The agency is on", self.words(page))
        page = self.page("/booking/mortgage-advice", tz="Asia/Tokyo", change="zone")
        self.assertEqual(page.xpath("//option[@selected]/@value"), ["Asia/Tokyo"])
        self.opener.cookies.set("tz", "Pacific/Kiritimati")
        page = self.page("/booking/mortgage-advice")
        self.assertIn("(UTC+14)", self.words(page))
        self.assertIn("Saturday, March 7", self.words(page), "Friday noon in Paris is Saturday there")
        self.opener.cookies.set("tz", "No/Where")
        self.assertIn("Paris time", self.words(self.page("/booking/mortgage-advice")))

    def test_weeks(self):
        """A30: next and previous week, the first free date, and a way out of an empty week."""
        page = self.page("/booking/mortgage-advice", day="2026-03-11")
        links = page.xpath("//nav[@aria-label='Weeks']//a/@href")
        self.assertEqual([link.rpartition("?")[2] for link in links[:2]], ["day=2026-03-01", "day=2026-03-15"])
        self.assertEqual(links[2], "/booking/mortgage-advice")
        self.env["booking.availability"].create(
            [
                {"user_id": user.id, "kind": "closed", "date_from": "2026-03-09", "date_to": "2026-03-17"}
                for user in self.ada | self.bob
            ]
        )
        page = self.page("/booking/mortgage-advice", day="2026-03-11")
        self.assertIn("No free slot in this week", self.words(page))
        self.assertIn("Wednesday, March 18, 9:00", self.words(page).replace("\u202f", " "))
        self.mornings.unlink()
        self.assertIn("No free slot at the moment", self.words(self.page("/booking/mortgage-advice")))
        self.assertIn("No free date at the moment", self.words(self.page("/booking")))

    def test_day_on_a_phone(self):
        """A30, A38: the address names the day that a phone shows; days without slots are seen to be closed."""
        self.env["booking.availability"].create(
            [
                {"user_id": user.id, "kind": "closed", "date_from": "2026-03-04", "date_to": "2026-03-04"}
                for user in self.ada | self.bob
            ]
        )
        page = self.page("/booking/mortgage-advice", day="2026-03-05")
        self.assertEqual(page.xpath("//section[contains(@class, 'o_booking_day_on')]/@data-day"), ["2026-03-05"])
        self.assertEqual(page.xpath("//section[contains(@class, 'o_booking_day_off')]/@data-day"), ["2026-03-04"])
        self.assertIn("No slots", self.words(page))

    def test_catalogue(self):
        """A06: published types by category, searched by their words; the others are not mentioned."""
        category = self.env["booking.type.category"].create({"name": "Insurance"})
        self.new_type("Home insurance", self.ada, category_id=category.id, welcome_text="Protect your roof")
        self.new_type("Secret", self.ada, is_published=False)
        words = self.words(self.page("/booking"))
        self.assertIn("Insurance Home insurance Protect your roof", words)
        self.assertIn("Mortgage advice", words)
        self.assertNotIn("Secret", words)
        words = self.words(self.page("/booking", search="roof"))
        self.assertIn("Home insurance", words)
        self.assertNotIn("Mortgage", words)
        self.assertIn("Nothing found", self.words(self.page("/booking", search="100%_\\")))

    def test_search_bar(self):
        """A06: the website's own search finds what is published, for visitors without any right."""
        self.new_type("Mortgage draft", self.ada, is_published=False)
        self.type.welcome_text = "Buy your home"
        page = self.url_open("/website/search?search=mortgage")
        self.assertIn("/booking/mortgage-advice", page.text)
        self.assertNotIn("mortgage-draft", page.text)

    def test_description_for_search_engines(self):
        """A06: the welcome text describes the page to search engines and to those who share it."""
        self.type.welcome_text = "Buy your home"
        head = html.fromstring(self.url_open("/booking/mortgage-advice").text)
        self.assertEqual(head.xpath("//meta[@name='description']/@content"), ["Buy your home"])
        self.assertEqual(head.xpath("//meta[@property='og:description']/@content"), ["Buy your home"])
        self.assertIn("Mortgage advice", head.xpath("//title/text()")[0])

    def test_portal_user(self):
        """X04, A45: somebody signed in books as themselves; what the account tells is filled in."""
        user = new_test_user(
            self.env, login="portal", groups="base.group_portal", email="portal@example.com", lang="en_US"
        )
        self.authenticate("portal", "portal")
        path = self.take()
        form = self.page(path)
        self.assertIn("portal@example.com", form.xpath("//input/@value"))
        _action, data = self.form(form, path)
        done = self.path(self.post(path, **{**data, **self.answers()}))
        self.assertEqual(self.find(done).partner_id, user.partner_id)
        self.assertEqual(self.find(done).partner_match, "account")

    def test_sitemap_and_menu(self):
        """A06: the catalogue and the published types are in the sitemap, the catalogue in the menu."""
        self.new_type("Secret", self.ada, is_published=False)
        sitemap = self.url_open("/sitemap.xml").text
        self.assertIn("/booking</loc>", sitemap)
        self.assertIn("/booking/mortgage-advice</loc>", sitemap)
        self.assertNotIn("/booking/secret", sitemap)
        home = html.fromstring(self.url_open("/booking").text)
        self.assertTrue(home.xpath("//header//a[@href='/booking']"))
