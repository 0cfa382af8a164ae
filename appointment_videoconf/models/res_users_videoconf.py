from odoo import fields, models


class ResUsers(models.Model):
    _inherit = "res.users"

    videoconf_enabled = fields.Boolean(
        string="Video conferences in my menu",
        copy=False,
        help="Shows a camera in the top bar, by which you organise video conferences from anywhere.",
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return super().SELF_READABLE_FIELDS + ["videoconf_enabled"]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return super().SELF_WRITEABLE_FIELDS + ["videoconf_enabled"]

    def _update_meeting_links(self):
        """Let the entries of conferences in these users' own rooms follow, too."""
        result = super()._update_meeting_links()
        conferences = self.env["videoconf.conference"].sudo()
        upcoming = conferences.search(
            [("user_id", "in", self.ids), ("state", "=", "planned"), ("stop", ">", fields.Datetime.now())]
        )
        upcoming._mirror_in_calendar()
        return result


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    def session_info(self):
        """Tell the web client whether to show the camera."""
        info = super().session_info()
        user = self.env.user
        info["videoconf_enabled"] = user._is_internal() and user.videoconf_enabled
        return info
