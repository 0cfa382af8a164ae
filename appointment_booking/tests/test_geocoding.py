from datetime import timedelta

from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.appointment_booking.models.base_geocoder import GeocoderFailed
from odoo.addons.appointment_booking.models.booking_place_lookup import TooManyLookups

from .common import BookingCase
from .geocoder_peer import GeocoderPeer

REPUBLIQUE = (45.7638, 4.8362)


class GeocoderCase(BookingCase):
    """A geocoder of the tests' own, reached over HTTP."""

    def setUp(self):
        super().setUp()
        self.peer = self.enterContext(GeocoderPeer())
        self.set_parameter("appointment_booking.geocoder_url", self.peer.url)
        provider = self.env.ref("base_geolocalize.geoprovider_open_street")
        self.set_parameter("base_geolocalize.geo_provider", str(provider.id))

    def set_parameter(self, key, value):
        self.env["ir.config_parameter"].sudo().set_param(key, value)


@tagged("post_install", "-at_install")
class TestAgencyPosition(GeocoderCase):
    """A10: coordinates come from the address, in the background, and never against somebody's will."""

    def new_agency(self, **values):
        return self.env["booking.agency"].create(
            {
                "name": "Presqu'île",
                "street": "24 rue de la Republique",
                "zip": "69002",
                "city": "Lyon",
                "country_id": self.env.ref("base.fr").id,
                **values,
            }
        )

    def run_cron(self):
        with self.enter_registry_test_mode():
            self.env.ref("appointment_booking.cron_geocode").method_direct_trigger()

    def test_looked_up_in_the_background(self):
        """A10: creating an agency asks nobody; the scheduled action finds it, from the exact address."""
        self.env["booking.agency"].search([]).geo_state = "manual"
        agency = self.new_agency()
        self.assertEqual((agency.geo_state, agency.latitude, self.peer.queries), ("todo", 0, []))
        self.run_cron()
        self.assertEqual((agency.latitude, agency.longitude), REPUBLIQUE)
        self.assertEqual(agency.geo_state, "done")
        self.assertEqual(self.peer.queries, ["24 rue de la Republique, 69002 Lyon, France"])
        self.assertIn("appointment_booking", self.peer.agents[0], "the service asks who is asking")
        self.assertIn("mlat=45.763800&mlon=4.836200", agency.map_url)

    def test_scheduled_at_once(self):
        """A10: the scheduled action is called as soon as there is something to look up."""
        triggers = self.env["ir.cron.trigger"].search_count([])
        self.new_agency()
        self.assertEqual(self.env["ir.cron.trigger"].search_count([]), triggers + 1)

    def test_town_where_the_street_is_unknown(self):
        """A10: the town is better than nothing, and said to be no more."""
        agency = self.new_agency(street="1 Unknown Street", city="Bron", zip="69500")
        agency.action_locate()
        self.assertEqual((agency.geo_state, agency.latitude), ("rough", 45.7335))

    def test_by_hand(self):
        """A10: what was entered by hand stays, until the address changes or somebody asks to locate it."""
        agency = self.new_agency(latitude=45.5, longitude=4.5)
        self.assertEqual(agency.geo_state, "manual")
        self.run_cron()
        agency.write({"phone": "+33465711010", "street": agency.street})
        self.assertEqual((agency.geo_state, agency.latitude), ("manual", 45.5))
        agency.city = "Villeurbanne"
        self.assertEqual((agency.geo_state, agency.latitude), ("todo", 0), "the old place would mislead")
        agency.write({"latitude": 45.1, "longitude": 4.1})
        agency.write({"city": "Bron", "latitude": 45.2})
        self.assertEqual((agency.geo_state, agency.latitude), ("manual", 45.2))
        agency.action_locate()
        self.assertEqual((agency.geo_state, agency.latitude), ("done", REPUBLIQUE[0]))
        agency.write({"latitude": 0, "longitude": 0})
        self.assertEqual(agency.geo_state, "todo", "emptied, it is looked up again")

    def test_no_address(self):
        """A10: without postcode and town there is nothing to look up."""
        agency = self.new_agency(zip=False, city=False)
        self.assertEqual(agency.geo_state, "none")
        with self.assertRaisesRegex(UserError, "postcode or the town"):
            agency.action_locate()
        self.assertEqual(self.peer.queries, [])

    def test_not_found(self):
        """A10: an address that nobody knows is said to be unknown, and not asked for again and again."""
        agency = self.new_agency(street="Nowhere", zip="00000", city="Atlantis")
        self.run_cron()
        self.assertEqual(agency.geo_state, "unknown")
        asked = len(self.peer.queries)
        self.run_cron()
        self.assertEqual(len(self.peer.queries), asked)
        self.assertEqual(agency.action_locate()["params"]["type"], "warning")

    @mute_logger("odoo.addons.appointment_booking.models.base_geocoder")
    def test_failures(self):
        """A10: when the geocoder fails it is tried again later and later, the reason is seen, and the others wait."""
        self.env["booking.agency"].search([]).geo_state = "manual"
        agency, other = self.new_agency(), self.new_agency(city="Paris")
        for tries, (mode, says) in enumerate(
            [
                ("busy", "asked too often"),
                ("broken", "status 500"),
                ("garbage", "no sense"),
                ("nonsense", "no sense"),
            ],
            start=1,
        ):
            with self.subTest(mode=mode):
                self.peer.mode = mode
                agency._note_position(
                    geo_tries=tries - 1, geo_next_try=fields.Datetime.now() - timedelta(seconds=1), geo_state="todo"
                )
                self.peer.queries.clear()
                self.run_cron()
                self.assertEqual((agency.geo_state, agency.geo_tries), ("todo", tries))
                self.assertIn(says, agency.geo_error)
                pause = agency.geo_next_try - fields.Datetime.now()
                self.assertEqual(pause, timedelta(minutes=5 * 2 ** (tries - 1)))
                self.assertEqual((other.geo_state, len(self.peer.queries)), ("todo", 1))
        self.peer.mode = "fine"
        agency.geo_next_try = fields.Datetime.now()
        self.run_cron()
        self.assertEqual((agency.geo_state, agency.geo_error, agency.geo_tries), ("done", False, 0))
        self.assertEqual(other.geo_state, "done")

    def test_longest_pause(self):
        """A10: it never takes more than a day until the next try."""
        agency = self.new_agency()
        agency.geo_tries = 500
        agency._put_off("down")
        self.assertEqual(agency.geo_next_try - fields.Datetime.now(), timedelta(days=1))

    @mute_logger("odoo.addons.appointment_booking.models.base_geocoder")
    def test_button_says_what_is_wrong(self):
        """A10: the button says that the service cannot be reached, and leaves the position as it was."""
        agency = self.new_agency(latitude=45.5, longitude=4.5)
        self.set_parameter("appointment_booking.geocoder_url", "http://127.0.0.1:9")
        with self.assertRaisesRegex(UserError, "cannot be reached.*by hand"):
            agency.action_locate()
        self.assertEqual((agency.geo_state, agency.latitude), ("manual", 45.5))

    def test_place_off_the_globe(self):
        """A10: a position that does not exist is not taken over."""
        self.peer.mode = "moon"
        agency = self.new_agency()
        agency.action_locate()
        self.assertEqual((agency.geo_state, agency.latitude), ("unknown", 0))
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
            agency.latitude = 91
            self.env.flush_all()

    def test_google(self):
        """A10: the service that Odoo is configured with is asked, in its own protocol."""
        provider = self.env.ref("base_geolocalize.geoprovider_google_map")
        self.set_parameter("base_geolocalize.geo_provider", str(provider.id))
        agency = self.new_agency()
        with self.assertRaisesRegex(UserError, "API key"):
            agency.action_locate()
        self.set_parameter("base_geolocalize.google_map_api_key", "key")
        agency.action_locate()
        self.assertEqual((agency.latitude, agency.longitude), REPUBLIQUE)

    def test_who_may(self):
        """A01: an advisor reads agencies, and neither moves nor locates them."""
        agency = self.new_agency()
        with self.assertRaises(AccessError):
            agency.with_user(self.ada).action_locate()
        with self.assertRaises(AccessError):
            agency.with_user(self.ada).latitude = 1

    def test_settings(self):
        """A10, A14: the addresses of geocoder and tiles are settings; what cannot be one is refused."""
        settings = self.env["res.config.settings"].create({})
        self.assertEqual(settings.booking_tile_url, "https://tile.openstreetmap.org/{z}/{x}/{y}.png")
        self.assertIn("OpenStreetMap", settings.booking_tile_attribution)
        settings.execute()
        self.assertEqual(
            self.env["booking.journey"]._get_map()["tiles"],
            settings.booking_tile_url or "https://tile.openstreetmap.org/{z}/{x}/{y}.png",
        )
        own = {
            "booking_tile_url": "https://tiles.example.com/{z}/{x}/{y}.png",
            "booking_tile_attribution": "<script>x</script>© Us",
        }
        self.env["res.config.settings"].create(own).execute()
        known = self.env["booking.journey"]._get_map()
        self.assertEqual(known["tiles"], own["booking_tile_url"])
        self.assertNotIn("script", known["attribution"])
        for values in ({"booking_tile_url": "javascript:alert(1)"}, {"booking_geocoder_url": "ftp://example.com"}):
            with self.assertRaises(ValidationError):
                self.env["res.config.settings"].create(values).execute()


@tagged("post_install", "-at_install")
class TestPlaceLookup(GeocoderCase):
    """A14: places that visitors type."""

    def setUp(self):
        super().setUp()
        self.registry_enter_test_mode()
        self.lookup = self.env["booking.place.lookup"].sudo()

    def test_asked_once(self):
        """A14: the same place is not asked for twice, however it is written; not even one that is unknown."""
        for text in ("Paris", "  PARIS ", "paris"):
            self.assertEqual(self.lookup._look_up(text, "me"), (48.8566, 2.3522))
        self.assertEqual(self.peer.queries, ["paris"])
        for _time in range(2):
            self.assertIsNone(self.lookup._look_up("Atlantis", "me"))
        self.assertEqual(len(self.peer.queries), 2)
        self.lookup.search([]).good_until = fields.Datetime.now() - timedelta(seconds=1)
        self.lookup._look_up("Paris", "me")
        self.assertEqual(len(self.peer.queries), 3)

    def test_what_was_typed_is_not_kept(self):
        """A14: somebody's address does not stay in the database, nor do old answers."""
        self.lookup._look_up("12 rue Secrète, Paris", "me")
        (kept,) = self.lookup.search([])
        self.assertNotIn("paris", kept.query)
        self.assertEqual(len(kept.query), 64)
        kept.good_until = fields.Datetime.now() - timedelta(seconds=1)
        self.lookup._gc_lookups()
        self.assertFalse(kept.exists())

    @mute_logger("odoo.addons.appointment_booking.models.base_geocoder")
    def test_nobody_waits_for_one_that_is_down(self):
        """A14: after a failure the geocoder is left in peace for a moment."""
        self.peer.mode = "broken"
        failures = 0
        for _time in range(3):
            try:  # assertRaises would take back what was noted of the failure
                self.lookup._look_up("Paris", "me")
            except GeocoderFailed:
                failures += 1
        self.assertEqual((failures, len(self.peer.queries)), (3, 1))

    def test_limits(self):
        """A14, A71: a visitor, and all visitors together, look up so many places in a time."""
        self.set_parameter("appointment_booking.limit_look_up", "3")
        for number in range(3):
            self.lookup._look_up(f"Paris {number}", "me")
        with self.assertRaises(TooManyLookups):
            self.lookup._look_up("Paris 3", "me")
        self.assertTrue(self.lookup._look_up("Paris 0", "me"), "what is known costs nothing")
        self.assertTrue(self.lookup._look_up("Paris 4", "you"))
        self.set_parameter("appointment_booking.limit_look_up_all", "4")
        with self.assertRaises(TooManyLookups):
            self.lookup._look_up("Paris 5", "they")

    def test_hostile(self):
        """X04: what is not a place is not asked for, and what is asked is short and plain."""
        for text in ("", "   ", "\x00", "!!!", "<>"):
            self.assertIsNone(self.lookup._look_up(text, "me"))
        self.assertEqual(self.peer.queries, [])
        self.lookup._look_up("<script>&q=Paris&key=1</script>" + "x" * 5000, "me")
        self.assertEqual(self.peer.queries[0][:35], "script q paris key 1 /script xxxxxx"[:35])
        self.assertLessEqual(len(self.peer.queries[0]), 200)
