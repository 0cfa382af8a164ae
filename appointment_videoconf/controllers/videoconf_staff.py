from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request

from odoo.addons.appointment_booking.controllers.booking_page import BookingPage


class VideoconfStaff(BookingPage):
    @http.route(
        "/booking/conference/<int:conference_id>/room", type="http", auth="user", methods=["GET"], website=True,
        sitemap=False,
    )  # fmt: skip
    def conference_room(self, conference_id, **params):
        """Lead colleagues who may see the conference to its room: from the calendar, the task and the note."""
        conference = request.env["videoconf.conference"].browse(conference_id)
        try:
            conference.check_access("read")
            conference = conference.sudo().exists()
        except (AccessError, MissingError):
            conference = conference.browse()
        user = request.env.user
        if not conference or not user._is_internal():
            return self._render("appointment_videoconf.page_unknown", {}, 404, private=True)
        address = conference._get_room_address(user.name, is_organiser=user == conference.user_id)
        if not address or conference.state == "cancelled":
            return self._render("appointment_videoconf.page_no_room", {"conference": conference}, 404, private=True)
        return self._keep_private(request.redirect(address, code=303, local=False))
