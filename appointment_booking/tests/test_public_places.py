from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from .geocoder_peer import GeocoderPeer
from .public_common import PublicCase
from .test_places import PlacesCase

WAY = "/booking/mortgage-advice"


@tagged("post_install", "-at_install")
class TestPublicPlaces(PlacesCase, PublicCase):
    """The agency step and the postcode page, without scripts."""

    def listed(self, page):
        return page.xpath("//*[contains(@class, 'o_booking_choice_name')]/span[1]/text()")

    def test_list(self):
        """A11, A38: few agencies need no search; each leads to its slots."""
        page = self.page(WAY)
        self.assertEqual(self.listed(page), ["Lyon", "Bron", "Étoile"])
        self.assertFalse(page.xpath("//form[@role='search']"))
        self.assertFalse(page.xpath("//*[contains(@class, 'o_booking_map')]"))
        self.assertIn("7 avenue Roosevelt, 69500 Bron", self.words(page))

    def test_department(self):
        """A12, A38: filtered by a form that sends what it knows; an unknown one gets a page that helps."""
        self.type.filter_departments = True
        page = self.page(WAY, tz="Asia/Tokyo")
        self.assertEqual(page.xpath("//select[@name='department']/option/@value"), ["", "69", "75"])
        self.assertEqual(page.xpath("//form[@role='search']/input[@type='hidden']/@value"), ["Asia/Tokyo"])
        page = self.page(WAY, department="75")
        self.assertEqual(self.listed(page), ["Étoile"])
        self.assertEqual(page.xpath("//option[@selected]/@value"), ["75"])
        self.page(WAY, status=404, department="13")
        self.page(WAY, department="")

    def test_hidden_address(self):
        """A13: from the list to the confirmation, only the name; the messages say where to go."""
        self.type.write({"hide_address": True, "geolocation": True})
        self.assertNotIn("Roosevelt", self.url_open(WAY).text)
        self.assertNotIn("45.7335", self.url_open(WAY + "?at=45.76,4.84").text)
        self.type.agency_ids = self.bron
        path = self.take()
        self.assertNotIn("Roosevelt", self.url_open(path).text)
        _action, data = self.form(self.page(path), path)
        done = self.path(self.post(path, **{**data, **self.answers()}))
        self.assertNotIn("Roosevelt", self.words(self.page(done)))
        appointment = self.find(done)
        self.assertEqual(appointment.agency_id, self.bron)
        self.assertIn("Roosevelt", self.mail_to_booker(appointment).body_html)

    @mute_logger("odoo.addons.appointment_booking.models.base_geocoder")
    def test_nearest(self):
        """A14, A38: typed into a form, sorted by the server; the list says everything, the map is for scripts."""
        self.type.geolocation = True
        with GeocoderPeer() as peer:
            self.env["ir.config_parameter"].sudo().set_param("appointment_booking.geocoder_url", peer.url)
            page = self.page(WAY, near="Paris")
            self.assertEqual(self.listed(page)[0], "Étoile")
            self.assertIn("392 km away", self.words(page))
            self.assertEqual(page.xpath("//input[@name='near']/@value"), ["Paris"])
            self.assertEqual(page.xpath("//div[@role='region']/ancestor::*[@hidden]/@id"), ["o_booking_map_box"])
            self.assertEqual(len(page.xpath("//li[@data-latitude]")), 3)
            peer.mode = "broken"
            page = self.page(WAY, near="Bron")
            self.assertEqual(self.listed(page), ["Bron"])
            self.assertIn("Addresses cannot be looked up at the moment.", self.words(page))
        page = self.page(WAY, near="<script>alert(1)</script>")
        self.assertEqual(page.xpath("//input[@name='near']/@value"), ["<script>alert(1)</script>"])
        self.assertFalse(page.xpath("//main//script[contains(text(), 'alert(1)')]"))

    def test_absurd_positions(self):
        """A14, X04: never a server error."""
        self.type.geolocation = True
        for value in ("91,0", "0,0,0", "inf,inf", "%00", "-", "1" * 5000, "4'5,4"):
            with self.subTest(value=value[:20]):
                self.page(WAY, status=400, at=value)
        for value in ("90,180", "-90,-180", "0,0"):
            self.page(WAY, at=value)

    def test_position_is_not_logged(self):
        """A14: nothing of ours writes down where a visitor is, or what they typed."""
        self.type.geolocation = True
        self.env["ir.config_parameter"].sudo().set_param("appointment_booking.geocoder_url", "http://127.0.0.1:9")
        with self.assertLogs("odoo.addons.appointment_booking", "DEBUG") as logs:
            self.page(WAY, near="12 rue Secrete")
            self.page(WAY, at="45.76,4.84")
        self.assertTrue(logs.output)
        self.assertFalse([line for line in logs.output if "secrete" in line.lower() or "45.76" in line])

    def test_only_reading(self):
        """X04: looking at the list changes nothing, whatever is asked."""
        self.type.write({"geolocation": True, "filter_departments": True, "prequalify": True})
        written = []
        model = type(self.env["booking.agency"])
        with patch.object(model, "write", lambda *args: written.append(args)):
            self.page(WAY, postcode="69003", at="45.76,4.84", department="69")
        self.assertFalse(written)

    def test_postcode_page(self):
        """A15, A38, A43: one question; what is no postcode stays in the field, with the reason beside it."""
        self.type.write({"prequalify": True, "may_change_agency": False})
        page = self.page(WAY, day="2026-03-04")
        (field,) = page.xpath("//input[@name='postcode']")
        self.assertEqual((field.get("inputmode"), field.get("autocomplete")), ("numeric", "postal-code"))
        self.assertEqual(page.xpath("//main//form[@method='get']/input[@type='hidden']/@value"), ["2026-03-04"])
        self.assertFalse(page.xpath("//*[@aria-invalid]"))
        for hostile in ("Lyon", "1" * 50, "69001'--", "<b>", "%", "٦٩٠٠١", "-"):
            with self.subTest(hostile=hostile):
                page = self.page(WAY, status=422, postcode=hostile)
                (field,) = page.xpath("//input[@name='postcode']")
                self.assertEqual((field.get("value"), field.get("aria-invalid")), (hostile, "true"))
                for described in field.get("aria-describedby").split():
                    self.assertTrue(page.xpath(f"//*[@id='{described}']"))

    def test_postcode_decides(self):
        """A15: the whole way of somebody whose postcode decides: no choice, no way around it."""
        self.type.write({"prequalify": True, "may_change_agency": False})
        page = self.page(WAY, postcode="75008", agency=self.agency.id)
        self.assertIn("Étoile", self.words(page))
        action, data = self.form(page, "/hold")
        self.assertEqual((data["postcode"], data["agency"]), ("75008", str(self.paris.id)))
        start = self.starts(page)[0]
        response = self.post(action, **{**data, "start": start, "postcode": ""})
        self.assertEqual(response.status_code, 400, "the postcode is part of the choice")
        response = self.post(action, **{**data, "start": start, "agency": str(self.agency.id)})
        hold = self.find(self.path(response))
        self.assertEqual((hold.agency_id, hold.postcode), (self.paris, "75008"))
        form = self.page(self.path(response))
        self.assertIn("75008", self.words(form))
        self.assertTrue(form.xpath("//a[@aria-label='Change the postcode']"))
        self.assertFalse(form.xpath("//a[@aria-label='Change the agency']"))

    def test_message(self):
        """A16: what the type says when nobody serves the postcode, else a sentence of ours, above the list."""
        self.type.write({"prequalify": True})
        page = self.page(WAY, postcode="13001")
        self.assertIn("None of our agencies with a free date serves your postcode.", self.words(page))
        self.assertEqual(len(self.listed(page)), 3)
        self.type.no_agency_message = "<p>Call <b>us</b>.</p><script>alert(1)</script>"
        page = self.page(WAY, postcode="13001")
        self.assertIn("Call us", self.words(page))
        self.assertFalse(page.xpath("//*[contains(@class, 'o_booking_unserved')]//script"))
        self.assertNotIn("Call us", self.words(self.page(WAY, postcode="75001")))
        self.type.agency_ids = self.bron
        page = self.page(WAY, postcode="13001")
        self.assertIn("Call us", self.words(page), "also where there is nothing to choose")
        self.assertTrue(self.starts(page))

    def test_proposed(self):
        """A15: where it may be changed, the agency of the postcode comes first and is marked."""
        self.type.prequalify = True
        page = self.page(WAY, postcode="75001")
        self.assertEqual(self.listed(page), ["Étoile", "Lyon", "Bron"])
        (marked,) = page.xpath("//a[contains(@class, 'o_booking_choice_yours')]")
        self.assertIn("Serves your postcode", marked.text_content())

    def test_no_selection(self):
        """A11: off, the way leads straight to the slots; the confirmation says at which agency."""
        self.type.choose_agency = False
        path = self.take("2026-03-03T13:00:00Z")
        _action, data = self.form(self.page(path), path)
        done = self.path(self.post(path, **{**data, **self.answers()}))
        self.assertIn("7 avenue Roosevelt, 69500 Bron", self.words(self.page(done)))

    def test_expired(self):
        """A15, A31: when the time is over, the same slot can be had again with the same postcode."""
        self.type.write({"prequalify": True, "may_change_agency": False})
        page = self.page(WAY, postcode="75008")
        action, data = self.form(page, "/hold")
        path = self.path(self.post(action, **data, start=self.starts(page)[0]))
        self.find(path).hold_until = "2026-03-02 07:59:00"
        action, data = self.form(self.page(path, 410), "/hold")
        self.assertEqual(data["postcode"], "75008")

    def test_long_list(self):
        """A11: the page of hundreds of agencies is as light as that of twenty; "more" is a link."""
        many = self.env["booking.agency"].create([{"name": f"Agency {n:03}", "tz": "Europe/Paris"} for n in range(60)])
        self.type.agency_ids |= many
        page = self.page(WAY)
        self.assertEqual(len(self.listed(page)), 20)
        (more,) = page.xpath("//a[text()='Show more agencies']/@href")
        self.assertEqual(len(self.listed(self.page(more.split("#")[0]))), 40)
        self.assertEqual(self.listed(self.page(WAY, near="etoi")), ["Étoile"])
        self.assertIn("Nothing was found", self.words(self.page(WAY, near="Atlantis")))
        self.page(WAY, status=400, listed="x")
