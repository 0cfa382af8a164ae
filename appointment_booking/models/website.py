from odoo import models


class Website(models.Model):
    _inherit = "website"

    def _search_get_details(self, search_type, order, options):
        result = super()._search_get_details(search_type, order, options)
        if search_type in ("booking_types", "all"):
            result.append(self.env["booking.type"]._search_get_detail(self, order, options))
        return result

    def get_suggested_controllers(self):
        """Propose the catalogue where a link is made in the website's editor."""
        return super().get_suggested_controllers() + [
            (self.env._("Appointments"), self.env["ir.http"]._url_for("/booking"), "appointment_booking")
        ]
