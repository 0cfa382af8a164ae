from odoo import _, fields, models


class BookingType(models.Model):
    _inherit = "booking.type"

    video_provider = fields.Selection(
        selection_add=[("personal", "The advisor's own room (any platform)")], ondelete={"personal": "set default"}
    )

    def _setup_problem(self):
        page, problem = super()._setup_problem()
        if not problem and (roomless := self._advisors_without_room()):
            names = ", ".join(roomless.mapped("name"))
            return "team", _("No personal meeting link in the preferences of: %s. Their bookers get no link.", names)
        return page, problem

    def _advisors_without_room(self):
        """Return the users whose bookers would be sent to no room."""
        if self.channel != "video" or self.video_provider != "personal":
            return self.env["res.users"]
        return self.advisor_ids.user_id.filtered(lambda user: not user.videoconf_link)
