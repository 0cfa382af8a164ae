import base64
import io

from PIL import Image

from odoo import Command
from odoo.tests import tagged

from odoo.addons.appointment_booking.models.booking_appointment_hold import SlotTaken
from odoo.addons.appointment_booking.models.booking_journey import BadChoice, UnknownChoice

from .common import BookingCase, utc
from .public_common import PublicCase


class AdvisorChoice:
    """A type on which visitors choose among Ada and Bob."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.type.write({"distribution": "visitor", "fallback_distribution": "optimised"})
        cls.advisor_ada, cls.advisor_bob = cls.type.advisor_ids

    @classmethod
    def publish(cls, user, text="Ten years with first homes", color=(20, 90, 160)):
        image = io.BytesIO()
        Image.new("RGB", (300, 300), color).save(image, "PNG")
        user.write(
            {
                "image_1920": base64.b64encode(image.getvalue()),
                "booking_presentation": text,
                "booking_presentation_published": True,
            }
        )


@tagged("post_install", "-at_install")
class TestAdvisorChoice(AdvisorChoice, BookingCase):
    """A21: what is decided and open when visitors choose the advisor: without pages."""

    def setUp(self):
        super().setUp()
        self.journey = self.env["booking.journey"].with_context(lang="en_US")

    def choices(self, **params):
        return self.journey._read_choices(self.type, {key: str(value) for key, value in params.items()})

    def test_step(self):
        """A21: the step stands between agency and slot, and is passed once somebody or nobody is chosen."""
        choices = self.choices()
        self.assertEqual(self.journey._get_open_step(choices), "advisor")
        self.assertEqual(
            [(step.key, step.state) for step in self.journey._get_steps(choices)],
            [("advisor", "current"), ("slot", "open"), ("details", "open")],
        )
        chosen = self.choices(advisor=self.advisor_bob.id)
        self.assertEqual(self.journey._get_open_step(chosen), "slot")
        self.assertEqual(self.journey._get_users(chosen), self.bob)
        anybody = self.choices(advisor="any")
        self.assertEqual(self.journey._get_open_step(anybody), "slot")
        self.assertIsNone(self.journey._get_users(anybody))
        self.assertEqual(self.journey._get_url(anybody), "/booking/mortgage-advice?advisor=any")

    def test_other_types_have_no_step(self):
        """A21: where a distribution decides, nobody is asked, whatever the address says."""
        self.type.distribution = "priority"
        choices = self.choices(advisor=self.advisor_bob.id)
        self.assertEqual(self.journey._get_open_step(choices), "slot")
        self.assertIsNone(self.journey._get_users(choices))
        self.assertEqual(self.journey._get_url(choices), "/booking/mortgage-advice")
        self.assertNotIn("advisor", [line.key for line in self.journey._get_summary(choices)])

    def test_one_choice_is_no_step(self):
        """A21: with one advisor, for the reason or at the agency, there is nothing to choose."""
        reason = self.env["booking.reason"].create(
            {"type_id": self.type.id, "name": "Second home", "advisor_ids": self.advisor_bob.ids}
        )
        self.env["booking.reason"].create({"type_id": self.type.id, "name": "First home"})
        choices = self.choices(reason=reason.id)
        self.assertEqual((choices.advisor, self.journey._get_open_step(choices)), (self.advisor_bob, "slot"))
        self.assertEqual(self.journey._get_users(choices), self.bob)
        bron = self.agency.copy({"name": "Bron"})
        self.type.agency_ids |= bron
        self.mornings[1].agency_id = bron
        first = self.type.reason_ids - reason
        self.assertEqual(self.choices(reason=first.id, agency=self.agency.id).advisor, self.advisor_ada)
        self.assertEqual(self.choices(reason=first.id, agency=bron.id).advisors, self.type.advisor_ids)

    def test_without_no_preference(self):
        """A21: where the visitor must choose, nobody in particular is no choice."""
        self.type.no_preference = False
        with self.assertRaises(UnknownChoice):
            self.choices(advisor="any")
        self.assertIsNone(self.journey._get_no_preference(self.choices()))
        self.assertIs(self.type.effective_distribution, False)

    def test_what_is_looked_up_again(self):
        """X04: an advisor of another type, an archived one, and what is no number."""
        other = self.new_type("Insurance", self.bob, distribution="visitor")
        self.advisor_ada.active = False
        for value in (other.advisor_ids.id, self.advisor_ada.id, 999999999):
            with self.assertRaises(UnknownChoice):
                self.choices(advisor=value)
        for value in ("ada", "1 OR 1=1", "-1", "1" * 20):
            with self.assertRaises(BadChoice):
                self.choices(advisor=value)

    def test_archived_account(self):
        """A21, X04: whoever left the bank is on no list."""
        self.bob.active = False
        self.assertEqual(self.choices().advisor, self.advisor_ada)

    def test_chosen_advisor_is_left(self):
        """A21: a change of agency to where the chosen advisor is not asks again, and says so."""
        bron = self.agency.copy({"name": "Bron"})
        eve = self.new_advisor("Eve")
        self.open_hours(eve)
        self.type.advisor_ids = [Command.create({"user_id": eve.id})]
        self.type.agency_ids |= bron
        self.mornings[0].agency_id = self.agency
        choices = self.choices(agency=bron.id, advisor=self.advisor_ada.id)
        self.assertEqual(choices.left_advisor, self.advisor_ada)
        self.assertEqual(self.journey._get_open_step(choices), "advisor")
        url = self.journey._get_change_url(self.choices(agency=self.agency.id, advisor=self.advisor_ada.id), "agency")
        self.assertEqual(url, f"/booking/mortgage-advice?advisor={self.advisor_ada.id}")
        offers = {offer.agency: offer.next_day for offer in self.journey._get_offers(self.choices())}
        self.assertTrue(all(offers.values()))

    def test_offers(self):
        """A21: each advisor with the next free date; photo and presentation only where published."""
        self.publish(self.ada)
        self.bob.booking_presentation = "Not for everybody"
        self.mornings[1].date_from = "2026-03-25"
        ada, bob = self.journey._get_advisor_offers(self.choices())
        self.assertEqual(
            (ada.name, ada.next_day, ada.presentation), ("Ada", "Mon, Mar 2", "Ten years with first homes")
        )
        self.assertIn(f"/booking/mortgage-advice/advisor/{self.advisor_ada.id}/photo", ada.photo_url)
        self.assertEqual((bob.next_day, bob.presentation, bob.photo_url), ("Wed, Mar 25", "", None))
        self.assertEqual(bob.initials, "B")
        self.assertEqual(self.journey._get_no_preference(self.choices())[0], "Mon, Mar 2")

    def test_nobody_free(self):
        """A21: an advisor who is never free leads nowhere."""
        self.mornings[1].date_from = "2026-12-25"
        _ada, bob = self.journey._get_advisor_offers(self.choices())
        self.assertEqual((bob.next_day, bob.url), ("", None))

    def test_query_count(self):
        """X03: the queries of the step do not depend on the number of advisors."""

        def queries():
            ask()  # what Odoo keeps between requests, and forgets when users are made, is known from here on
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            ask()
            return self.env.cr.sql_log_count - before

        def ask():
            choices = self.choices()
            self.journey._get_advisor_offers(choices)
            self.journey._get_no_preference(choices)

        self.publish(self.ada)
        self.mornings[1].date_from = "2026-03-25"  # so that the next days alone do not tell everybody's first slot
        few = queries()
        for number in range(5):
            user = self.new_advisor(f"Advisor{number}")
            self.open_hours(user, date_from=f"2026-03-2{number}")
            self.publish(user)
            self.type.advisor_ids = [Command.create({"user_id": user.id})]
        self.assertEqual(queries(), few)

    def test_slots_of_the_chosen_one(self):
        """A21: the week shows the slots of the advisor chosen, of all without a preference."""
        self.mornings[1].date_from = "2026-03-25"
        for value, count in ((self.advisor_ada.id, 3), (self.advisor_bob.id, 0), ("any", 3)):
            week = self.journey._get_week(self.choices(advisor=value, day="2026-03-03"))
            self.assertEqual(week.days[1].count, count)

    def test_hold_gives_the_chosen_one_or_nobody(self):
        """A21, X01: an advisor asked for by name is given, or the slot is taken."""
        hold = self.hold("2026-03-03 08:00", "one", users=self.bob)
        self.assertEqual((hold.user_id, hold.advisor_chosen), (self.bob, True))
        with self.assertRaises(SlotTaken):
            self.hold("2026-03-03 08:00", "two", users=self.bob)
        anybody = self.hold("2026-03-03 08:00", "three")
        self.assertEqual((anybody.user_id, anybody.advisor_chosen), (self.ada, False))

    def test_without_a_preference(self):
        """A21: the mode set for no preference decides: by priority, optimised or uniform."""
        self.book("2026-03-03 08:00", "one", users=self.ada)
        for fallback, taker in (("priority", self.ada), ("optimised", self.bob), ("uniform", self.bob)):
            self.type.fallback_distribution = fallback
            self.assertEqual(self.hold("2026-03-04 08:00", fallback).user_id, taker)
            self.env["booking.appointment"].search([("visitor_key", "=", fallback)]).unlink()
        self.assertEqual(self.slots()["09:00"], ["Bob"], "uniform hides who is ahead")
        self.assertEqual(self.slots(users=self.ada)["09:00"], ["Ada"], "but not from whoever asks for them")

    def test_choices_of_an_appointment(self):
        """A21: what was chosen is kept with the hold, and can be changed."""
        for users, value in ((self.bob, self.advisor_bob.id), (None, "any")):
            hold = self.hold("2026-03-03 08:00", str(value), users=users)
            choices = self.journey._choices_of(hold)
            self.assertEqual(self.journey._get_advisor_value(choices), value)
            line = next(line for line in self.journey._get_summary(choices, hold) if line.key == "advisor")
            self.assertEqual(line.value, "Bob" if users else "No preference")
            self.assertEqual(line.url, "/booking/mortgage-advice?day=2026-03-03")


@tagged("post_install", "-at_install")
class TestAdvisorPages(AdvisorChoice, PublicCase):
    """A21: the pages, as a visitor without JavaScript meets them."""

    def photo(self, advisor=None, slug="mortgage-advice"):
        number = getattr(advisor, "id", advisor)
        return self.url_open(f"/booking/{slug}/advisor/{number}/photo", allow_redirects=False)

    def test_way(self):
        """A21, A33, A34: choose an advisor, see it in the summary, the form and the confirmation."""
        self.publish(self.bob, "Speaks <b>Spanish</b>\nand Portuguese")
        page = self.page("/booking/mortgage-advice")
        words = self.words(page)
        for expected in ("Whom would you like to meet?", "No preference", "Ada", "Bob", "Speaks <b>Spanish</b>"):
            self.assertIn(expected, words)
        [link] = page.xpath("//a[contains(@class, 'o_booking_choice')][.//*[text()='Bob']]/@href")
        week = self.page(link)
        self.assertIn("Bob", " ".join(week.xpath("//aside//text()")))
        action, data = self.form(week, "/hold")
        self.assertEqual(data["advisor"], str(self.advisor_bob.id))
        path = self.path(self.post(action, **data, start="2026-03-03T08:00:00Z"))
        hold = self.find(path)
        self.assertEqual(hold.user_id, self.bob)
        form = self.page(path)
        self.assertIn("Bob", " ".join(form.xpath("//aside//text()")))
        action, data = self.form(form, path)
        done = self.page(self.path(self.post(action, **{**data, **self.answers()})))
        self.assertIn("Bob", self.words(done))

    def test_no_preference(self):
        """A21: the name is not told before the booking where nobody was chosen, and is afterwards."""
        week = self.page("/booking/mortgage-advice", advisor="any")
        action, data = self.form(week, "/hold")
        path = self.path(self.post(action, **data, start="2026-03-03T08:00:00Z"))
        form = self.page(path)
        aside = " ".join(form.xpath("//aside//text()"))
        self.assertIn("No preference", aside)
        self.assertNotIn("Ada", aside)
        action, data = self.form(form, path)
        self.assertIn("Ada", self.words(self.page(self.path(self.post(action, **{**data, **self.answers()})))))

    def test_taken(self):
        """A21, X01: when the chosen advisor is taken, their nearest slots and the other advisors are offered."""
        week = self.page("/booking/mortgage-advice", advisor=self.advisor_bob.id)
        action, data = self.form(week, "/hold")
        self.hold("2026-03-03 08:00", "other", users=self.bob)
        taken = self.read_page(self.post(action, **data, start="2026-03-03T08:00:00Z"), 409)
        self.assertIn("See the other advisors", self.words(taken))
        self.assertEqual(self.form(taken, "/hold")[1]["advisor"], str(self.advisor_bob.id))

    def test_expired(self):
        """A21, A31: the same slot once more is the same advisor's."""
        week = self.page("/booking/mortgage-advice", advisor=self.advisor_bob.id)
        action, data = self.form(week, "/hold")
        path = self.path(self.post(action, **data, start="2026-03-03T08:00:00Z"))
        self.find(path).hold_until = utc("2026-03-02 07:00")
        again = self.page(path, 410)
        self.assertEqual(self.form(again, "/hold")[1]["advisor"], str(self.advisor_bob.id))

    def test_refusals(self):
        """X04: advisors of other types, archived ones and nonsense get a page that helps and hold nothing."""
        other = self.new_type("Insurance", self.bob, distribution="visitor")
        self.type.advisor_ids = [Command.create({"user_id": self.new_advisor("Eve").id, "active": False})]
        archived = self.type.with_context(active_test=False).advisor_ids - self.type.advisor_ids
        token = self.page("/booking/mortgage-advice?advisor=any").xpath("//input[@name='csrf_token']/@value")[0]
        for value, status in (
            (other.advisor_ids.id, 404),
            (archived.id, 404),
            (self.bob.id, 404),
            ("bob", 400),
            ("-1", 400),
            ("\u0661", 400),
            ("9" * 30, 400),
        ):
            with self.subTest(value=value):
                self.page("/booking/mortgage-advice", status, advisor=value)
                response = self.post(
                    "/booking/mortgage-advice/hold",
                    csrf_token=token,
                    agency=str(self.agency.id),
                    start="2026-03-03T08:00:00Z",
                    advisor=str(value),
                )
                self.read_page(response, status)
        undecided = self.post(
            "/booking/mortgage-advice/hold", csrf_token=token, agency=str(self.agency.id), start="2026-03-03T08:00:00Z"
        )
        self.read_page(undecided, 400)
        self.assertFalse(self.env["booking.appointment"].search([("type_id", "=", self.type.id)]))

    def test_photo(self):
        """A21: a published photo is an image that may be kept for an hour."""
        self.publish(self.ada)
        response = self.photo(self.advisor_ada)
        self.assertEqual((response.status_code, response.headers["Content-Type"]), (200, "image/png"))
        self.assertIn("max-age=3600", response.headers["Cache-Control"])
        self.assertEqual(Image.open(io.BytesIO(response.content)).size, (256, 256))
        page = self.page("/booking/mortgage-advice")
        [src] = page.xpath("//img[contains(@class, 'o_booking_photo')]/@src")
        self.assertEqual(self.url_open(src).status_code, 200)

    def test_photos_that_stay_closed(self):
        """A21, X04: only who is on the list of a published type with a choice, and has published it, is seen."""
        for user in self.ada | self.bob:
            self.publish(user)
        elsewhere = self.new_type("Insurance", self.bob, distribution="priority")
        self.assertEqual(self.photo(self.advisor_ada).status_code, 200)
        # A number that would be right were it taken for one of a user or a contact.
        of_others = {self.ada.id, self.ada.partner_id.id, self.env.ref("base.user_admin").id}
        for advisor, slug in (
            (elsewhere.advisor_ids.id, "mortgage-advice"),
            (elsewhere.advisor_ids.id, "insurance"),
            (self.advisor_ada.id, "insurance"),
            (self.advisor_ada.id, "nothing"),
            *((number, "mortgage-advice") for number in of_others.difference(self.type.advisor_ids.ids)),
            (999999999, "mortgage-advice"),
            ("9" * 40, "mortgage-advice"),
            ("x", "mortgage-advice"),
            ("%00", "mortgage-advice"),
        ):
            with self.subTest(advisor=advisor, slug=slug):
                self.assertEqual(self.photo(advisor, slug).status_code, 404)
        self.ada.booking_presentation_published = False
        self.assertEqual(self.photo(self.advisor_ada).status_code, 404)
        self.advisor_bob.active = False
        self.assertEqual(self.photo(self.advisor_bob).status_code, 404)
        self.advisor_bob.active = True
        self.bob.active = False
        self.assertEqual(self.photo(self.advisor_bob).status_code, 404)
        self.bob.active = True
        self.assertEqual(self.photo(self.advisor_bob).status_code, 200)
        self.type.is_published = False
        self.assertEqual(self.photo(self.advisor_bob).status_code, 404)
