import hashlib
import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..tools import ics
from .booking_journey import TOKEN

# What a subscribed calendar shows: what was lately, and all that can be planned by then.
BEFORE, AFTER = timedelta(days=60), timedelta(days=400)
REFRESH = timedelta(minutes=15)


class ResUsers(models.Model):
    """A calendar that an advisor subscribes to in another program, at a secret address that they can change."""

    _inherit = "res.users"

    booking_feed_token = fields.Char(copy=False, groups="base.group_system")
    booking_feed_url = fields.Char(
        string="Address of my calendar of appointments",
        compute="_compute_booking_feed_url",
        compute_sudo=True,
        help="Paste this address in Outlook, Google Calendar or your phone under “Add a calendar by its address”. "
        "Whoever has it reads your appointments with the names of the bookers.",
    )

    _booking_feed_token_index = models.UniqueIndex("(booking_feed_token) WHERE booking_feed_token IS NOT NULL")

    @property
    def SELF_READABLE_FIELDS(self):
        return super().SELF_READABLE_FIELDS + ["booking_feed_url"]

    @api.depends("booking_feed_token")
    @api.depends_context("uid")
    def _compute_booking_feed_url(self):
        """Only its owner learns the address, administrators neither."""
        for user in self:
            token = user.id == self.env.uid and user.booking_feed_token
            user.booking_feed_url = token and f"{user.get_base_url()}/booking/feed/{token}/appointments.ics"

    def action_booking_feed_renew(self):
        """Give the calendar a new address: the old one, if there was any, no longer works."""
        self._check_own_feed()
        self.sudo().booking_feed_token = secrets.token_urlsafe(32)

    def action_booking_feed_revoke(self):
        self._check_own_feed()
        self.sudo().booking_feed_token = False

    def _check_own_feed(self):
        if self != self.env.user:
            raise AccessError(self.env._("Everybody decides about the address of their own calendar."))

    @api.model
    def _find_by_booking_feed(self, token):
        """Return the user whose calendar has this secret address; nobody if it is wrong or no longer works."""
        if not TOKEN.fullmatch(token or ""):
            return self.browse()
        user = self.sudo().search([("booking_feed_token", "=", token)])
        return user if user and user._is_internal() else self.browse()

    def _get_booking_feed_tag(self):
        """Return what changes whenever the calendar does, found by one query that reads no appointment's texts."""
        self.ensure_one()
        start, stop = self._get_booking_feed_period()
        self.env["booking.appointment"].flush_model()
        [facts] = self.env.execute_query(
            SQL(
                """
                SELECT count(*), max(a.write_date), max(e.write_date), max(t.write_date), max(g.write_date)
                  FROM booking_appointment a
             LEFT JOIN calendar_event e ON e.id = a.calendar_event_id
             LEFT JOIN booking_type t ON t.id = a.type_id
             LEFT JOIN booking_agency g ON g.id = a.agency_id
                 WHERE a.user_id = %s AND a.state IN ('planned', 'done') AND a.start >= %s AND a.start < %s
                """,
                self.id,
                start,
                stop,
            )
        )
        return hashlib.sha256(repr((start, self.lang, self.name, facts)).encode()).hexdigest()[:32]

    def _get_booking_feed(self):
        """Return the calendar as the bytes of an ICS file, by as many queries for one appointment as for thousands."""
        self.ensure_one()
        start, stop = self._get_booking_feed_period()
        appointments = (
            self.env["booking.appointment"]
            .sudo()
            .with_context(lang=self.lang or self.env.lang)
            .search(
                [
                    ("user_id", "=", self.id),
                    ("state", "in", ("planned", "done")),
                    ("start", ">=", start),
                    ("start", "<", stop),
                ],
                order="start, id",
            )
        )
        entries = (appointment._get_staff_entry(self) for appointment in appointments)
        name = self.with_context(lang=self.lang).env._("Appointments of %s", self.name)
        return ics.build_feed(entries, name, REFRESH)

    def _get_booking_feed_period(self):
        """Return the period of the calendar (naive UTC): it moves on once a day, else each answer would be new."""
        today = fields.Datetime.today()
        return today - BEFORE, today + AFTER
