from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools.misc import clean_context

# What is taken over as it was entered.
TAKEN = (
    "subject", "mode", "show_guests", "is_private", "duration", "agenda", "booking_url",
    "notify_open", "notify_click", "remind",
)  # fmt: skip
LINKED = ("user_id", "sender_id", "template_id", "booking_type_id", "former_id", "videoconf_provider_id")


class VideoconfOrganise(models.TransientModel):
    """The window “Organise a video conference”: who, when and what about; the rest is filled in.

    Nothing exists before its button is pressed. Then all is created in one transaction, or nothing.
    """

    _name = "videoconf.organise"
    _inherit = ["videoconf.guest.picker"]
    _description = "Organise a Video Conference"

    mode = fields.Selection(
        selection=lambda self: self.env["videoconf.conference"]._fields["mode"]._description_selection(self.env),
        string="When",
        required=True,
        default="fixed",
    )
    template_id = fields.Many2one(
        "mail.template",
        compute="_compute_template_id",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        domain="[('model', '=', 'videoconf.guest')]",
    )
    sender_id = fields.Many2one(
        "res.users",
        required=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Organiser",
        required=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
    )
    videoconf_provider_id = fields.Many2one(
        "videoconf.provider",
        string="Platform",
        compute="_compute_videoconf_provider_id",
        store=True,
        precompute=True,
        readonly=False,
        help="Without one, the conference is held in the organiser's own room.",
    )
    subject = fields.Char(required=True, default=lambda self: self._default_subject())
    guest_ids = fields.Many2many("res.partner", "videoconf_organise_guest_rel", string="Guests")
    show_guests = fields.Boolean(string="Guests see who is invited", default=True)
    is_private = fields.Boolean(string="Private")
    start = fields.Datetime(string="Date and hour", default=lambda self: self._default_start())
    duration = fields.Integer(default=lambda self: self.env.company.videoconf_duration)
    agenda = fields.Html()
    document_ids = fields.Many2many(
        "ir.attachment", "videoconf_organise_document_rel", string="Documents", bypass_search_access=True
    )
    notify_open = fields.Boolean(string="Tell me when the e-mail is opened")
    notify_click = fields.Boolean(string="Tell me when the link is clicked", default=True)
    remind = fields.Boolean(string="Send reminders", default=True)
    booking_type_id = fields.Many2one(
        "booking.type",
        string="Appointment type",
        domain="[('advisor_ids.user_id', '=', user_id), ('is_published', '=', True)]",
    )
    booking_url = fields.Char(string="Other booking page")
    former_id = fields.Many2one("videoconf.conference")
    agreed_count = fields.Integer(compute="_compute_agreed_count")
    has_room = fields.Boolean(compute="_compute_has_room")

    @api.model
    def _default_subject(self):
        return self.env._("Video conference with %s", self.env.user.name)

    @api.model
    def _default_start(self):
        """The next whole hour that leaves an hour to read the invitation."""
        return fields.Datetime.now().replace(minute=0, second=0) + timedelta(hours=2)

    @api.depends("mode")
    def _compute_template_id(self):
        for window in self:
            name = "choice" if window.mode == "choice" else "invited"
            window.template_id = self.env.ref(f"appointment_videoconf.mail_template_{name}", raise_if_not_found=False)

    @api.depends("guest_ids")
    def _compute_agreed_count(self):
        for window in self:
            window.agreed_count = len(window.guest_ids.filtered("videoconf_open_consent"))

    @api.depends("user_id")
    def _compute_videoconf_provider_id(self):
        for window in self:
            window.videoconf_provider_id = window.user_id and window.user_id._get_videoconf_provider()

    @api.depends("user_id", "mode", "videoconf_provider_id")
    def _compute_has_room(self):
        for window in self:
            is_made = window.videoconf_provider_id and window.videoconf_provider_id.kind != "personal"
            window.has_room = window.mode == "choice" or is_made or bool(window.user_id.sudo().videoconf_link)

    def action_organise(self):
        """Create the conference and invite the guests."""
        self.ensure_one()
        self.check_access("write")
        if self.mode == "fixed" and not self.start:
            raise UserError(self.env._("Say when the conference is."))
        # What the window began with is no default of what is made from it.
        context = clean_context(self.env.context)
        conferences = self.env(context=context)["videoconf.conference"]
        conference = conferences._organise(self._get_values(), self.guest_ids)
        return {
            "type": "ir.actions.act_window",
            "res_model": "videoconf.conference",
            "res_id": conference.id,
            "views": [(False, "form")],
            "target": "current",
        }

    def _get_values(self):
        values = {name: self[name] for name in TAKEN} | {name: self[name].id for name in LINKED}
        is_choice = self.mode == "choice"
        return values | {
            "start": False if is_choice else self.start,
            "booking_type_id": self.booking_type_id.id if is_choice else False,
            "booking_url": self.booking_url if is_choice and not self.booking_type_id else False,
            "document_ids": [Command.set(self.document_ids.ids)],
            "videoconf_provider_id": not is_choice and self.videoconf_provider_id.id,
            "tz": self.user_id.tz or self.env.user.tz or "UTC",
        }
