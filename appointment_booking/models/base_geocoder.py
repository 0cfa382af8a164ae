import json
import logging
import time

import requests

from odoo import _, api, models
from odoo.exceptions import UserError

from ..tools.distance import is_on_globe

_logger = logging.getLogger(__name__)

NOMINATIM = "https://nominatim.openstreetmap.org"
GOOGLE = "https://maps.googleapis.com"

# Seconds to connect and for each piece of the answer, and for the whole of it. An answer is smaller than this.
TIMEOUT, LONGEST = 4, 6
ANSWER_BYTES = 64 * 1024
POLITE = 1.1  # seconds between two questions to a server of volunteers


class GeocoderFailed(UserError):
    """The geocoder was not reached, was too slow, refused, or answered something that makes no sense."""


class BaseGeocoder(models.AbstractModel):
    """Odoo's geocoder, which never keeps anybody waiting for long, and whose server can be chosen.

    Odoo calls the public servers, whose addresses it knows by heart, and waits for as long as they please.
    """

    _inherit = "base.geocoder"

    @api.model
    def _booking_locate(self, *addresses):
        """Return ``(latitude, longitude, number of the address)`` of the first address that is known, or nothing.

        :param addresses: strings, from the most exact to the roughest; empty ones are passed over
        :raise GeocoderFailed: when the geocoder cannot say, which is not the same as not knowing
        """
        asked = False
        for number, address in enumerate(addresses):
            if not address:
                continue
            if asked and self._booking_is_public_server():
                time.sleep(POLITE)
            asked = True
            try:
                found = self.geo_find(address)
            except GeocoderFailed:
                raise
            except UserError as error:  # as that an API key is missing
                raise GeocoderFailed(str(error)) from error
            if found and is_on_globe(found):
                return (*found, number)
        return None

    @api.model
    def _booking_is_public_server(self):
        """Tell whether the volunteers' server is asked: one question a second, they say."""
        return self._get_provider().tech_name == "openstreetmap" and self._booking_get_url(NOMINATIM) == NOMINATIM

    @api.model
    def _booking_get_url(self, default):
        url = self.env["ir.config_parameter"].sudo().get_param("appointment_booking.geocoder_url")
        return (url or default).rstrip("/")

    @api.model
    def _call_openstreetmap(self, addr, **kw):
        if not addr:
            return None
        answer = self._booking_ask(
            f"{self._booking_get_url(NOMINATIM)}/search", {"format": "json", "limit": 1, "q": addr}
        )
        try:
            return (float(answer[0]["lat"]), float(answer[0]["lon"])) if answer else None
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise GeocoderFailed(_("The geocoder answered something that makes no sense.")) from error

    @api.model
    def _call_googlemap(self, addr, **kw):
        key = self.env["ir.config_parameter"].sudo().get_param("base_geolocalize.google_map_api_key")
        if not key:
            return super()._call_googlemap(addr, **kw)  # says what to do
        params = {"address": addr, "key": key}
        if kw.get("force_country"):
            params["components"] = f"country:{kw['force_country']}"
        answer = self._booking_ask(f"{self._booking_get_url(GOOGLE)}/maps/api/geocode/json", params)
        try:
            if answer["status"] == "ZERO_RESULTS":
                return None
            if answer["status"] != "OK":
                raise GeocoderFailed(_("The geocoder refused: %s", answer.get("error_message") or answer["status"]))
            place = answer["results"][0]["geometry"]["location"]
            return float(place["lat"]), float(place["lng"])
        except (AttributeError, KeyError, IndexError, TypeError, ValueError) as error:
            raise GeocoderFailed(_("The geocoder answered something that makes no sense.")) from error

    @api.model
    def _booking_ask(self, url, params):
        """Return the JSON that a geocoder answers.

        :raise GeocoderFailed: with a sentence for people
        """
        # Nominatim asks applications to say who they are.
        address = self.env["ir.config_parameter"].sudo().get_param("web.base.url") or ""
        headers = {"User-Agent": f"Odoo appointment_booking ({address})", "Accept-Language": self.env.lang or "en"}
        try:
            with requests.get(url, params=params, headers=headers, timeout=TIMEOUT, stream=True) as response:
                if response.status_code == 429:
                    raise GeocoderFailed(_("The geocoder was asked too often and wants a pause."))
                if response.status_code != 200:
                    raise GeocoderFailed(_("The geocoder refused: it answered with status %s.", response.status_code))
                content = self._booking_read(response)
        except requests.Timeout as error:
            raise GeocoderFailed(_("The geocoder did not answer in time.")) from error
        except (requests.RequestException, OSError) as error:
            # The address of the question, with what somebody looked for, stays out of the log.
            _logger.info("geocoder not reached: %s", type(error).__name__)
            raise GeocoderFailed(_("The geocoder cannot be reached.")) from error
        return self._booking_read_json(content)

    @api.model
    def _booking_read(self, response):
        """Return the answer's bytes, but do not wait for a server that lets them drip."""
        content, end = bytearray(), time.monotonic() + LONGEST
        for piece in response.iter_content(1):  # larger ones would be waited for
            content += piece
            if time.monotonic() > end or len(content) > ANSWER_BYTES:
                raise requests.Timeout
        return bytes(content)

    @api.model
    def _booking_read_json(self, content):
        try:
            return json.loads(content)
        except ValueError as error:
            raise GeocoderFailed(_("The geocoder answered something that makes no sense.")) from error
