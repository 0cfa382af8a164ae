from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from odoo.addons.appointment_booking.tools.mirroring import MIRRORING

from ..providers.addresses import is_meeting_link
from .videoconf_guest import TOLD

# Nobody lets a whole address book in by mistake; and a conference of more is an event.
MOST_GUESTS = 100
LONGEST = 24 * 60  # minutes
# What comes of what is done, and is never entered.
OWN_WAY = frozenset(
    ("calendar_event_id", "former_start", "guest_ids", "ics_sequence", "message_log_ids", "name", "planned_since")
    + ("state", "task_id", "task_ids", "videoconf_room_id")
)
# What is decided when it is organised.
SAID_ONCE = frozenset(
    ("booking_type_id", "booking_url", "company_id", "former_id", "mode", "sender_id", "template_id", "tz", "user_id")
    + ("videoconf_provider_id",)
)
MANAGER = "appointment_videoconf.group_videoconf_manager"


class VideoconfConference(models.Model):
    """A video conference that somebody of the house organises with one or several guests.

    It is the source of truth; the entry in Odoo's calendar mirrors it, and so does the organiser's task. Where the
    guests choose the hour themselves (mode ``choice``) there is neither hour nor entry: they get a link to book.
    """

    _name = "videoconf.conference"
    _description = "Video Conference"
    _inherit = ["booking.guarded", "mail.thread", "mail.activity.mixin"]
    _order = "start desc, id desc"
    _rec_name = "subject"
    _mail_post_access = "read"

    name = fields.Char(string="Reference", readonly=True, copy=False, default="/")
    subject = fields.Char(required=True, tracking=True)
    state = fields.Selection(
        [("planned", "Planned"), ("done", "Done"), ("cancelled", "Cancelled")],
        required=True,
        default="planned",
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
    )
    mode = fields.Selection(
        [("fixed", "At a fixed hour"), ("choice", "The guests choose the hour")],
        required=True,
        default="fixed",
        readonly=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, default=lambda self: self.env.company
    )

    # Who
    user_id = fields.Many2one(
        "res.users",
        string="Organiser",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
    )
    sender_id = fields.Many2one(
        "res.users",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.user,
        help="In whose name guests are written to.",
    )
    guest_ids = fields.One2many("videoconf.guest", "conference_id", string="Guests", copy=False)
    guest_count = fields.Integer(compute="_compute_guest_count", string="Number of guests")
    show_guests = fields.Boolean(
        string="Guests see who is invited",
        default=True,
        help="The names of all guests are in the invitation and on each guest's page. Otherwise no guest learns of "
        "another.",
    )
    is_private = fields.Boolean(
        string="Private",
        help="Only the organiser, the sender and colleagues who are invited see it, and those who manage all video "
        "conferences.",
    )

    # When
    start = fields.Datetime(tracking=True)
    stop = fields.Datetime(compute="_compute_stop", store=True)
    duration = fields.Integer(string="Duration (minutes)", default=30, help="How long it is in the calendars.")
    tz = fields.Char(string="Time zone", readonly=True, default=lambda self: self.env.user.tz or "UTC")
    planned_since = fields.Datetime(
        readonly=True, copy=False, default=fields.Datetime.now, help="Since when it is planned for this hour."
    )

    # What
    agenda = fields.Html(help="What the guests read in the invitation and on their page.")
    minutes = fields.Html(copy=False, help="What was said and decided. Guests do not see it.")
    document_ids = fields.Many2many(
        "ir.attachment",
        "videoconf_conference_document_rel",
        "conference_id",
        "attachment_id",
        string="Documents for the guests",
        bypass_search_access=True,
        copy=False,
    )

    # The hour is chosen elsewhere
    booking_type_id = fields.Many2one("booking.type", string="Appointment type", readonly=True, ondelete="restrict")
    booking_url = fields.Char(string="Booking page", readonly=True, help="Where the guests choose the hour.")

    # What is told
    template_id = fields.Many2one(
        "mail.template", string="Invitation", readonly=True, domain="[('model', '=', 'videoconf.guest')]"
    )
    notify_open = fields.Boolean(
        string="Tell me when the e-mail is opened", help="Only for guests who have agreed to it, and never for certain."
    )
    notify_click = fields.Boolean(
        string="Tell me when the link is clicked", help="When a guest presses Join on their page, once per guest."
    )
    remind = fields.Boolean(string="Send reminders", help="To the guests, the day before and the hour before.")
    message_log_ids = fields.One2many("videoconf.message", "conference_id", string="Messages", readonly=True)

    # What follows it
    calendar_event_id = fields.Many2one(
        "calendar.event", string="Calendar entry", readonly=True, copy=False, index="btree_not_null"
    )
    ics_sequence = fields.Integer(readonly=True, copy=False, help="Number of changes told to the guests' calendars.")
    task_ids = fields.One2many("videoconf.task", "conference_id", string="Tasks", copy=False)
    task_id = fields.Many2one("videoconf.task", readonly=True, copy=False, ondelete="set null")
    former_id = fields.Many2one(
        "videoconf.conference", string="Follows from", readonly=True, index="btree_not_null", ondelete="set null"
    )
    next_ids = fields.One2many("videoconf.conference", "former_id", string="Next conferences", readonly=True)
    may_edit = fields.Boolean(compute="_compute_may_edit")
    has_begun = fields.Boolean(compute="_compute_has_begun")

    _planned_index = models.Index("(start) WHERE state = 'planned' AND start IS NOT NULL")
    _hour = models.Constraint("CHECK (mode = 'choice' OR start IS NOT NULL)", "Say when the conference is.")

    @api.depends("start", "duration")
    def _compute_stop(self):
        for conference in self:
            length = timedelta(minutes=max(conference.duration, 1))
            conference.stop = conference.start and conference.start + length

    @api.depends("guest_ids.is_removed")
    def _compute_guest_count(self):
        for conference in self:
            conference.guest_count = len(conference.guest_ids.filtered(lambda guest: not guest.is_removed))

    @api.depends_context("uid")
    @api.depends("user_id", "sender_id")
    def _compute_may_edit(self):
        editable = self._filtered_access("write")
        for conference in self:
            conference.may_edit = not conference.id or conference in editable

    @api.depends("start")
    def _compute_has_begun(self):
        """Where the guests choose the hour, nobody knows: it may be done at any time."""
        now = fields.Datetime.now()
        for conference in self:
            conference.has_begun = not conference.start or conference.start <= now

    @api.constrains("duration")
    def _check_duration(self):
        if any(not 0 < conference.duration <= LONGEST for conference in self):
            raise ValidationError(self.env._("A conference lasts at least a minute and at most a day."))

    @api.constrains("user_id", "sender_id")
    def _check_people(self):
        if any(conference.user_id.share or conference.sender_id.share for conference in self):
            raise ValidationError(self.env._("Only colleagues organise video conferences."))

    def _check_sender(self):
        """Nobody writes in the name of a colleague who did not ask for it."""
        if not self.env.su and self.sender_id - self.env.user and not self.env.user.has_group(MANAGER):
            raise ValidationError(
                self.env._("You can send invitations in your own name only. The organiser may be somebody else.")
            )

    @api.constrains("template_id")
    def _check_template(self):
        if any(c.template_id and c.template_id.sudo().model != "videoconf.guest" for c in self):
            raise ValidationError(self.env._("Choose a template of video conferences."))

    @api.constrains("calendar_event_id")
    def _check_calendar_event(self):
        """The mirror is written with all rights: it must not be turned to an entry of somebody else."""
        for conference in self:
            event = conference.sudo().calendar_event_id
            if event and (event.res_model, event.res_id) != (self._name, conference.id):
                raise ValidationError(self.env._("This calendar entry is not the one of the conference."))

    @api.constrains("booking_url")
    def _check_booking_url(self):
        for conference in self:
            if conference.booking_url and not is_meeting_link(conference.booking_url):
                raise ValidationError(
                    self.env._("“%s” is no address of a booking page: it starts with https://.", conference.booking_url)
                )

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            vals_list = [{name: value for name, value in vals.items() if name not in OWN_WAY} for vals in vals_list]
        number = self.env["ir.sequence"].sudo()
        conferences = super().create(
            [dict(vals, name=number.next_by_code("videoconf.conference") or "/") for vals in vals_list]
        )
        conferences._check_sender()
        conferences._own_documents()
        return conferences

    def write(self, vals):
        """Let people, entry and task follow whatever changes. What is said once stays: who organises, and how."""
        if not self.env.su:
            self._check_written(vals)
        before = {conference: (conference.start, conference.stop) for conference in self}
        result = super().write(vals)
        if {"start", "duration"} & vals.keys():
            moved = self.filtered(lambda c: c.state == "planned" and before[c] != (c.start, c.stop))
            moved.sudo()._follow_move({conference: before[conference] for conference in moved})
        if {"subject", "agenda", "is_private"} & vals.keys():
            self.sudo()._change_room()
            self.sudo()._mirror_in_calendar()
        if {"subject", "agenda", "show_guests"} & vals.keys():
            self.sudo().message_log_ids._renew()
        if {"document_ids"} & vals.keys():
            self._own_documents()
        return result

    def _check_written(self, vals):
        if (OWN_WAY | SAID_ONCE) & vals.keys():
            raise UserError(self.env._("This cannot be changed here any more: use the buttons of the conference."))
        if {"start", "duration"} & vals.keys():
            if any(conference.state != "planned" for conference in self):
                raise UserError(self.env._("Only a planned conference can be moved."))
            start = fields.Datetime.to_datetime(vals.get("start"))
            if "start" in vals and (not start or start <= fields.Datetime.now()):
                raise UserError(self.env._("A conference is moved to an hour that is still to come."))

    def _own_documents(self):
        """A document belongs to the conference: who may read this may read that. Nobody shows guests what they may not
        read themselves.
        """
        if not self.env.su:
            self.document_ids.check_access("read")
        for conference in self:
            loose = conference.document_ids.sudo().filtered(
                lambda document: document.create_uid == self.env.user and not document.res_id
            )
            loose.write({"res_model": self._name, "res_id": conference.id})

    @api.ondelete(at_uninstall=False)
    def _unlink_except_told(self):
        if any(conference.state == "planned" and conference.guest_ids for conference in self):
            raise UserError(self.env._("Cancel the conference first: the guests are waiting for it."))

    def unlink(self):
        """Entries and tasks go with their conference."""
        events = self.sudo().calendar_event_id.with_context(**MIRRORING)
        self.sudo().task_ids.unlink()
        result = super().unlink()
        events.unlink()
        return result

    # Organise

    @api.model
    def _organise(self, values, partners):
        """Create a conference with all that belongs to it, and queue the invitations: everything or nothing.

        :param values: as for ``create``
        :param partners: the ``res.partner`` who are invited
        :return: the conference
        """
        conference = self.create(values)
        conference._check_to_organise()
        conference._check_invitable(partners)
        all_rights = conference.sudo()
        if conference.mode == "fixed":
            all_rights._order_room()
        all_rights._add_task()
        all_rights._add_guests(partners)
        return conference

    def _check_to_organise(self):
        self.ensure_one()
        if self.mode == "fixed" and self.start <= fields.Datetime.now():
            raise UserError(self.env._("Choose an hour that is still to come."))
        if self.mode == "choice" and not self._get_choice_url():
            raise UserError(self.env._("Choose an appointment type, or enter the address of a booking page."))

    def _check_invitable(self, partners):
        """:raise UserError: that says who cannot be invited"""
        if not partners:
            raise UserError(self.env._("Invite at least one guest."))
        if len(partners) + len(self.guest_ids) > MOST_GUESTS:
            raise UserError(self.env._("Invite %s guests at most.", MOST_GUESTS))
        lost = partners.filtered(lambda partner: not partner.email_normalized)
        if lost:
            raise UserError(
                self.env._("No e-mail address is known of: %s. Enter it first.", ", ".join(lost.mapped("display_name")))
            )
        addresses = partners.mapped("email_normalized")
        blocked = self.env["booking.guest.block"].sudo()._find_blocked(addresses)
        if blocked:
            raise UserError(
                self.env._("%s asked not to be invited again: please tell them yourself.", ", ".join(sorted(blocked)))
            )

    def _add_guests(self, partners):
        """Invite contacts who are not yet invited; who was removed is invited again. Needs all rights."""
        self.ensure_one()
        known = {guest.partner_id: guest for guest in self.guest_ids}
        again = self.env["videoconf.guest"].concat(*(known[p] for p in partners if p in known)).filtered("is_removed")
        for guest in again:
            guest.write({"is_removed": False, "ics_changes": guest.ics_changes + 1})
        new = self.env["videoconf.guest"].create(
            [{"conference_id": self.id, "partner_id": partner.id} for partner in partners if partner not in known]
        )
        if self.mode == "fixed":
            self._mirror_in_calendar()
        self.task_ids.contact_ids = [Command.link(partner.id) for partner in partners]
        self._claim("invited" if self.mode == "fixed" else "choice", new | again)
        self._note_on_contacts(partners)

    def action_invite(self):
        self.ensure_one()
        self.check_access("write")
        return {
            "name": self.env._("Invite others"),
            "type": "ir.actions.act_window",
            "res_model": "videoconf.invite",
            "view_mode": "form",
            "target": "new",
            "context": {"default_conference_id": self.id},
        }

    # Where

    def _get_choice_url(self):
        """Return where guests choose the hour, or nothing."""
        self.ensure_one()
        if self.mode != "choice":
            return ""
        booking_type = self.sudo().booking_type_id
        if booking_type:
            return f"{self.get_base_url()}/booking/{booking_type.slug}"
        return self.booking_url or ""

    def _get_staff_url(self):
        """Return where colleagues open the conference."""
        self.ensure_one()
        return f"{self.get_base_url()}/odoo/videoconf.conference/{self.id}"

    def _get_staff_join_url(self):
        """Return the address by which colleagues who may see the conference go to its room."""
        self.ensure_one()
        return f"{self.get_base_url()}/booking/conference/{self.id}/room"

    def action_join(self):
        """Go to the room."""
        self.ensure_one()
        self.check_access("read")
        if not self._can_join():
            raise UserError(
                self.env._(
                    "There is no room yet: wait for it, or enter your personal meeting link in your preferences."
                )
            )
        return {"type": "ir.actions.act_url", "url": self._get_staff_join_url(), "target": "new"}

    # What guests are told in any case

    def _get_told_guests(self):
        return self.guest_ids.filtered(lambda guest: not guest.is_removed)

    def _get_listed_names(self, reader):
        """Return the names of the other guests that a guest reads, if the organiser shows them."""
        self.ensure_one()
        if not self.show_guests:
            return []
        others = self._get_told_guests() - reader
        return [guest.partner_id.name or guest.email for guest in others if guest.answer in TOLD]
