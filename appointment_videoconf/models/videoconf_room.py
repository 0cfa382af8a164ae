import secrets
from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..providers import Meeting, ProviderError, Room
from .videoconf_provider import ADMIN

# How long after the end of the meeting its page still lets people in.
OPEN_AFTER = timedelta(hours=2)
# What the owner says that a provider is told.
TOLD = ("title", "start", "stop", "tz")


class VideoconfRoom(models.Model):
    """One room that somebody ordered: what is wanted, and what the provider has made of it.

    The row is written in the transaction of whoever orders; no provider is asked there (see videoconf_room_queue). Each
    change of what is wanted counts up ``wish``; ``told_wish`` is the one that the provider last confirmed. So a change
    that arrives while a call is on its way is not lost, and a room that is no longer wanted is given back also when its
    making was confirmed only afterwards.
    """

    _name = "videoconf.room"
    _description = "Video Room"
    _order = "start desc, id desc"
    _rec_name = "title"

    # Whose
    provider_id = fields.Many2one("videoconf.provider", required=True, readonly=True, ondelete="restrict", index=True)
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    user_id = fields.Many2one("res.users", string="Organiser", readonly=True, ondelete="set null", index=True)
    res_model = fields.Char(string="Model of the owner", readonly=True)
    res_id = fields.Many2oneReference(string="Owner", model_field="res_model", readonly=True)
    reference = fields.Char(
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: secrets.token_hex(16),
        help="By which the provider tells this room from all others.",
    )
    access_token = fields.Char(
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: secrets.token_urlsafe(32),
        groups=fields.NO_ACCESS,
    )

    # What is wanted
    title = fields.Char(required=True, readonly=True)
    start = fields.Datetime(required=True, readonly=True)
    stop = fields.Datetime(required=True, readonly=True)
    tz = fields.Char(readonly=True)
    wish = fields.Integer(default=1, readonly=True)
    dropped = fields.Boolean(readonly=True, help="No longer wanted.")

    # What is there
    state = fields.Selection(
        [
            ("ordered", "Ordered"),
            ("ready", "Ready"),
            ("late", "Late"),
            ("failed", "Failed"),
            ("removing", "Being removed"),
            ("removed", "Removed"),
        ],
        required=True,
        default="ordered",
        readonly=True,
        index=True,
    )
    address = fields.Char(readonly=True)
    external_id = fields.Char(string="ID at the provider", readonly=True)
    details = fields.Json(readonly=True)
    told_wish = fields.Integer(readonly=True)
    ready_on = fields.Datetime(readonly=True)

    # On the way there
    ordered_on = fields.Datetime(readonly=True, required=True, default=lambda self: fields.Datetime.now())
    asked_on = fields.Datetime(readonly=True, help="Since when the provider may have heard of it.")
    busy_until = fields.Datetime(readonly=True, help="Until when a process may be waiting for the provider's answer.")
    next_try = fields.Datetime(readonly=True)
    tries = fields.Integer(readonly=True)
    error_code = fields.Char(readonly=True)
    error_words = fields.Char(string="Answer of the provider", readonly=True)
    error = fields.Char(compute="_compute_error", string="What is wrong")
    told_late = fields.Boolean(readonly=True)
    untold = fields.Selection(
        [("ready", "Ready"), ("late", "Late")], readonly=True, help="What the owner is still to be told."
    )

    _once = models.Constraint("UNIQUE (reference)", "There is a room with this reference.")
    _access_token_index = models.UniqueIndex("(access_token)")
    _owner_index = models.Index("(res_model, res_id)")
    _queue_index = models.Index("(next_try, id) WHERE next_try IS NOT NULL")
    _untold_index = models.Index("(id) WHERE untold IS NOT NULL")
    _stop_after_start = models.Constraint("CHECK (stop > start)", "A meeting ends after it starts.")

    @api.depends("error_code", "provider_id")
    def _compute_error(self):
        for room in self:
            room.error = room.error_code and self._tell_error(room.error_code, room.sudo().provider_id.name)

    @api.model
    def _tell_error(self, code, provider):
        """Return what an error means to people."""
        texts = {
            "credentials": self.env._("%s does not accept the account: an administrator must look at it.", provider),
            "rate": self.env._("%s asks to wait: it was asked for too many rooms in a short time.", provider),
            "refused": self.env._("%s refused to make the room.", provider),
            "unreachable": self.env._("%s does not answer.", provider),
            "gone": self.env._("%s no longer knows the room.", provider),
            "no_link": self.env._("The organiser has no personal meeting link in their preferences."),
            "over": self.env._("The meeting was over before %s made the room.", provider),
        }
        return texts.get(code) or self.env._("Something went wrong here: the log of the server tells what.")

    # For owners

    @api.model
    def _order_for(self, owner):
        """Return a new room for an owner, ready where no server has to be asked."""
        values = self._clean_values(owner._get_room_values())
        room = self.create(
            {
                **values,
                "provider_id": owner.videoconf_provider_id.id,
                "res_model": owner._name,
                "res_id": owner.id,
            }
        )
        if not room._make_at_once():
            room._queue(fields.Datetime.now())
        elif room.state == "failed":
            room.untold = "late"
            room._trigger_queue()
        return room

    @api.model
    def _clean_values(self, values):
        """Return values of an owner as they are stored."""
        title = " ".join((values.get("title") or "").split())[:200]
        return {
            "title": title or self.env._("Video conference"),
            "start": fields.Datetime.to_datetime(values["start"]),
            "stop": fields.Datetime.to_datetime(values["stop"]),
            "tz": values.get("tz") or "UTC",
            "user_id": values.get("user_id") or False,
            "company_id": values.get("company_id") or False,
        }

    def _change(self, values):
        """Follow an owner: whoever makes the room is told when it concerns them."""
        self.ensure_one()
        values = self._clean_values(values)
        changed = {
            name: value
            for name, value in values.items()
            if (self[name].id if name.endswith("_id") else self[name]) != value
        }
        if not changed:
            return
        is_told = bool(set(TOLD) & changed.keys())
        self.write({**changed, "wish": self.wish + is_told})
        if not self._make_at_once() and is_told:
            self._ask_anew()

    def _drop(self):
        """Give a room back. What nobody has heard of, or what is over, needs no call."""
        now = fields.Datetime.now()
        for room in self:
            is_known = room.asked_on and room.stop > now and not room.provider_id._is_offline()
            room.write(
                {
                    "dropped": True,
                    "state": "removing" if is_known else "removed",
                    "untold": False,
                    "tries": 0,
                    "next_try": False,
                }
            )
            if is_known:
                room._queue(now)

    def _make_at_once(self):
        """Make or change rooms of providers that ask no server; tell whether this is one of them."""
        self.ensure_one()
        if not self.provider_id._is_offline():
            return False
        adapter = self.provider_id._get_adapter(self.user_id)
        meeting = self._as_meeting()
        try:
            made = adapter.update(self._as_room(), meeting) if self.address else adapter.create(meeting)
        except ProviderError as error:
            code = "no_link" if self.provider_id.kind == "personal" else error.code
            self.write({"state": "failed", "address": False, "error_code": code, "error_words": str(error)})
        else:
            self._keep(made, self.wish)
        return True

    def _keep(self, made, wish):
        """Write down the room that a provider has made or changed; tell whether its address is news."""
        self.ensure_one()
        is_news = self.address != made.address
        self.write(
            {
                "state": "removing" if self.dropped else "ready",
                "address": made.address,
                "external_id": made.external_id,
                "details": dict(made.details),
                "told_wish": wish,
                "ready_on": self.ready_on or fields.Datetime.now(),
                "error_code": False,
                "error_words": False,
                "tries": 0,
                "told_late": False,
            }
        )
        return is_news

    def _try_again(self):
        """Begin anew with rooms that are late or have failed."""
        now = fields.Datetime.now()
        for room in self.filtered(lambda room: not room._is_settled()):
            if room.stop <= now:
                raise UserError(self.env._("This meeting is over: there is nothing left to try."))
            if not room._make_at_once():
                room._ask_anew()
            elif room.state == "ready":
                room.untold = "ready"
                room._trigger_queue()

    @api.model
    def _try_waiting_again(self, providers):
        """Begin anew with what waits for an account whose settings were just changed."""
        waiting = self.search(
            [("provider_id", "in", providers.ids), ("stop", ">", fields.Datetime.now()), ("error_code", "!=", False)]
        )
        waiting._try_again()

    @api.model
    def _follow_personal_links(self, users):
        """Move what is to come to the rooms that users have now, and tell the owners."""
        rooms = self.search(
            [
                ("user_id", "in", users.ids),
                ("provider_id.kind", "=", "personal"),
                ("dropped", "=", False),
                ("stop", ">", fields.Datetime.now()),
            ]
        )
        for room in rooms:
            before = room.address
            room._make_at_once()
            if room.address and room.address != before:
                room.untold = "ready"
        if rooms:
            self._trigger_queue()

    def _is_settled(self):
        """Tell whether nothing is left to be done."""
        self.ensure_one()
        if self.dropped:
            return self.state == "removed"
        return self.state == "ready" and self.told_wish == self.wish

    def _ask_anew(self):
        self.ensure_one()
        if self.state == "failed":
            self.state = "removing" if self.dropped else "ready" if self.address else "ordered"
        self.tries = 0
        self._queue(fields.Datetime.now())

    # For whoever enters

    def _get_shared_address(self):
        """Return the address that may stand in messages and calendars, or nothing while there is none."""
        room = self.sudo()
        if not room.address or room.dropped:
            return False
        if room._joins_at_click():
            return f"{room.get_base_url()}/videoconf/room/{room.access_token}"
        return room.address

    def _joins_at_click(self):
        """Tell whether each person gets an address of their own when they enter."""
        self.ensure_one()
        return self.provider_id._get_adapter(self.user_id).joins_at_click

    def _is_open(self):
        """Tell whether people may enter: not any more some time after the end."""
        self.ensure_one()
        return bool(self.address) and not self.dropped and self.stop + OPEN_AFTER > fields.Datetime.now()

    def _is_awaited(self):
        """Tell whether there will be an address, and is none yet."""
        self.ensure_one()
        return not self.address and not self.dropped and self.stop > fields.Datetime.now()

    def _get_join_address(self, person_name, is_organiser):
        """Return where a person enters now. It may ask the provider, so it takes a moment: call it at the click.

        :param person_name: what the others in the room read
        :raise ProviderError: when the provider opens no room now
        """
        self.ensure_one()
        room = self.sudo()
        adapter = room.provider_id._get_adapter(room.user_id)
        person = " ".join((person_name or "").split())[:80] or self.env._("Guest")
        return adapter.join_address(room._as_room(), room._as_meeting(), person, bool(is_organiser))

    def _as_meeting(self):
        """Return what is wanted, as the adapters want it."""
        self.ensure_one()
        return Meeting(
            reference=self.reference,
            subject=self.title,
            start=pytz.utc.localize(self.start),
            stop=pytz.utc.localize(self.stop),
            zone=self.tz or "UTC",
            organiser_name=self.user_id.name or "",
            organiser_email=self.user_id.email_normalized or "",
            asked_before=bool(self.asked_on),
        )

    def _as_room(self):
        """Return what is there, as the adapters want it."""
        self.ensure_one()
        return Room(self.address or "", self.external_id or "", self.details or {})

    def action_try_again(self):
        """Ask the providers again, for administrators: others do it where the room is used."""
        self.check_access("read")
        if not self.env.user.has_group(ADMIN):
            raise AccessError(self.env._("Only administrators of Appointments can do this."))
        self.sudo()._try_again()

    def action_open_owner(self):
        """Open what has this room."""
        self.ensure_one()
        self.check_access("read")
        if self.res_model not in self.env or not self.env[self.res_model].browse(self.res_id).exists():
            raise UserError(self.env._("What had this room was deleted."))
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }
