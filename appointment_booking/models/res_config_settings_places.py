from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

from .base_geocoder import GOOGLE, NOMINATIM
from .booking_journey_agencies import ATTRIBUTION, TILES


class ResConfigSettings(models.TransientModel):
    """The services that know where places are, and what the map is made of."""

    _inherit = "res.config.settings"

    booking_geocoder_url = fields.Char(
        string="Geocoder's address",
        config_parameter="appointment_booking.geocoder_url",
        help="Of a server that speaks the protocol of the chosen service. Empty: the public one.",
    )
    booking_geocoder_default = fields.Char(compute="_compute_booking_geocoder_default")
    # The parameters of web_leaflet_lib, which serve every map in Odoo.
    booking_tile_url = fields.Char(
        string="Map tiles",
        config_parameter="leaflet.tile_url",
        help="The address of the pictures that the map is made of, with {z}, {x} and {y}. Browsers of visitors fetch "
        "them there. Empty: OpenStreetMap's own server.",
    )
    booking_tile_attribution = fields.Char(
        string="Source of the map",
        config_parameter="leaflet.copyright",
        help="Shown in the corner of the map, as its licence demands.",
    )

    @api.depends("geoloc_provider_id")
    def _compute_booking_geocoder_default(self):
        for settings in self:
            google = settings.geoloc_provider_id.tech_name == "googlemap"
            settings.booking_geocoder_default = GOOGLE if google else NOMINATIM

    @api.model
    def get_values(self):
        values = super().get_values()
        known = self.env["booking.journey"]._get_map()
        return values | {"booking_tile_url": known["tiles"], "booking_tile_attribution": known["attribution"]}

    def set_values(self):
        for settings in self:
            settings._check_booking_addresses()
            # What is as it comes needs no parameter: then it follows what comes later.
            if settings.booking_tile_url == TILES:
                settings.booking_tile_url = False
            if settings.booking_tile_attribution == ATTRIBUTION:
                settings.booking_tile_attribution = False
        return super().set_values()

    def _check_booking_addresses(self):
        tiles, geocoder = self.booking_tile_url or "", self.booking_geocoder_url or ""
        if tiles and not (tiles.startswith(("https://", "http://")) and "{x}" in tiles and "{y}" in tiles):
            raise ValidationError(_("The address of the map tiles begins with https:// and contains {z}, {x} and {y}."))
        if geocoder and not geocoder.startswith(("https://", "http://")):
            raise ValidationError(_("The geocoder's address begins with https://."))
