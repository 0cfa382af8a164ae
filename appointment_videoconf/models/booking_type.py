from odoo import _, fields, models


class BookingType(models.Model):
    _inherit = "booking.type"

    video_provider = fields.Selection(
        selection_add=[("personal", "The advisor's own room (any platform)")], ondelete={"personal": "set default"}
    )

    def _setup_problem(self):
        return super()._setup_problem() or self._personal_room_problem()

    def _personal_room_problem(self):
        if self.channel != "video" or self.video_provider != "personal":
            return False
        roomless = self.advisor_ids.user_id.filtered(lambda user: not user.videoconf_link)
        if not roomless:
            return False
        names = ", ".join(roomless.mapped("name"))
        return _("No personal meeting link in the preferences of: %s. Their bookers get no link.", names)
