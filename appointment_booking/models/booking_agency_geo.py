import time
from datetime import timedelta

from odoo import _, api, fields, models
from odoo.exceptions import UserError

from .base_geocoder import POLITE, GeocoderFailed

ADDRESS_FIELDS = ("street", "street2", "zip", "city", "state_id", "country_id")
BATCH = 20
# After a failure the pause doubles, up to a day.
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=5), timedelta(days=1)


class BookingAgency(models.Model):
    """Where an agency lies on the map: looked up from its address in the background, or entered by hand."""

    _inherit = "booking.agency"

    geo_state = fields.Selection(
        [
            ("todo", "Being looked up"),
            ("done", "From the address"),
            ("rough", "From the postcode and town"),
            ("manual", "Entered by hand"),
            ("unknown", "Address not found"),
            ("none", "No address"),
        ],
        string="Position",
        required=True,
        readonly=True,
        default="none",
        copy=False,
    )
    geo_error = fields.Char(string="Why it is not looked up yet", readonly=True, copy=False)
    geo_tries = fields.Integer(readonly=True, copy=False)
    geo_next_try = fields.Datetime(string="Looked up again from", readonly=True, copy=False)
    map_url = fields.Char(compute="_compute_map_url")

    _latitude_possible = models.Constraint(
        "CHECK (latitude BETWEEN -90 AND 90)", "A latitude lies between -90 and 90 degrees."
    )
    _longitude_possible = models.Constraint(
        "CHECK (longitude BETWEEN -180 AND 180)", "A longitude lies between -180 and 180 degrees."
    )
    _geo_todo_index = models.Index("(geo_next_try) WHERE geo_state = 'todo'")

    @api.depends("latitude", "longitude")
    def _compute_map_url(self):
        for agency in self:
            position = agency._get_position()
            agency.map_url = position and "https://www.openstreetmap.org/?mlat=%.6f&mlon=%.6f#map=17/%.6f/%.6f" % (
                position * 2
            )

    def _get_position(self):
        """Return ``(latitude, longitude)``, or nothing as long as it is not known."""
        return (self.latitude, self.longitude) if self.latitude or self.longitude else None

    @api.model_create_multi
    def create(self, vals_list):
        agencies = super().create(vals_list)
        by_hand = agencies.filtered(lambda agency: agency._get_position())
        by_hand._note_position(geo_state="manual")
        (agencies - by_hand)._queue_for_geocoding()
        return agencies

    def write(self, vals):
        if self.env.context.get("booking_geocoding"):
            return super().write(vals)
        before = (
            {agency: agency._get_geo_address() for agency in self} if any(f in vals for f in ADDRESS_FIELDS) else {}
        )
        result = super().write(vals)
        if "latitude" in vals or "longitude" in vals:
            placed = self.filtered(lambda agency: agency._get_position())
            placed._note_position(geo_state="manual")
            (self - placed)._queue_for_geocoding()
        else:
            self.filtered(lambda a: a in before and a._get_geo_address() != before[a])._queue_for_geocoding()
        return result

    def _note_position(self, **values):
        clean = {"geo_error": False, "geo_tries": 0, "geo_next_try": False}
        self.with_context(booking_geocoding=True).write(clean | values)

    def _queue_for_geocoding(self):
        """Have the position looked up soon. Until then there is none: that of the old address would mislead."""
        queued = self.filtered(lambda agency: agency.zip or agency.city)
        now = fields.Datetime.now()
        queued._note_position(geo_state="todo", geo_next_try=now, latitude=0, longitude=0)
        (self - queued)._note_position(geo_state="none", latitude=0, longitude=0)
        if queued:
            self.env.ref("appointment_booking.cron_geocode").sudo()._trigger()

    def _get_geo_address(self):
        """Return what identifies the address for the geocoder, from the whole of it to the town alone."""
        self.ensure_one()
        agency = self.with_context(lang="en_US")  # it knows countries by their English names
        query = self.env["base.geocoder"].geo_query_address
        region = {"state": agency.state_id.name, "country": agency.country_id.name}
        town = query(zip=agency.zip, city=agency.city, **region) if agency.zip or agency.city else ""
        street = query(street=agency.street, zip=agency.zip, city=agency.city, **region) if agency.street else ""
        return street, town

    def _place(self, found):
        """Note what the geocoder found for the address, as ``base.geocoder._booking_locate`` returns it."""
        self.ensure_one()
        if not found:
            self._note_position(geo_state="unknown")
            return
        latitude, longitude, number = found
        self._note_position(geo_state="rough" if number else "done", latitude=latitude, longitude=longitude)

    def action_locate(self):
        """Look up the position at once, also where one was entered by hand."""
        self.ensure_one()
        self.check_access("write")
        if not (self.zip or self.city):
            raise UserError(_("Enter the postcode or the town first."))
        try:
            self._place(self.env["base.geocoder"]._booking_locate(*self._get_geo_address()))
        except GeocoderFailed as error:
            raise UserError(
                _("%s The position stays as it was: try again later, or enter the coordinates by hand.", error)
            ) from error
        if self.geo_state == "unknown":
            return self._notify(
                "warning", _("No place was found for this address. Check it, or enter the coordinates.")
            )
        if self.geo_state == "rough":
            return self._notify("warning", _("Only the town was found: the street is not known to the geocoder."))
        return self._notify("success", _("The position was found."))

    def _notify(self, kind, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": kind, "message": message, "next": {"type": "ir.actions.client", "tag": "soft_reload"}},
        }

    @api.model
    def _cron_geocode(self):
        """Look up the positions that are due, some at a time; what fails is tried again after longer pauses.

        When the geocoder itself fails the others wait, too: they would fail as well.
        """
        due = [("geo_state", "=", "todo"), ("geo_next_try", "<=", fields.Datetime.now())]
        agencies = self.search(due, limit=BATCH, order="geo_next_try, id")
        cron, geocoder = self.env["ir.cron"], self.env["base.geocoder"]
        left = self.search_count(due)
        for number, agency in enumerate(agencies):
            if number and geocoder._booking_is_public_server():
                time.sleep(POLITE)
            address, found, failure = agency._get_geo_address(), None, ""
            try:
                found = geocoder._booking_locate(*address)
            except GeocoderFailed as error:
                failure = str(error)
            # The answer took its time, in which nothing was locked: look again at what the record is by now.
            cron._commit_progress(remaining=left)
            if agency.exists() and agency.geo_state == "todo" and agency._get_geo_address() == address:
                if failure:
                    agency._put_off(failure)
                else:
                    agency._place(found)
            left -= 1
            if not cron._commit_progress(1, remaining=0 if failure else left) or failure:
                break
        self._come_back()

    def _put_off(self, reason):
        tries = self.geo_tries + 1
        pause = min(FIRST_PAUSE * 2 ** min(tries - 1, 12), LONGEST_PAUSE)
        self._note_position(geo_error=reason, geo_tries=tries, geo_next_try=fields.Datetime.now() + pause)

    @api.model
    def _come_back(self):
        """Have the next position that is to be looked up found at its time."""
        following = self.search([("geo_state", "=", "todo")], limit=1, order="geo_next_try")
        if following:
            soon = fields.Datetime.now() + timedelta(minutes=1)
            self.env.ref("appointment_booking.cron_geocode").sudo()._trigger(max(following.geo_next_try, soon))
