from dataclasses import replace

from odoo import Command
from odoo.tests import tagged

from odoo.addons.appointment_booking.models.booking_journey import BadChoice, UnknownChoice

from .common import BookingCase, utc
from .test_geocoding import GeocoderCase

LYON, BRON, PARIS = (45.76, 4.84), (45.7335, 4.9117), (48.8566, 2.3522)


class PlacesCase(BookingCase):
    """Three agencies: Ada in Lyon and Bron, Bob in Paris only."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.journey = cls.env["booking.journey"].with_context(lang="en_US")
        cls.agency.write({"sequence": 1, "latitude": LYON[0], "longitude": LYON[1], "postcodes": "69001-69009"})
        fr = cls.env.ref("base.fr").id
        cls.bron, cls.paris = cls.env["booking.agency"].create(
            [
                {
                    "name": "Bron",
                    "sequence": 2,
                    "zip": "69500",
                    "city": "Bron",
                    "street": "7 avenue Roosevelt",
                    "country_id": fr,
                    "tz": "Europe/Paris",
                    "latitude": BRON[0],
                    "longitude": BRON[1],
                    "postcodes": "69500, 69003",
                },
                {
                    "name": "Étoile",
                    "sequence": 3,
                    "zip": "75008",
                    "city": "Paris",
                    "country_id": fr,
                    "tz": "Europe/Paris",
                    "latitude": PARIS[0],
                    "longitude": PARIS[1],
                    "postcodes": "75001-75020",
                },
            ]
        )
        cls.agencies = cls.agency | cls.bron | cls.paris
        cls.type.agency_ids = cls.agencies
        cls.mornings[0].agency_id = cls.agency
        cls.mornings[1].agency_id = cls.paris
        cls.afternoons = cls.open_hours(cls.ada, (14, 17), agency_id=cls.bron.id)

    def choices(self, **params):
        return self.journey._read_choices(self.type, params)

    def places(self, **params):
        return self.journey._get_places(self.choices(**params), "me")

    def names(self, **params):
        return [offer.agency.name for offer in self.places(**params).offers]

    def step(self, **params):
        return self.journey._get_open_step(self.choices(**params))


@tagged("post_install", "-at_install")
class TestAgencySelection(PlacesCase):
    def test_only_free_ones_can_be_booked(self):
        """A11: an agency without a free slot is listed after the others, and leads nowhere."""
        self.mornings[0].date_from = "2026-12-01"
        places = self.places()
        self.assertEqual(
            [(offer.agency.name, bool(offer.url)) for offer in places.offers],
            [("Bron", True), ("Étoile", True), ("Lyon", False)],
        )
        self.assertFalse(places.searchable, "three agencies are in sight without a search")

    def test_no_selection(self):
        """A11: off, nobody is asked; the slots are those of all agencies, and the advisor's hours say which."""
        self.type.choose_agency = False
        choices = self.choices(agency=str(self.bron.id))
        self.assertFalse(choices.agency)
        self.assertEqual(self.journey._get_open_step(choices), "slot")
        self.assertEqual([step.key for step in self.journey._get_steps(choices)], ["slot", "details"])
        self.assertEqual(set(self.slots(agency=None)), {"08:00", "09:00", "10:00", "13:00", "14:00", "15:00"})
        nowhere = self.env["booking.agency"]
        self.assertEqual(self.hold("2026-03-03 13:00", agency=nowhere).agency_id, self.bron)
        places = {self.hold("2026-03-03 08:00", f"visitor {n}", agency=nowhere).agency_id for n in range(2)}
        self.assertEqual(places, {self.agency, self.paris})

    def test_no_selection_and_foreign_hours(self):
        """A11: off, hours at an agency that is not the type's do not count, nor a slot across two agencies."""
        self.type.choose_agency = False
        self.type.agency_ids = self.agency | self.bron
        self.assertFalse(self.slots("2026-03-03", agency=None, users=self.bob))
        self.afternoons.hours_ids.write({"hour_from": 12, "hour_to": 14})
        self.type.duration = 120
        self.assertEqual(set(self.slots(agency=None)), {"08:00", "09:00", "11:00"})

    def test_no_selection_and_hours_everywhere(self):
        """A11: off, hours kept for every agency say nothing about the place."""
        self.type.choose_agency = False
        self.afternoons.agency_id = False
        hold = self.hold("2026-03-03 13:00", agency=self.env["booking.agency"])
        self.assertFalse(hold.agency_id)
        self.type.agency_ids = self.agency
        self.assertEqual(self.choices().agency, self.agency, "there is only one")

    def test_no_selection_by_reason(self):
        """A05, A11: off, a reason that is handled at some agencies is held there only."""
        self.type.choose_agency = False
        reason = self.env["booking.reason"].create(
            {"type_id": self.type.id, "name": "Will", "agency_ids": [Command.set((self.agency | self.bron).ids)]}
        )
        self.assertEqual(set(self.slots(agency=None, reason=reason)["08:00"]), {"Ada"})


@tagged("post_install", "-at_install")
class TestDepartments(PlacesCase):
    def test_filter(self):
        """A12: departments that exist, with the number of their agencies; one narrows the list."""
        self.assertEqual(self.places().departments, [])
        self.assertEqual(len(self.names(department="75")), 3, "not where the type does not allow it")
        self.type.filter_departments = True
        self.assertEqual(self.places().departments, [("69", 2), ("75", 1)])
        self.assertEqual(self.names(department="75"), ["Étoile"])
        self.assertIn("department=75", self.places(department="75").offers[0].url)
        self.assertNotIn("department", self.places(department="75").all_url)
        for value in ("13", "69 OR 1=1", "%"):
            with self.subTest(value=value), self.assertRaises(UnknownChoice):
                self.choices(department=value)


@tagged("post_install", "-at_install")
class TestHiddenAddress(PlacesCase):
    def test_hidden(self):
        """A13: neither summary nor map tell where it is."""
        self.type.geolocation = True
        params = {"agency": str(self.bron.id)}
        shown = {line.key: line for line in self.journey._get_summary(self.choices(**params))}
        self.assertEqual(shown["agency"].detail, "7 avenue Roosevelt, 69500 Bron")
        self.assertTrue(self.places().map)
        self.type.hide_address = True
        hidden = {line.key: line for line in self.journey._get_summary(self.choices(**params))}
        self.assertEqual((hidden["agency"].value, hidden["agency"].detail), ("Bron", ""))
        self.assertIsNone(self.places().map)
        self.assertFalse(any(offer.position for offer in self.places(at="45.75,4.85").offers))


@tagged("post_install", "-at_install")
class TestNearest(PlacesCase, GeocoderCase):
    def setUp(self):
        super().setUp()
        self.registry_enter_test_mode()
        self.type.geolocation = True

    def test_shared_position(self):
        """A14: the nearest first, with the distance; those whose place is unknown come last."""
        self.assertEqual(self.names(at="48.85,2.35"), ["Étoile", "Lyon", "Bron"])
        places = self.places(at="45.76,4.84")
        self.assertEqual(
            [offer.distance for offer in places.offers], ["less than 1 km away", "6.3 km away", "392 km away"]
        )
        self.assertEqual(places.sorted_by, "Nearest to your position first")
        self.agency.write({"latitude": 0, "longitude": 0})
        self.assertEqual(self.names(at="45.76,4.84")[-1], "Lyon")
        self.assertEqual(self.peer.queries, [])

    def test_distance_in_the_reader_s_language(self):
        """A14, X05: numbers as the reader writes them."""
        french = self.journey.with_context(lang="fr_FR")
        self.assertIn("6,3", french._tell_distance(6.28, french._locale()))
        self.assertEqual(self.journey._tell_distance(1234.5, self.journey._locale()), "1,234 km away")

    def test_typed_place(self):
        """A14: an address is looked up on the server; the list says from where it counts."""
        places = self.places(near="Paris, rue de Rivoli")
        self.assertEqual([offer.agency.name for offer in places.offers][0], "Étoile")
        self.assertEqual(places.sorted_by, "Nearest to “Paris, rue de Rivoli” first")
        self.assertEqual(self.peer.queries, ["paris, rue de rivoli, France"])
        self.assertIn("near=Paris", places.offers[0].url)

    def test_geocoder_down(self):
        """A14: without the geocoder the list is searched by words, and says so."""
        self.peer.mode = "busy"
        places = self.places(near="bron")
        self.assertEqual([offer.agency.name for offer in places.offers], ["Bron"])
        self.assertIn("cannot be looked up at the moment", places.notice)
        places = self.places(near="etoile")
        self.assertEqual([offer.agency.name for offer in places.offers], ["Étoile"], "accents do not matter")
        places = self.places(near="Atlantis")
        self.assertEqual(len(places.offers), 3)
        self.assertIn("whole list", places.notice)

    def test_unknown_place(self):
        """A14: a place that nobody knows leaves the whole list, and says so."""
        places = self.places(near="Atlantis")
        self.assertEqual(len(places.offers), 3)
        self.assertEqual(places.notice, "Nothing was found for “Atlantis”. This is the whole list.")

    def test_positions_refused(self):
        """A14, X04: what is no position on the globe is refused; a precise one is blurred."""
        for value in ("91,0", "0,181", "45.76", "45.76,4.84,1", "nan,nan", "1e3,1", "٤,٥", "45.76;4.84", "x" * 500):
            with self.subTest(value=value), self.assertRaises(BadChoice):
                self.choices(at=value)
        self.assertEqual(self.choices(at="45.764043,4.835659").at, (45.76, 4.84))
        self.type.geolocation = False
        self.assertIsNone(self.choices(at="45.764043,4.835659").at)
        self.assertEqual(self.places(near="paris").offers[0].agency, self.paris, "by its town")
        self.assertEqual(self.peer.queries, [])

    def test_long_list(self):
        """A11: hundreds of agencies are listed some at a time; the rest is a link away."""
        many = self.env["booking.agency"].create(
            [{"name": f"Agency {n:03}", "tz": "Europe/Paris", "latitude": 45, "longitude": n / 100} for n in range(60)]
        )
        self.type.agency_ids |= many
        places = self.places()
        self.assertEqual((len(places.offers), places.total), (20, 63))
        self.assertIn("listed=40", places.more_url)
        self.assertEqual(len(self.names(listed="40")), 40)
        self.assertIsNone(self.places(listed="999999").more_url)
        for value in ("-1", "x", "1" * 7, "²"):
            with self.subTest(value=value), self.assertRaises(BadChoice):
                self.choices(listed=value)


@tagged("post_install", "-at_install")
class TestPostcodeFirst(PlacesCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.type.write({"prequalify": True, "may_change_agency": False})

    def keys(self, **params):
        return [step.key for step in self.journey._get_steps(self.choices(**params))]

    def test_asked_first(self):
        """A15: before anything else, also before the reason."""
        self.env["booking.reason"].create([{"type_id": self.type.id, "name": name} for name in ("Buy", "Sell")])
        self.assertEqual(self.step(), "postcode")
        self.assertEqual(self.step(postcode="75001"), "reason")
        self.assertEqual(self.keys(postcode="75001"), ["postcode", "reason", "slot", "details"])
        self.assertEqual(self.choices(postcode="Lyon!").wrong_postcode, "Lyon!")

    def test_attributed(self):
        """A15: the agency that serves the postcode, whatever else the address says; no step to choose it."""
        for params in ({}, {"agency": str(self.agency.id)}):
            choices = self.choices(postcode="75 008", **params)
            self.assertEqual((choices.agency, choices.tz), (self.paris, "Europe/Paris"))
            self.assertEqual(self.journey._get_open_step(choices), "slot")
        self.assertEqual(self.keys(postcode="75008"), ["postcode", "slot", "details"])
        lines = {line.key: line for line in self.journey._get_summary(choices)}
        self.assertEqual(lines["postcode"].value, "75008")
        self.assertEqual(lines["postcode"].url, "/booking/mortgage-advice")
        self.assertIsNone(lines["agency"].url)
        self.assertIn("postcode=75008", self.journey._get_url(choices))

    def test_several(self):
        """A15: of several that serve it, the one with free slots; if there are more, those alone are asked about."""
        self.assertEqual(self.step(postcode="69003"), "agency")
        self.assertEqual(self.names(postcode="69003"), ["Lyon", "Bron"])
        chosen = self.choices(postcode="69003", agency=str(self.bron.id))
        self.assertEqual(chosen.agency, self.bron)
        self.assertFalse(self.choices(postcode="69003", agency=str(self.paris.id)).agency)
        self.afternoons.unlink()
        self.assertEqual(self.choices(postcode="69003").agency, self.agency)

    def test_nobody_serves_it(self):
        """A15, A16: then the step appears with all agencies; also when those that serve it have nothing free."""
        choices = self.choices(postcode="13001")
        self.assertTrue(self.journey._is_unserved(choices))
        self.assertEqual(self.journey._get_open_step(choices), "agency")
        self.assertEqual(len(self.names(postcode="13001")), 3)
        self.assertEqual(self.choices(postcode="13001", agency=str(self.bron.id)).agency, self.bron)
        self.mornings[1].unlink()
        choices = self.choices(postcode="75001")
        self.assertTrue(self.journey._is_unserved(choices))
        self.assertEqual(len(self.names(postcode="75001")), 3)

    def test_may_change(self):
        """A15: where it may be changed the step shows it first, marked; the others follow."""
        self.type.may_change_agency = True
        choices = self.choices(postcode="75001")
        self.assertFalse(choices.agency)
        self.assertEqual(self.journey._get_open_step(choices), "agency")
        offers = self.journey._get_places(choices, "me").offers
        self.assertEqual(
            [(offer.agency, offer.serves) for offer in offers],
            [(self.paris, True), (self.agency, False), (self.bron, False)],
        )
        self.assertEqual(self.choices(postcode="75001", agency=str(self.bron.id)).agency, self.bron)

    def test_reason_elsewhere(self):
        """A05, A15: an agency that does not handle the reason is not attributed."""
        reason = self.env["booking.reason"].create(
            {"type_id": self.type.id, "name": "Will", "agency_ids": [Command.set((self.agency | self.bron).ids)]}
        )
        choices = self.choices(postcode="75001", reason=str(reason.id))
        self.assertEqual(choices.serving, self.env["booking.agency"])
        self.assertEqual(self.journey._get_open_step(choices), "agency")

    def test_not_without_selection(self):
        """A11, A15: a type that does not ask for the agency does not ask for the postcode."""
        self.type.choose_agency = False
        self.assertEqual(self.step(), "slot")

    def test_kept_on_the_appointment(self):
        """A15: the postcode stays with what is held, and the form's summary shows and changes it."""
        hold = self.hold("2026-03-03 08:00", agency=self.paris, postcode="75001")
        self.assertEqual(hold.postcode, "75001")
        choices = self.journey._choices_of(hold)
        lines = {line.key: line for line in self.journey._get_summary(choices, hold)}
        self.assertEqual(lines["postcode"].value, "75001")
        self.assertIsNone(lines["agency"].url, "it may not be changed")

    def test_another_company_s(self):
        """X04, C06: an agency of another type or company is never attributed."""
        other = self.env["res.company"].create({"name": "Other"})
        self.env["booking.agency"].create({"name": "Theirs", "company_id": other.id, "postcodes": "13001"})
        self.assertFalse(self.choices(postcode="13001").serving)


@tagged("post_install", "-at_install")
class TestCost(PlacesCase):
    def cost(self, **params):
        """Return ``(queries, agencies listed)`` with cold records; what a server keeps between requests is there."""
        for _time in range(2):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            choices = self.journey._read_choices(self.type.browse(self.type.id), params)
            places = self.journey._get_places(choices, "me")
        return self.env.cr.sql_log_count - before, places.total

    def grow(self, agencies, advisors):
        """Add agencies, and advisors of the type with hours at one of them."""
        places = self.env["booking.agency"].create(
            [{"name": f"Agency {n}", "tz": "Europe/Paris"} for n in range(agencies)]
        )
        self.type.agency_ids |= places
        users = self.env["res.users"].create(
            [{"name": f"User {n}", "login": f"user{n}", "tz": "Europe/Paris"} for n in range(advisors)]
        )
        self.type.advisor_ids = [Command.create({"user_id": user.id}) for user in users]
        self.env["booking.availability"].create(
            [
                {
                    "user_id": user.id,
                    "agency_id": places[number % agencies].id,
                    "tz": "Europe/Paris",
                    "hours_ids": [Command.create({"hour_from": 9, "hour_to": 12})],
                }
                for number, user in enumerate(users)
            ]
        )

    def test_queries_do_not_grow(self):
        """X03, A11: the step costs as many queries with a hundred agencies as with three, and at most eight."""
        few, total = self.cost()
        self.assertEqual(total, 3)
        self.assertLessEqual(few, 8)
        self.grow(100, 200)
        many, total = self.cost()
        self.assertEqual(total, 103)
        self.assertLessEqual(many, few)

    def test_same_as_slot_by_slot(self):
        """A11: the first free start of each agency is the first of its slots, also where hours hold everywhere."""
        self.grow(5, 12)
        self.open_hours(self.bob, (8, 9), sat=True)
        self.new_event(self.ada, "2026-03-02 08:00:00", "2026-03-05 18:00:00")
        self.env["booking.availability"].create(
            {
                "user_id": self.bob.id,
                "kind": "closed",
                "agency_id": self.bron.id,
                "date_from": "2026-03-03",
                "date_to": "2026-03-03",
            }
        )
        start, stop = utc("2026-03-02"), utc("2026-03-09")
        agencies = self.type.agency_ids
        slots = self.type._get_slots_by_agency(start, stop, agencies=agencies)
        self.assertEqual(
            self.type._get_first_by_agency(start, stop, agencies),
            {agency.id: next(iter(slots[agency.id]), None) for agency in agencies},
        )
        self.assertTrue(all(slots[agency.id] for agency in agencies))
        everywhere = {}
        for of_agency in slots.values():
            for begin, users in of_agency.items():
                everywhere.setdefault(begin, set()).update(users)
        self.type.choose_agency = False
        self.assertEqual({begin: set(users) for begin, users in self.type._get_slots(start, stop).items()}, everywhere)

    def test_replaceable(self):
        """A30: choices can be read in another transaction, which the page of a lost slot does."""
        choices = replace(self.choices(at=""), department="69")
        self.assertEqual(choices.with_env(self.env).department, "69")
