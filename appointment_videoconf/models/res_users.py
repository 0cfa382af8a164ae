from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

from ..providers.addresses import is_meeting_link


class ResUsers(models.Model):
    """What a user chooses once for all their video conferences."""

    _inherit = "res.users"

    videoconf_link = fields.Char(
        string="Personal meeting link",
        copy=False,
        help="The https address of your own meeting room, on any platform. Whoever books a video appointment with you "
        "is sent there, when the appointment type uses the advisors' own rooms.",
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return super().SELF_READABLE_FIELDS + ["videoconf_link"]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return super().SELF_WRITEABLE_FIELDS + ["videoconf_link"]

    @api.constrains("videoconf_link")
    def _check_videoconf_link(self):
        for user in self:
            if user.videoconf_link and not is_meeting_link(user.videoconf_link):
                raise ValidationError(
                    _(
                        "“%s” is no address of a meeting room. Copy it from your video conference software: "
                        "it starts with https:// and goes on with the name of a site.",
                        user.videoconf_link,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            _tidy_link(vals)
        return super().create(vals_list)

    def write(self, vals):
        vals = dict(vals)
        _tidy_link(vals)
        result = super().write(vals)
        if "videoconf_link" in vals:
            self._update_meeting_links()
        return result

    def _update_meeting_links(self):
        """Send the upcoming appointments of these users to the room they now have."""
        appointments = self.env["booking.appointment"].sudo()
        upcoming = appointments.search(
            [("user_id", "in", self.ids), ("state", "=", "planned"), ("stop", ">", fields.Datetime.now())]
        )
        upcoming.filtered(lambda appointment: appointment._is_in_personal_room())._mirror_in_calendar()


def _tidy_link(vals):
    if vals.get("videoconf_link"):
        vals["videoconf_link"] = vals["videoconf_link"].strip()
