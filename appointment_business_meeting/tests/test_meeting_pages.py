import re
from urllib.parse import urlencode

import werkzeug.routing
from freezegun import freeze_time
from lxml import html

from odoo import http
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .meeting_common import MeetingCase


class MeetingPageCase(MeetingCase, HttpCase):
    """Partners and participants with an account, and somebody without; pages are fetched and forms sent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ann = new_test_user(cls.env, login="ann", groups="base.group_portal", lang="en_US")
        cls.anne.partner_id = cls.ann.partner_id
        cls.anne.write({"name": "Anne Martin", "email": "anne@example.org"})
        cls.pau = new_test_user(cls.env, login="pau", groups="base.group_portal", lang="en_US")
        cls.paul.partner_id = cls.pau.partner_id
        cls.new_portal(cls.maison.partner_id.child_ids[0], "maison")
        cls.new_portal(cls.toits.partner_id.child_ids[0], "toits")
        cls.maison.partner_id.child_ids[0].name = "Sales person"
        new_test_user(cls.env, login="stranger", groups="base.group_portal")
        cls.partner_url = f"/my/meetings/partner/{cls.maison.id}"
        cls.account_url = f"/my/meetings/participant/{cls.anne.id}"
        cls.token_url = cls.anne._get_meeting_url()
        cls.env["ir.config_parameter"].set_param("appointment_booking.limit_touch", "100000")

    def sign_in(self, login):
        self.authenticate(login, login) if login else self.authenticate(None, None)

    def page(self, path, status=200, **query):
        address = path + (f"?{urlencode(query)}" if query else "")
        return self.read_page(self.url_open(address, allow_redirects=False), status)

    def read_page(self, response, status=200):
        self.assertEqual(response.status_code, status, response.text[:300])
        tree = html.fromstring(response.text)
        self.assertEqual(len(tree.xpath("//h1")), 1, "a page has one first heading")
        return tree

    def post(self, path, **data):
        token = http.Request.csrf_token(self)
        return self.url_open(path, data={"csrf_token": token, **data}, allow_redirects=False)

    def words(self, tree):
        return " ".join(" ".join(tree.xpath("//*[@id='wrap']//text()[not(ancestor::script)]")).split())

    def goal(self, response):
        self.assertEqual(response.status_code, 303, response.text[:300])
        return re.sub(r"^https?://[^/]+", "", response.headers["Location"])

    def fresh(self, meeting):
        meeting.invalidate_recordset()
        return meeting


@tagged("post_install", "-at_install")
class TestMeetingAccess(MeetingPageCase):
    """X04: every page and deed as nobody, a stranger, the other partner, the other participant, another company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.meeting = cls.Meeting._request(cls.maison, cls.anne, "partner", cls.slots[0])._accept("participant")
        other = cls.env["res.company"].create({"name": "Another organiser"})
        cls.far_event = cls.new_event("Far fair", company_id=other.id)
        cls.far_sponsor = cls.new_sponsor("Far away", cls.gold, cls.far_event)
        cls.new_portal(cls.far_sponsor.partner_id.child_ids[0], "far")

    def looks(self, url, is_partner):
        person = self.anne if is_partner else self.maison
        own = ["", "/people", f"/people/{person.id}", "/meetings", f"/meeting/{self.meeting.id}"]
        own += ["/agenda.ics", f"/meeting/{self.meeting.id}/meeting.ics"] + (["/calendar"] if is_partner else [])
        return [url + path for path in own]

    def leads(self, url, is_partner):
        """What is looked at after a deed, and only leads back."""
        person = self.anne if is_partner else self.maison
        paths = [f"/people/{person.id}/ask", f"/meeting/{self.meeting.id}/accept"]
        return [url + path for path in paths + (["/calendar/slots"] if is_partner else [])]

    def deeds(self, url, is_partner):
        person = self.anne if is_partner else self.maison
        paths = [f"/people/{person.id}/ask"]
        paths += [
            f"/meeting/{self.meeting.id}/{deed}"
            for deed in ("accept", "refuse", "cancel", "propose", "move", "say", "report")
        ]
        return [url + path for path in paths + (["/calendar/slots", "/calendar/space"] if is_partner else [])]

    def test_every_route_is_here(self):
        """X04: a new address of ours is in one of the lists above, or is one of the two of the account."""
        ours, rules = set(), {"GET": [], "POST": []}
        modules = ["appointment_booking", "appointment_business_meeting"]
        for path, endpoint in http._generate_routing_rules(modules, nodb_only=False):
            if not path.startswith(("/my/meetings", "/meetings")):
                continue
            (method,) = endpoint.routing["methods"]
            ours.add((method, path))
            rules[method].append(werkzeug.routing.Rule(path, endpoint=path))
        maps = {method: werkzeug.routing.Map(some).bind("") for method, some in rules.items()}
        told = {("GET", path) for path in ("/my/meetings", f"/my/meetings/{self.meeting.id}")}
        for url, is_partner in ((self.partner_url, True), (self.account_url, False), (self.token_url, False)):
            told |= {("GET", path) for path in self.looks(url, is_partner) + self.leads(url, is_partner)}
            told |= {("POST", path) for path in self.deeds(url, is_partner)}
        self.assertEqual(ours, {(method, maps[method].match(path)[0]) for method, path in told})

    def test_partner_pages(self):
        """X04, I07-I09: a partner's pages and deeds are those of its people; to all others they are not there."""
        for login in (None, "stranger", "toits", "ann", "pau", "far"):
            self.sign_in(login)
            for path in self.looks(self.partner_url, True) + self.leads(self.partner_url, True):
                answer = self.url_open(path, allow_redirects=False)
                if login:
                    self.assertEqual(answer.status_code, 404, f"{login} {path}")
                else:
                    self.assertIn("/web/login", self.goal(answer))
            for path in self.deeds(self.partner_url, True):
                answer = self.post(path, slot=self.slots[1].id, change=f"close-{self.space.id}-{self.slots[3].id}")
                self.assertEqual(answer.status_code, 404 if login else 303, f"{login} {path}")
        self.sign_in("maison")
        for path in self.looks(self.partner_url, True):
            self.assertEqual(self.url_open(path, allow_redirects=False).status_code, 200, path)
        for path in self.leads(self.partner_url, True):
            self.assertTrue(self.goal(self.url_open(path, allow_redirects=False)).startswith(self.partner_url))
        self.assertEqual(self.fresh(self.meeting).slot_id, self.slots[0])
        self.assertFalse(self.space.closure_ids)

    def test_participant_pages(self):
        """X04, I10: with an account, one's own registration; by the link, whoever has it, and nobody by another."""
        for login in (None, "stranger", "maison", "pau", "far"):
            self.sign_in(login)
            for path in self.looks(self.account_url, False) + self.leads(self.account_url, False):
                answer = self.url_open(path, allow_redirects=False)
                if login:
                    self.assertEqual(answer.status_code, 404, f"{login} {path}")
                else:
                    self.assertIn("/web/login", self.goal(answer))
            for path in self.deeds(self.account_url, False):
                self.assertEqual(self.post(path, slot=self.slots[1].id).status_code, 404 if login else 303, path)
        wrong = "/meetings/" + "x" * 43
        self.sign_in(None)
        for path in self.looks(wrong, False) + self.leads(wrong, False):
            self.assertEqual(self.url_open(path, allow_redirects=False).status_code, 404, path)
        for path in self.deeds(wrong, False):
            self.assertEqual(self.post(path, slot=self.slots[1].id).status_code, 404, path)
        for login, url in ((None, self.token_url), ("stranger", self.token_url), ("ann", self.account_url)):
            self.sign_in(login)
            for path in self.looks(url, False):
                self.assertEqual(self.url_open(path, allow_redirects=False).status_code, 200, path)
        answer = self.url_open(self.token_url)
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer")
        self.assertEqual(self.fresh(self.meeting).state, "confirmed")
        self.sign_in("pau")
        for path in ("", "/people", "/meetings", "/agenda.ics"):
            answer = self.url_open(f"/my/meetings/participant/{self.paul.id}{path}")
            self.assertEqual(answer.status_code, 200)
        self.assertFalse(self.fresh(self.paul).meeting_token, "looking makes no secret link")

    def test_somebody_elses_by_number(self):
        """X04, I06: among one's own pages, numbers of others' meetings and of people outside the rules are nothing."""
        theirs = self.confirm(self.toits, self.paul, self.slots[1])
        hidden = self.new_registration("Hidden Person", state="cancel")
        far = self.new_registration("Far Person", self.far_event)
        self.sign_in("maison")
        numbers = [hidden.id, far.id, 2**31, 2**63, 0]
        other = f"/my/meetings/partner/{self.toits.id}?sponsor_id={self.maison.id}&registration_id=1"
        self.page(other, 404)
        self.page(f"{self.partner_url}?sponsor_id={self.toits.id}&registration_id={self.anne.id}&token=x")
        for path in [f"/meeting/{theirs.id}", f"/meeting/{theirs.id}/meeting.ics", f"/meeting/{2**40}"] + [
            f"/people/{number}" for number in numbers
        ]:
            tree = self.page(self.partner_url + path, 404)
            self.assertNotIn("Paul", self.words(tree))
            self.assertNotIn("Hidden", self.words(tree))
        for number in numbers:
            answer = self.post(f"{self.partner_url}/people/{number}/ask", slot=self.slots[2].id)
            self.assertEqual(answer.status_code, 404)
        self.assertEqual(self.post(f"{self.partner_url}/meeting/{theirs.id}/cancel").status_code, 404)
        self.sign_in(None)
        self.page(f"{self.token_url}?sponsor_id={self.maison.id}&registration_id={self.anne.id}&token=x")
        self.page(f"{self.token_url}/meeting/{theirs.id}", 404)
        self.page(f"{self.token_url}/people/{self.far_sponsor.id}", 404)
        self.assertEqual(self.post(f"{self.token_url}/meeting/{theirs.id}/cancel").status_code, 404)
        self.assertEqual(self.fresh(theirs).state, "confirmed")
        self.assertFalse(self.Meeting.search([("registration_id", "in", (hidden | far).ids)]))

    def test_account(self):
        """I07, I10: the account leads to the one side there is, or lists them; a meeting's number to its page."""
        self.sign_in("maison")
        self.assertEqual(self.goal(self.url_open("/my/meetings", allow_redirects=False)), self.partner_url)
        link = f"/my/meetings/{self.meeting.id}"
        self.assertEqual(
            self.goal(self.url_open(link, allow_redirects=False)), f"{self.partner_url}/meeting/{self.meeting.id}"
        )
        self.assertIn(
            "1 Business meetings", " ".join(html.fromstring(self.url_open("/my").text).text_content().split())
        )
        self.sign_in("toits")
        self.page(link, 404)
        self.sign_in("stranger")
        self.assertIn("You have no business meetings", self.words(self.page("/my/meetings")))
        self.assertNotIn("Business meetings", self.url_open("/my").text)
        self.sign_in("ann")
        again = self.new_registration("Anne Martin", self.far_event, partner_id=self.ann.partner_id.id)
        words = self.words(self.page("/my/meetings"))
        self.assertIn("Home fair", words)
        self.assertIn("Far fair", words)
        again.action_cancel()
        self.assertEqual(self.goal(self.url_open("/my/meetings", allow_redirects=False)), self.account_url)

    def test_end_of_it(self):
        """X04: without business meetings the pages are not there; whoever is not registered any more is told."""
        self.anne.action_cancel()
        self.sign_in("ann")
        for url in (self.account_url, self.token_url):
            self.assertIn("not registered", self.words(self.page(url, 410)))
            self.assertEqual(self.post(f"{url}/people/{self.maison.id}/ask", slot=self.slots[1].id).status_code, 410)
        self.event.meeting_enabled = False
        self.page(self.account_url, 404)
        self.page(self.token_url, 404)
        self.sign_in("maison")
        self.page(self.partner_url, 404)


@tagged("post_install", "-at_install")
class TestMeetingPages(MeetingPageCase):
    """I07-I10, I12: what partners and participants do by their pages."""

    def test_from_request_to_agenda(self):
        """I07, I08, I10: a partner asks, the participant answers by other slots, the partner confirms in one tap."""
        self.event.write({"meeting_has_quota": True, "meeting_quota": 4})
        self.sign_in("maison")
        tree = self.page(f"{self.partner_url}/people/{self.anne.id}")
        self.assertIn("You can send 4 more requests", self.words(tree))
        self.assertEqual(len(tree.xpath("//input[@name='slot']")), 4)
        answer = self.post(
            f"{self.partner_url}/people/{self.anne.id}/ask",
            slot=[self.slots[0].id, self.slots[1].id],
            message="Hello <b>Anne</b>",
        )
        meeting = self.Meeting.search([("registration_id", "=", self.anne.id)])
        self.assertEqual(self.goal(answer), f"{self.partner_url}/meeting/{meeting.id}?done=asked")
        self.assertEqual(meeting.proposal_ids.slot_id, self.slots[:2])
        words = self.words(self.page(f"{self.partner_url}/meeting/{meeting.id}?done=asked"))
        self.assertIn("Your request is sent", words)
        self.assertIn("Hello <b>Anne</b>", words)
        self.assertIn("3 requests left", words)
        self.sign_in(None)
        page = f"{self.token_url}/meeting/{meeting.id}"
        tree = self.page(page)
        self.assertEqual(len(tree.xpath("//form[contains(@action, '/accept')]//button")), 2)
        self.assertIn("Hello <b>Anne</b>", self.words(tree))
        answer = self.post(f"{page}/propose", slot=self.slots[3].id, message="Rather later")
        self.assertEqual(self.goal(answer), f"{page}?done=proposed")
        self.sign_in("maison")
        tree = self.page(self.partner_url)
        self.assertIn("Rather later", self.words(tree))
        (button,) = tree.xpath("//form[contains(@action, '/accept')]//button")
        self.assertEqual(button.get("value"), str(self.slots[3].id))
        self.goal(self.post(f"{self.partner_url}/meeting/{meeting.id}/accept", slot=button.get("value")))
        self.assertEqual((self.fresh(meeting).state, meeting.slot_id), ("confirmed", self.slots[3]))
        words = self.words(self.page(self.partner_url))
        self.assertIn("Your next meeting", words)
        self.assertIn("A1", words)
        self.assertIn("1/4 confirmed", words)
        self.sign_in(None)
        agenda = self.url_open(f"{self.token_url}/agenda.ics")
        self.assertIn("text/calendar", agenda.headers["Content-Type"])
        self.assertEqual(agenda.text.count("BEGIN:VEVENT"), 1)
        self.assertIn("DTSTART:20260310T093000Z", agenda.text)
        self.assertIn("Maison Verte", self.url_open(f"{page}/meeting.ics").text)

    def test_refusals(self):
        """I08, I11: a slot that is taken is told with those that are left as buttons; what was typed is kept."""
        self.confirm(registration=self.paul)
        self.sign_in("maison")
        ask = f"{self.partner_url}/people/{self.anne.id}/ask"
        tree = self.read_page(self.post(ask, slot=self.slots[0].id, message="Keep <this>"), 409)
        self.assertEqual(tree.xpath("//textarea[@name='message']")[0].text_content().strip(), "Keep <this>")
        offers = tree.xpath("//*[@id='o_meeting_refused']//button[@name='slot']")
        self.assertEqual([int(offer.get("value")) for offer in offers], self.slots[1:].ids)
        hidden = tree.xpath("//*[@id='o_meeting_refused']//input[@name='message']/@value")
        self.assertEqual(hidden, ["Keep <this>"])
        self.assertTrue(tree.xpath("//*[@id='o_meeting_refused'][@role='alert'][@tabindex='-1']"))
        self.read_page(self.post(ask), 422)
        self.read_page(self.post(ask, slot=[slot.id for slot in self.slots] + [0]), 422)
        self.read_page(self.post(ask, slot=self.slots[1].id, space=self.other_space.id), 422)
        self.read_page(self.post(ask, slot="1' OR 1=1"), 422)
        self.assertFalse(self.Meeting.search([("registration_id", "=", self.anne.id)]))
        self.goal(self.post(ask, slot=self.slots[1].id, message="Keep"))
        self.read_page(self.post(ask, slot=self.slots[2].id), 409)

    def test_move_cancel_refuse(self):
        """I08, I10: moved, cancelled and declined with a message by the buttons of the page of a meeting."""
        meeting = self.confirm()
        url = f"{self.partner_url}/meeting/{meeting.id}"
        self.sign_in("maison")
        tree = self.page(url)
        free = tree.xpath("//form[contains(@action, '/move')]//button/@value")
        self.assertEqual([int(value) for value in free], self.slots[1:].ids)
        self.read_page(self.post(f"{url}/move", slot=self.slots[0].id), 422)
        self.assertEqual(self.goal(self.post(f"{url}/move", slot=self.slots[2].id)), f"{url}?done=moved")
        self.assertEqual(self.fresh(meeting).slot_id, self.slots[2])
        self.read_page(self.post(f"{url}/report", outcome="held"), 409)
        self.goal(self.post(f"{url}/cancel", message="I am ill"))
        self.assertEqual((self.fresh(meeting).state, meeting.reply), ("cancelled", "I am ill"))
        tree = self.page(f"{self.partner_url}/meetings?status=cancelled")
        self.assertIn("I am ill", self.words(tree))
        self.read_page(self.post(f"{url}/cancel"), 409)
        second = self.request()
        self.sign_in("ann")
        other = f"{self.account_url}/meeting/{second.id}"
        self.read_page(self.post(f"{other}/cancel"), 409)
        self.goal(self.post(f"{other}/refuse", message="No time"))
        self.assertEqual((self.fresh(second).state, second.reply), ("refused", "No time"))

    def test_quota_is_told(self):
        """I04, I08: with the quota used up a request cannot be confirmed, and the page says so."""
        self.confirm(registration=self.paul)
        self.event.write({"meeting_has_quota": True, "meeting_quota": 1})
        meeting = self.request(side="participant", slots=self.slots[1])
        self.sign_in("maison")
        tree = self.read_page(self.post(f"{self.partner_url}/meeting/{meeting.id}/accept", slot=self.slots[1].id), 409)
        self.assertIn("reached the number of meetings", self.words(tree))
        self.assertEqual(self.fresh(meeting).state, "requested")

    def test_forms_of_others(self):
        """X04: a form from elsewhere changes nothing; what was typed is kept, so it can be sent once more."""
        for login, url, person in (
            ("maison", self.partner_url, self.anne),
            (None, self.token_url, self.maison),
        ):
            self.sign_in(login)
            path = f"{url}/people/{person.id}/ask"
            answer = self.url_open(path, data={"slot": self.slots[0].id, "message": "Keep"}, allow_redirects=False)
            tree = self.read_page(answer, 400)
            self.assertEqual(tree.xpath("//textarea[@name='message']")[0].text_content().strip(), "Keep")
            self.assertEqual(tree.xpath("//input[@checked]/@value"), [str(self.slots[0].id)])
            files = {"csrf_token": ("token", b"x"), "slot": ("slot", b"x")}
            self.read_page(self.opener.post(self.base_url() + path, files=files, allow_redirects=False), 400)
        self.assertFalse(self.Meeting.search([]))
        meeting = self.confirm()
        self.sign_in("maison")
        for path in (f"/meeting/{meeting.id}/cancel", "/calendar/slots", "/calendar/space"):
            data = {"change": f"close-{self.space.id}-{self.slots[3].id}", "name": "x"}
            self.read_page(self.url_open(self.partner_url + path, data=data, allow_redirects=False), 400)
        self.assertEqual(self.fresh(meeting).state, "confirmed")
        self.assertFalse(self.space.closure_ids)
        self.assertEqual(len(self.maison.meeting_space_ids), 1)

    def test_words(self):
        """I08: both sides write to each other, each is told by e-mail; it is text, and too much is told plainly."""
        meeting = self.confirm()
        self.sign_in("maison")
        url = f"{self.partner_url}/meeting/{meeting.id}"
        self.assertEqual(self.goal(self.post(f"{url}/say", message="Bring <i>plans</i>")), f"{url}?done=said")
        told = meeting.message_log_ids.filtered(lambda message: message.what == "word")
        self.assertEqual(told.mapped("recipient"), ["participant"])
        self.assertEqual(told._tell_word(), "Bring <i>plans</i>")
        self.sign_in(None)
        other = f"{self.token_url}/meeting/{meeting.id}"
        words = self.words(self.page(other))
        self.assertIn("Sales person (Maison Verte)", words)
        self.assertIn("Bring <i>plans</i>", words)
        self.read_page(self.post(f"{other}/say", message="  "), 422)
        self.goal(self.post(f"{other}/say", message="I shall"))
        self.assertEqual([word["own"] for word in meeting._get_words("participant")], [False, True])
        self.assertEqual([word["own"] for word in meeting._get_words("partner")], [True, False])
        self.env["ir.config_parameter"].set_param("appointment_booking.limit_meeting_word", "1")
        tree = self.read_page(self.post(f"{other}/say", message="Again"), 429)
        self.assertIn("Please wait a while", self.words(tree))
        self.assertEqual(len(meeting._get_words("partner")), 2)
        meeting._cancel("partner")
        self.assertFalse(self.page(other).xpath("//form[contains(@action, '/say')]"))
        self.env["ir.config_parameter"].set_param("appointment_booking.limit_meeting_word", "10")
        self.read_page(self.post(f"{other}/say", message="Why?"), 409)

    def test_names_are_the_organisers_choice(self):
        """I12: what the organiser does not show of participants is shown nowhere before they agree."""
        self.event.meeting_field_ids.filtered(lambda field: field.what == "name").unlink()
        self.paul.company_name = "Durand SARL"
        meeting = self.request(registration=self.paul)
        self.sign_in("maison")
        for path in ("/people", f"/people/{self.paul.id}", "/meetings?status=sent", f"/meeting/{meeting.id}"):
            answer = self.url_open(self.partner_url + path)
            self.assertIn("Durand SARL", answer.text)
            self.assertNotIn("Paul Durand", answer.text)
            self.assertNotIn("paul@example.org", answer.text)
        meeting._accept("participant")
        self.assertIn("Paul Durand", self.url_open(f"{self.partner_url}/meeting/{meeting.id}").text)

    def test_outcome(self):
        """I15: after a meeting each side tells how it went; rating and notes are not shown to the other."""
        meeting = self.confirm()
        with freeze_time("2026-03-10 08:40:00"):
            self.sign_in("maison")
            url = f"{self.partner_url}/meeting/{meeting.id}"
            self.goal(self.post(f"{url}/report", outcome="held", rating="4", notes="Wants a <quote>"))
            self.assertIn("Wants a <quote>", self.words(self.page(url)))
            self.read_page(self.post(f"{url}/report", outcome="nonsense"), 422)
            self.sign_in(None)
            self.assertNotIn("quote", self.url_open(f"{self.token_url}/meeting/{meeting.id}").text)
        self.assertEqual((self.fresh(meeting).outcome, meeting.partner_rating), ("held", "4"))

    def test_after_the_event(self):
        """I08, I10: when the event is over, pages tell what there was, not what could still be asked for."""
        self.confirm()
        self.sign_in("maison")
        self.assertIn("slots free", self.words(self.page(self.partner_url)))
        self.assertIn("Request a meeting", self.words(self.page(f"{self.partner_url}/people")))
        with freeze_time("2026-03-20 08:00:00"):
            for url in (self.partner_url, self.token_url):
                words = self.words(self.page(url))
                self.assertIn("1 confirmed", words)
                self.assertNotIn("left", words)
                self.assertNotIn("slots free", words)
                self.assertNotIn("Request a meeting", self.words(self.page(f"{url}/people")))

    def test_search_and_filters(self):
        """I07, I12: words in what the organiser made searchable, answers of a question, whom one has asked."""
        question = self.add_question("Project", ["Roof", "Garden"])
        field = self.env["business.meeting.field"].create(
            {"event_id": self.event.id, "what": "question", "question_id": question.id}
        )
        self.env["event.registration.answer"].create(
            {
                "registration_id": self.lea.id,
                "question_id": question.id,
                "value_answer_id": question.answer_ids[1].id,
            }
        )
        self.request(registration=self.anne)
        self.sign_in("maison")

        def found(**query):
            tree = self.page(f"{self.partner_url}/people", **query)
            return [" ".join(name.split()) for name in tree.xpath("//td[contains(@class, 'name')]/a/text()")]

        self.assertEqual(found(), ["Anne Martin", "Léa Petit", "Paul Durand"])
        self.assertEqual(found(search="durand"), ["Paul Durand"])
        self.assertEqual(found(search="garden"), ["Léa Petit"])
        self.assertEqual(found(**{f"f{field.id}": question.answer_ids[1].id}), ["Léa Petit"])
        self.assertEqual(found(**{f"f{field.id}": "1 OR 1=1"}), [])
        self.assertEqual(found(asked="yes"), ["Anne Martin"])
        self.assertEqual(found(asked="no"), ["Léa Petit", "Paul Durand"])
        self.assertEqual(found(search="durand", page="zz"), ["Paul Durand"])
        self.everybody.participant_domain = str([("name", "=", "Paul Durand")])
        self.assertEqual(found(), ["Paul Durand"])
        self.assertEqual(found(search="anne"), [])

    def test_the_same_story(self):
        """I08, I10: both sides read who ended it, and can ask again where the rules let them meet."""
        meeting = self.request()
        mine, theirs = f"{self.partner_url}/meeting/{meeting.id}", f"{self.token_url}/meeting/{meeting.id}"
        self.sign_in("maison")
        self.assertIn("has not answered yet.", self.words(self.page(mine)))
        meeting._refuse("participant")
        self.assertIn("declined the request.", self.words(self.page(mine)))
        self.sign_in(None)
        tree = self.page(theirs)
        self.assertIn("You declined the request.", self.words(tree))
        (again,) = tree.xpath("//a[contains(., 'Request another meeting')]")
        self.assertTrue(again.get("href").endswith(f"{self.token_url}/people/{self.maison.id}"))
        self.event.meeting_participant_domain = str([("name", "=", "Paul Durand")])
        self.assertFalse(self.page(theirs).xpath("//a[contains(., 'Request another meeting')]"))
        self.sign_in("maison")
        self.assertFalse(self.page(mine).xpath("//a[contains(., 'Request another meeting')]"))

    def test_one_and_several(self):
        """X05: none, one and several have words of their own."""
        page = self.env["business.meeting.page"]
        for number, words in ((0, "0 slots free"), (1, "1 slot free"), (2, "2 slots free")):
            self.assertEqual(page._tell_count("slots_free", number), words)
        counters = {"requests_left": 1, "confirmed": 1, "quota": 20, "slots_free": 11}
        told = [("1", "request left"), ("1/20", "confirmed"), ("11", "slots free")]
        self.assertEqual(page._tell_numbers(counters), told)
        counters |= {"requests_left": None, "quota": None}
        self.assertEqual(page._tell_numbers(counters), [("1", "confirmed"), ("11", "slots free")])

    def test_quota_stays_with_the_partner(self):
        """X04: a participant who accepts too late learns that it is full, not how many meetings were paid for."""
        meeting = self.request()
        self.confirm(registration=self.paul, slot=self.slots[1])
        self.event.write({"meeting_has_quota": True, "meeting_quota": 1})
        self.sign_in(None)
        answer = self.post(f"{self.token_url}/meeting/{meeting.id}/accept", slot=self.slots[0].id)
        words = self.words(self.read_page(answer, 409))
        self.assertIn("has reached the number of meetings it can confirm.", words)
        self.assertNotIn("(1)", words)

    def test_hidden_people_leave_no_trace(self):
        """X04, I06, I12: outside the rules nobody is in a list, a search, a count, a filter's choices or a column."""
        question = self.env["event.question"].create(
            {
                "title": "Secret plan",
                "question_type": "simple_choice",
                "event_ids": [Command.link(self.event.id)],
                "answer_ids": [Command.create({"name": name}) for name in ("Plan alpha", "Plan beta", "Plan gamma")],
            }
        )
        field = self.env["business.meeting.field"].create(
            {"event_id": self.event.id, "what": "question", "question_id": question.id}
        )
        hidden = self.new_registration("Hidden Person")
        people = (self.anne, self.paul, hidden)
        self.env["event.registration.answer"].create(
            [
                {"registration_id": one.id, "question_id": question.id, "value_answer_id": answer.id}
                for one, answer in zip(people, question.answer_ids, strict=True)
            ]
        )
        self.event.meeting_participant_domain = str([("name", "!=", "Hidden Person")])
        gamma = question.answer_ids[2]
        self.sign_in("maison")
        url = f"{self.partner_url}/people"
        words = self.words(self.page(url))
        self.assertIn("Plan alpha", words)
        self.assertIn("Plan beta", words)
        for query in ({}, {"search": "Hidden"}, {"search": "gamma"}, {f"f{field.id}": gamma.id}, {"page": 2}):
            answer = self.url_open(f"{url}?{urlencode(query)}")
            words = self.words(self.read_page(answer))
            self.assertNotIn("Hidden Person", words, query)
            self.assertNotIn("Plan gamma", words, query)
            if query and "page" not in query:
                self.assertIn("0 found", words)
        self.page(f"{url}/{hidden.id}", 404)

    def test_calendar(self):
        """I09: slots are closed and opened for each space; a slot with a meeting stays, and says so."""
        self.confirm()
        self.sign_in("maison")
        url = f"{self.partner_url}/calendar"
        tree = self.page(url)
        self.assertIn("3 slots free", self.words(tree))
        self.assertTrue(tree.xpath("//td//a[contains(@href, '/meeting/')]"))
        change = tree.xpath("//td//button[contains(@class, 'o_meeting_cell')]/@value")
        self.assertEqual(change[0], f"close-{self.space.id}-{self.slots[1].id}")
        day = "2026-03-10"
        answer = self.post(f"{url}/slots", change=change[0], day=day)
        self.assertEqual(self.goal(answer), f"{url}?day={day}&done=slots")
        self.assertEqual(self.fresh(self.space).closure_ids.slot_id, self.slots[1])
        self.assertIn("2 slots free", self.words(self.page(url)))
        numbers = "-".join(str(slot.id) for slot in self.slots)
        self.goal(self.post(f"{url}/slots", change=f"free-{self.space.id}-{numbers}"))
        self.assertEqual(self.fresh(self.space).closure_ids.slot_id, self.slots[1:], "all but the one with a meeting")
        self.goal(self.post(f"{url}/slots", change=f"open-{self.space.id}-{numbers}"))
        self.assertFalse(self.fresh(self.space).closure_ids)
        refused = self.read_page(self.post(f"{url}/slots", change=f"close-{self.space.id}-{self.slots[0].id}"), 409)
        self.assertIn("A meeting is confirmed here", self.words(refused))
        for change in (
            f"close-{self.other_space.id}-{self.slots[1].id}",
            f"close-{self.space.id}-{2**31}",
            f"close-{self.space.id}",
            "",
            "open-x-y",
        ):
            self.assertEqual(self.post(f"{url}/slots", change=change).status_code, 422, change)
        self.assertFalse(self.fresh(self.other_space).closure_ids)

    def test_spaces(self):
        """I03, I09: a partner without a space is offered one; makes, names and removes them where it is allowed to."""
        self.space.unlink()
        self.sign_in("maison")
        url = f"{self.partner_url}/calendar"
        tree = self.page(url)
        self.assertIn("You have no meeting space yet", self.words(tree))
        self.assertEqual(tree.xpath("//input[@name='name']/@value"), ["Maison Verte"])
        contact = self.maison.partner_id.child_ids[0]
        tree = self.read_page(self.post(f"{url}/space", space="", name=" ", theme="Heat"), 422)
        self.assertEqual(tree.xpath("//input[@name='theme']/@value"), ["Heat"])
        self.assertTrue(tree.xpath("//input[@name='name'][@aria-invalid='true']"))
        foreign = self.toits.partner_id.child_ids[0]
        self.read_page(self.post(f"{url}/space", space="", name="Table", contact=foreign.id), 422)
        self.goal(self.post(f"{url}/space", space="", name="Table", contact=contact.id, location="A1"))
        (space,) = self.maison.meeting_space_ids
        self.assertEqual((space.name, space.contact_id, space.location), ("Table", contact, "A1"))
        self.goal(self.post(f"{url}/space", space=space.id, name="Big table"))
        self.assertEqual((self.fresh(space).name, space.contact_id.id), ("Big table", False))
        self.read_page(self.post(f"{url}/space", space=self.other_space.id, name="Mine"), 422)
        self.read_page(self.post(f"{url}/space", space=self.other_space.id, deed="remove"), 422)
        self.goal(self.post(f"{url}/space", space="", name="Second"))
        second = self.fresh(self.maison).meeting_space_ids - space
        meeting = self.request(space=space)._accept("participant")
        self.read_page(self.post(f"{url}/space", space=space.id, deed="remove"), 409)
        self.goal(self.post(f"{url}/space", space=space.id, deed="remove", move_to=second.id))
        self.assertEqual(self.fresh(meeting).space_id, second)
        self.event.meeting_partners_manage_spaces = False
        self.assertFalse(self.page(url).xpath("//form[contains(@action, '/space')]"))
        self.read_page(self.post(f"{url}/space", space="", name="Third"), 422)
        self.assertEqual(self.fresh(self.maison).meeting_space_ids, second)


@tagged("post_install", "-at_install")
class TestMeetingPageQueries(MeetingCase):
    """X03: how many queries the pages need does not depend on how much there is."""

    def count(self, look):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        look()
        return self.cr.sql_log_count - before

    def test_lists(self):
        """I07, X03: participants, filters, counters, meetings and the calendar: as many queries with 200 as with 5."""
        page = self.env["business.meeting.page"].sudo()
        question = self.add_question("Project", ["Roof", "Garden"])
        self.env["business.meeting.field"].create(
            [
                {"event_id": self.event.id, "what": "question", "question_id": question.id},
                {"event_id": self.event.id, "what": "country"},
                {"event_id": self.event.id, "what": "ticket"},
            ]
        )
        looks = {
            "people": lambda: page._search_people("partner", self.maison, limit=None),
            "a page of people": lambda: page._search_people("partner", self.maison, limit=4),
            "filters": lambda: page._get_people_choices("partner", self.maison),
            "partners": lambda: page._search_people("participant", self.anne, limit=None),
            "counters": self.maison._get_meeting_counters,
            "agenda": lambda: page._get_agenda("partner", self.maison),
            "sent": lambda: page._search_meetings("partner", self.maison, "sent", limit=None),
            "calendar": lambda: page._get_grid(self.maison.sudo()),
        }

        def fill(number, hour):
            people = [self.new_registration(f"Visitor{hour}{index} Name", with_partner=True) for index in range(number)]
            self.env["event.registration.answer"].create(
                [
                    {
                        "registration_id": one.id,
                        "question_id": question.id,
                        "value_answer_id": question.answer_ids[0].id,
                    }
                    for one in people
                ]
            )
            slots = self.env["business.meeting.slot"].create(
                [
                    {
                        "event_id": self.event.id,
                        "start": f"2026-03-11 {hour:02}:{minute:02}:00",
                        "stop": f"2026-03-11 {hour:02}:{minute + 1:02}:00",
                    }
                    for minute in range(min(number, 50))
                ]
            )
            for one, slot in zip(people, slots, strict=True):
                self.confirm(registration=one, slot=slot)
            for one in people[: number // 2]:
                sponsor = self.new_sponsor(f"Firm {hour}{one.id}", self.gold) if one in people[:10] else self.toits
                self.new_space(sponsor)
                self.request(sponsor, one, slots=self.slots[:2])

        self.event.meeting_partner_request_limit = 0
        fill(5, 8)
        few = {name: self.count(look) for name, look in looks.items()}
        fill(12, 9)
        self.env["event.registration"].create(
            [{"event_id": self.event.id, "name": f"Zoe {number}", "state": "open"} for number in range(183)]
        )
        self.assertEqual({name: self.count(look) for name, look in looks.items()}, few)
