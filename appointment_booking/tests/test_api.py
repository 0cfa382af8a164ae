import json
from datetime import datetime, timezone
from unittest.mock import patch

from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import OpenAPIV31SpecValidator

from odoo import Command
from odoo.sql_db import Cursor
from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.appointment_booking.tools.openapi import describe

from .public_common import PublicCase

API = "/booking/api/v1"
SLOTS = f"{API}/types/mortgage-advice/slots"


@tagged("post_install", "-at_install")
class TestApi(PublicCase):
    """Free slots as JSON, for other sites and apps."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.described = describe("Site", "https://www.example.com")

    def setUp(self):
        super().setUp()
        # In production what is counted is written beside a transaction that may only read. Tests have one for both.
        self.set_registry_readonly_mode(False)

    def get(self, path, status=200, schema=None, headers=None, **query):
        """Ask, check the answer against the published description, and return its values."""
        query = "&".join(f"{key.rstrip('_')}={value}" for key, value in query.items())
        response = self.url_open(f"{path}?{query}" if query else path, headers=headers, allow_redirects=False)
        self.assertEqual(response.status_code, status, response.text[:300])
        self.assertEqual(response.headers["Access-Control-Allow-Origin"], "*")
        self.assertNotIn("Set-Cookie", response.headers)
        if status == 200:
            self.check(response.json(), schema or "Slots")
            return response.json()
        self.assertEqual(response.headers["Content-Type"], "application/problem+json")
        self.check(response.json(), "Problem")
        self.assertEqual(response.json()["status"], status)
        return response

    def check(self, values, schema):
        document = {"$ref": f"#/components/schemas/{schema}", **self.described}
        errors = Draft202012Validator(document, format_checker=FormatChecker()).iter_errors(values)
        self.assertEqual([(list(error.absolute_path), error.message) for error in errors], [])

    def test_description(self):
        """A17: the description is valid OpenAPI 3.1, and is served beside what it describes."""
        OpenAPIV31SpecValidator(self.described).validate()
        served = self.url_open(f"{API}/openapi.json").json()
        OpenAPIV31SpecValidator(served).validate()
        self.assertEqual(served["paths"], self.described["paths"])

    def test_same_slots_as_on_the_page(self):
        """A17: the slots are those that the page offers, with the page on which each can be booked."""
        answer = self.get(SLOTS, from_="2026-03-02", to="2026-03-06")
        starts = [slot["start"] for slot in answer["slots"]]
        self.assertEqual(starts[0], "2026-03-02T09:00:00+01:00")
        page = self.page("/booking" + answer["slots"][0]["url"].partition("/booking")[2])
        self.assertEqual(
            [start.replace("Z", "+00:00") for start in self.starts(page)],
            [self.utc_of(start) for start in starts],
        )
        self.assertEqual({slot["agency"] for slot in answer["slots"]}, {self.agency.id})
        self.assertEqual(answer["slots"][0]["end"], "2026-03-02T10:00:00+01:00")

    def utc_of(self, text):
        return datetime.fromisoformat(text).astimezone(timezone.utc).isoformat()

    def test_types(self):
        """A17: the published types with their reasons and agencies; no names of advisors."""
        reason = self.env["booking.reason"].create({"type_id": self.type.id, "name": "First home", "duration": 90})
        self.new_type("Hidden", self.ada, is_published=False)
        self.new_type("Archived", self.ada, active=False)
        (found,) = self.get(f"{API}/types", schema="Types")["types"]
        self.assertEqual(found["reasons"][0]["id"], reason.id)
        self.assertEqual(found["duration_minutes"], {"min": 90, "max": 90})
        self.assertEqual(found["agencies"][0]["address"], "1 rue de la Paix, 69003 Lyon")
        self.assertEqual(self.get(f"{API}/types/mortgage-advice", schema="Type"), found)
        text = self.url_open(f"{API}/types").text + self.url_open(SLOTS).text
        for user in self.ada | self.bob:
            self.assertNotIn(user.name, text)
            self.assertNotIn(user.email, text)

    def test_reasons_and_agencies(self):
        """A17: the rules of the pages: a reason where there are several, all agencies or one of them."""
        short, long = self.env["booking.reason"].create(
            [{"type_id": self.type.id, "name": name, "duration": minutes} for name, minutes in (("A", 60), ("B", 120))]
        )
        bron = self.agency.copy({"name": "Bron"})
        self.type.agency_ids |= bron
        self.mornings[1].agency_id = bron
        self.mornings[0].agency_id = self.agency
        self.get(SLOTS, 400)
        day = {"from_": "2026-03-03", "to": "2026-03-03"}
        both = self.get(SLOTS, reason=short.id, **day)
        self.assertEqual([slot["agency"] for slot in both["slots"]], [self.agency.id, bron.id] * 3)
        one = self.get(SLOTS, reason=long.id, agency=bron.id, **day)
        self.assertEqual([slot["start"][11:16] for slot in one["slots"]], ["09:00", "10:00"])
        self.assertEqual(one["reason"], long.id)
        long.agency_ids = self.agency
        self.get(SLOTS, 404, reason=long.id, agency=bron.id)

    def test_zone(self):
        """A17, X02: days and hours on the clock that was asked for; the day of a clock change is a whole one."""
        tokyo = self.get(SLOTS, from_="2026-03-03", to="2026-03-03", tz="Asia/Tokyo")
        self.assertEqual([slot["start"] for slot in tokyo["slots"]][0], "2026-03-03T17:00:00+09:00")
        self.type.show_weekends = True
        self.mornings.write({"sun": True})
        change = self.get(SLOTS, from_="2026-03-28", to="2026-03-30")
        self.assertIn("2026-03-29T09:00:00+02:00", [slot["start"] for slot in change["slots"]])

    def test_bad_requests(self):
        """A17, X04: what cannot be read or is not there is a problem that says what to mend."""
        far = self.agency.copy({"name": "Far"})
        for query in (
            {"from_": "tomorrow"},
            {"from_": "2026-02-30"},
            {"from_": "0001-01-01"},
            {"from_": "9999-12-31"},
            {"from_": "2026-03-03", "to": "2026-03-02"},
            {"from_": "2026-03-03", "to": "2026-04-03"},
            {"tz": "Moon/Base"},
            {"agency": "x"},
            {"agency": "1" * 12},
            {"reason": "%00"},
            {"lang": "xx_XX"},
        ):
            with self.subTest(query=query):
                self.get(SLOTS, 400, **query)
        for path, query in (
            (SLOTS, {"agency": far.id}),
            (SLOTS, {"reason": "999999"}),
            (f"{API}/types/unknown", {}),
            (f"{API}/types/unknown/slots", {}),
            (f"{API}/types/" + "x" * 300, {}),
        ):
            with self.subTest(path=path[:60]):
                self.get(path, 404, **query)
        self.get(f"{SLOTS}?from=2026-03-03&to=2026-04-02&self=1&unknown=2")
        self.assertEqual(self.post(SLOTS, start="x").status_code, 405)

    def test_who_asks_does_not_matter(self):
        """A17, X04: an unpublished type is nothing, also to its manager; the answer is the same for everybody."""
        self.authenticate("bob", "bob")
        mine = self.url_open(SLOTS).text
        self.authenticate(None, None)
        self.assertEqual(self.url_open(SLOTS).text, mine)
        self.type.is_published = False
        for login in (None, "ada", "admin"):
            self.authenticate(login, login)
            self.assertEqual(self.url_open(SLOTS).status_code, 404)
        self.type.write({"is_published": True, "website_id": self.env["website"].create({"name": "Elsewhere"}).id})
        self.assertEqual(self.url_open(SLOTS).status_code, 404)
        self.assertEqual(self.url_open(f"{API}/types").json(), {"types": []})

    def test_former_address(self):
        """A17, A02: a former address of a type goes on working."""
        self.type.slug = "home-loans"
        self.assertEqual(self.get(SLOTS)["type"], "home-loans")

    def test_copies(self):
        """A17: answers may be kept for half a minute, and asked for only when they have changed."""
        response = self.url_open(SLOTS)
        self.assertEqual(response.headers["Cache-Control"], "public, max-age=30")
        tag = {"If-None-Match": response.headers["ETag"]}
        again = self.url_open(SLOTS, headers=tag)
        self.assertEqual((again.status_code, again.content), (304, b""))
        self.assertEqual(again.headers["Access-Control-Allow-Origin"], "*")
        self.hold("2026-03-02 09:00", "one")
        self.hold("2026-03-02 09:00", "two")
        self.assertEqual(self.url_open(SLOTS, headers=tag).status_code, 200)

    def test_limit(self):
        """A17, A71: who asks too often is told when to come back."""
        self.env["ir.config_parameter"].set_param("appointment_booking.limit_api", "2")
        self.get(SLOTS)
        self.get(SLOTS)
        self.assertEqual(self.get(SLOTS, 429).headers["Retry-After"], "60")

    def test_language(self):
        """A17, X05: the texts in the language that is asked for."""
        french = self.env["res.lang"]._activate_lang("fr_FR")
        self.env["website"].get_current_website().language_ids |= french
        self.type.with_context(lang="fr_FR").name = "Crédit immobilier"
        self.assertEqual(
            self.get(f"{API}/types/mortgage-advice", schema="Type", lang="fr_FR")["name"], "Crédit immobilier"
        )
        self.assertEqual(self.get(f"{API}/types/mortgage-advice", schema="Type")["name"], "Mortgage advice")

    def queries(self, path):
        self.url_open(path)
        self.env.flush_all()
        self.env.invalidate_all()
        seen, execute = [], Cursor.execute

        def spy(cr, query, params=None, log_exceptions=True):
            seen.append(query.code if isinstance(query, SQL) else str(query))
            return execute(cr, query, params, log_exceptions)

        with patch.object(Cursor, "execute", spy):
            self.url_open(path)
        return [query for query in seen if "SAVEPOINT" not in query]

    def test_queries(self):
        """X03, A17: a fixed number of queries, whatever is asked for; only what is counted is written."""
        bron = self.agency.copy({"name": "Bron"})
        self.type.agency_ids |= bron
        paths = [f"{API}/types", f"{SLOTS}?to=2026-03-04", f"{API}/types/mortgage-advice"]
        few = [len(self.queries(path)) for path in paths]
        for number in range(6):
            user = self.new_advisor(f"User {number}")
            self.open_hours(user)
            self.type.advisor_ids = [Command.create({"user_id": user.id})]
            self.type.agency_ids |= self.agency.copy({"name": f"Agency {number}"})
            self.new_event(user, f"2026-03-0{number + 2} 08:00:00", f"2026-03-0{number + 2} 08:30:00")
            self.new_type(f"Type {number}", user)
        paths[1] = f"{SLOTS}?to=2026-03-30"
        many = [self.queries(path) for path in paths]
        self.assertEqual([len(queries) for queries in many], few)
        written = [query for queries in many for query in queries if query.split()[0].upper() in ("INSERT", "UPDATE")]
        self.assertTrue(all("booking_rate_limit" in query for query in written), written)

    def test_json_is_text(self):
        """A17, X04: names are text in it, whatever they hold."""
        self.type.name = '</script><b>"\\'
        self.assertEqual(json.loads(self.url_open(f"{API}/types").text)["types"][0]["name"], self.type.name)
