from odoo import api, fields, models

LATE = "appointment_videoconf.mail_activity_room_late"


class VideoconfRoomOwner(models.AbstractModel):
    """What has a video room: the record itself never talks to a provider.

    An inheriting model sets ``videoconf_provider_id``, says by :meth:`_get_room_values` what room it wants, and calls
    :meth:`_order_room`, :meth:`_change_room`, :meth:`_drop_room` when that changes, in its own transaction. The room is
    made after that transaction; :meth:`_on_room_ready` is called, as the superuser, when there is a link, and
    :meth:`_on_room_late` when it takes long or there will be none.

    Providers that ask no server (Jitsi, BigBlueButton, personal links) make the room at once: when :meth:`_order_room`
    or :meth:`_change_room` returns, the state is ``ready`` and :meth:`_on_room_ready` is not called. So look at the
    state after ordering, and do in the hook what is left to be done later.
    """

    _name = "videoconf.room.owner"
    _description = "Owner of a Video Room"

    videoconf_provider_id = fields.Many2one(
        "videoconf.provider", string="Video provider", copy=False, ondelete="restrict", index="btree_not_null"
    )
    videoconf_room_id = fields.Many2one(
        "videoconf.room", string="Video room", readonly=True, copy=False, ondelete="set null", index="btree_not_null"
    )
    videoconf_room_state = fields.Selection(related="videoconf_room_id.state", string="State of the video room")
    videoconf_room_error = fields.Char(related="videoconf_room_id.error", string="Why there is no video link")
    videoconf_room_address = fields.Char(
        string="Link to the video room",
        compute="_compute_videoconf_room_address",
        help="For everybody: a room whose visitors are let in one by one is entered from a page of ours.",
    )

    @api.depends("videoconf_room_id.address", "videoconf_room_id.state")
    def _compute_videoconf_room_address(self):
        for owner in self:
            owner.videoconf_room_address = owner.sudo().videoconf_room_id._get_shared_address()

    # What an owner says

    def _get_room_values(self):
        """Return what the room should be like.

        :return: dict with ``title`` (participants and the provider may read it: no personal data that they need not
            know), ``start`` and ``stop`` (naive UTC), ``tz`` (name of a zone), ``user_id`` (id of the organiser),
            ``company_id``
        """
        raise NotImplementedError

    def _on_room_ready(self):
        """Follow a link that has come, or has become another one, some time after it was ordered."""
        self.ensure_one()
        if "activity_ids" in self._fields:
            self.activity_unlink([LATE])

    def _on_room_late(self):
        """Tell the organiser that the link takes long (``late``) or that there will be none (``failed``)."""
        self.ensure_one()
        room = self.videoconf_room_id
        if "activity_ids" not in self._fields or not room.user_id:
            return
        self.activity_unlink([LATE])
        organiser = self.with_context(lang=room.user_id.lang or self.env.lang)
        summary = organiser.env._("The video link is late")
        advice = organiser.env._("It follows by itself as soon as the provider answers.")
        if room.state == "failed":
            summary = organiser.env._("There is no video link")
            advice = organiser.env._("Open the record and try again, or send the others a link of your own.")
        note = " ".join(filter(None, [organiser.videoconf_room_id.error, advice]))
        organiser.activity_schedule(LATE, summary=summary, note=note, user_id=room.user_id.id)

    # What an owner does

    def _order_room(self):
        """Order a room for each record that has a provider and no room. What is ordered twice is ordered once."""
        for owner in self.sudo():
            if owner.videoconf_provider_id and not owner._has_room():
                owner.videoconf_room_id = self.env["videoconf.room"].sudo()._order_for(owner)

    def _change_room(self):
        """Let the rooms follow what the records say now; what has not changed costs nothing."""
        for owner in self.sudo():
            if owner._has_room():
                owner.videoconf_room_id._change(owner._get_room_values())

    def _drop_room(self):
        """Give the rooms back. ``videoconf_room_id`` goes on saying which one it was."""
        for owner in self.sudo():
            if owner._has_room():
                if "activity_ids" in owner._fields:
                    owner.activity_unlink([LATE])
                owner.videoconf_room_id._drop()

    def _has_room(self):
        """Tell whether a room is there or on order."""
        self.ensure_one()
        return bool(self.videoconf_room_id) and not self.videoconf_room_id.dropped

    def action_try_room_again(self):
        """Ask the provider again, now: for a link that is late or has failed."""
        self.check_access("write")
        rooms = self.sudo().videoconf_room_id
        rooms._try_again()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._("The provider is asked again. The link appears here as soon as it answers."),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def unlink(self):
        self._drop_room()
        return super().unlink()
