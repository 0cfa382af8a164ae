from odoo import api, fields, models

from .booking_demo import ZONE

PEOPLE = (
    # id, name, e-mail, language, weekdays, hours
    ("nadia", "Nadia Haddad", "nadia.haddad@example.com", "fr_FR", "mon tue", (8, 12)),
    ("peter", "Peter Vogel", "peter.vogel@example.com", "en_US", "", (12, 24)),
)


class BookingDemo(models.AbstractModel):
    _inherit = "booking.demo"

    @api.model
    def _add_waiting(self):
        """Add two people who hope for an earlier mortgage advice than the first that is free."""
        booking_type, reason = self._ref("type", "mortgage"), self._ref("reason", "mortgage_first")
        for key, name, email, lang, weekdays, (hour_from, hour_to) in PEOPLE:
            values = {
                "name": name,
                "email": email,
                "lang": lang,
                "tz": ZONE.zone,
                "type_id": booking_type.id,
                "reason_id": reason.id,
                "hour_from": hour_from,
                "hour_to": hour_to,
                **{day: True for day in weekdays.split()},
            }
            suiting = self.env["booking.waiting"].new(values)._get_matching()
            values["before"] = suiting[0].start if suiting else fields.Datetime.now()
            self._add("booking.waiting", f"waiting_{key}", values)
