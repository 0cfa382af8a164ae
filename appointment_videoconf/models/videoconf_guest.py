import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, consteq, format_date, html2plaintext

from odoo.addons.appointment_booking.models.booking_journey import TOKEN
from odoo.addons.appointment_booking.tools import ics

ANSWERS = ("accepted", "tentative", "declined")
# Whose names the others read: not of those who do not come.
TOLD = (False, "needsAction", "accepted", "tentative")
PARTSTATS = {"accepted": "ACCEPTED", "tentative": "TENTATIVE", "declined": "DECLINED"}
# Conferences last longer than planned: so long the page of a guest still leads to the room.
LINGER = timedelta(hours=2)
# Where nobody set it: from how many minutes before the beginning on guests get into the room.
OPEN_BEFORE = 15


class VideoconfGuest(models.Model):
    """A contact who is invited to a conference, with a page and a link of their own.

    What they answer is what the attendee of the calendar entry answers: there is one answer, wherever it was given.
    """

    _name = "videoconf.guest"
    _description = "Guest of a Video Conference"
    _order = "id"
    _rec_name = "partner_id"

    conference_id = fields.Many2one("videoconf.conference", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="conference_id.company_id")
    partner_id = fields.Many2one(
        "res.partner", string="Guest", required=True, readonly=True, ondelete="restrict", index=True
    )
    email = fields.Char(related="partner_id.email")
    attendee_id = fields.Many2one(
        "calendar.attendee", readonly=True, copy=False, ondelete="set null", index="btree_not_null"
    )
    answer = fields.Selection(related="attendee_id.state", string="Answer")
    answered_on = fields.Datetime(readonly=True, copy=False)
    opened_on = fields.Datetime(
        string="Probably opened on", readonly=True, copy=False, help="When the picture in the e-mail was first fetched."
    )
    joined_on = fields.Datetime(string="Joined on", readonly=True, copy=False, help="When they first pressed Join.")
    is_removed = fields.Boolean(string="Removed", readonly=True, copy=False)
    access_token = fields.Char(copy=False, groups="base.group_system", default=lambda self: secrets.token_urlsafe(32))
    ics_changes = fields.Integer(readonly=True, copy=False, help="Changes told to the calendar of this guest alone.")

    _once = models.Constraint("UNIQUE (conference_id, partner_id)", "This contact is already invited.")
    _access_token_index = models.UniqueIndex("(access_token) WHERE access_token IS NOT NULL")

    @api.model
    def _find_by_token(self, token):
        """Return the guest behind a secret link, or nothing."""
        if not TOKEN.fullmatch(token or ""):
            return self.browse()
        guest = self.search([("access_token", "=", token)], limit=1)
        return guest if guest and consteq(guest.access_token, token) else self.browse()

    def _get_link(self):
        """Return the secret address of the guest's page."""
        self.ensure_one()
        return f"{self.conference_id.get_base_url()}/booking/conference/{self.sudo().access_token}"

    def _get_block_link(self):
        return f"{self._get_link()}/block"

    # What guests do

    def _find_end(self):
        """Return why there is nothing to answer or to join: ``removed``, ``cancelled``, ``over``, or nothing."""
        self.ensure_one()
        conference = self.conference_id
        if self.is_removed:
            return "removed"
        if conference.state == "cancelled":
            return "cancelled"
        is_past = conference.stop and conference.stop + LINGER <= fields.Datetime.now()
        return "over" if conference.state == "done" or is_past else None

    def _answer(self, answer):
        """Note what the guest says; once said, saying it again changes nothing.

        :param answer: ``accepted``, ``tentative`` or ``declined``
        """
        self.ensure_one()
        if self.attendee_id and self.answer != answer:
            self.sudo().attendee_id.state = answer

    def _note_answer(self):
        """Write down on the conference what was answered, here or in a calendar."""
        for guest in self.filtered(lambda guest: guest.answer in ANSWERS):
            name = guest.partner_id.display_name
            # Colleagues read it, in their language and not in that of the guest's page.
            staff = guest.conference_id._for_organiser()
            words = {
                "accepted": staff.env._("%s accepts.", name),
                "tentative": staff.env._("%s may come.", name),
                "declined": staff.env._("%s declines.", name),
            }
            guest.answered_on = fields.Datetime.now()
            guest.conference_id.message_post(
                body=words[guest.answer],
                author_id=guest.partner_id.id,
                subtype_xmlid="mail.mt_note",
            )
        self.filtered(lambda guest: guest.answer == "declined").conference_id._drop_unwanted_messages()

    def _answer_again(self):
        """Forget the answers."""
        self.write({"answered_on": False})
        self.attendee_id.with_context(booking_mirroring=True).write({"state": "needsAction"})

    def _get_opening(self):
        """Return from when on the room is open to guests, naive UTC."""
        conference = self.conference_id
        return conference.start - timedelta(minutes=conference.company_id.videoconf_open_before)

    def _may_join(self):
        """Tell whether it is time to go into the room."""
        self.ensure_one()
        now = fields.Datetime.now()
        return bool(self.conference_id.start) and not self._find_end() and self._get_opening() <= now

    def _join(self):
        """Return the address of the room, or nothing while there is none; the organiser hears of the first time."""
        self.ensure_one()
        address = self.conference_id._get_room_address(self.partner_id.name or "", is_organiser=False)
        if address and self._is_first("joined_on") and self.conference_id.notify_click:
            conference = self.conference_id._for_organiser()
            conference._tell_organiser(
                conference.env._("%s is in the video conference", self.partner_id.display_name),
                conference.env._("%s has pressed Join.", self.partner_id.display_name),
            )
        return address

    def _may_be_seen_opening(self):
        """Tell whether the guest agrees, as things stand now, and somebody still wants to know."""
        self.ensure_one()
        return self.conference_id.notify_open and self.partner_id.videoconf_open_consent and not self._find_end()

    def _open(self):
        """Note that the e-mail was probably opened, for a guest who agreed and still does."""
        self.ensure_one()
        conference = self.conference_id._for_organiser()
        if self._may_be_seen_opening() and self._is_first("opened_on"):
            conference._tell_organiser(
                conference.env._("%s has probably read the invitation", self.partner_id.display_name),
                conference.env._(
                    "The e-mail to %s was probably opened. A mail program may have fetched the picture by itself.",
                    self.partner_id.display_name,
                ),
            )

    def _is_first(self, name):
        """Write down the hour of something that has none; tell whether it had none. Of two at once, one is first."""
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                "UPDATE videoconf_guest SET %(name)s = %(now)s WHERE id = %(id)s AND %(name)s IS NULL RETURNING id",
                name=SQL.identifier(name),
                now=fields.Datetime.now(),
                id=self.id,
            )
        )
        is_first = bool(self.env.cr.fetchone())
        self.invalidate_recordset([name])
        return is_first

    def _block(self):
        """Never be written to about invitations again, neither for this conference nor for another one."""
        self.ensure_one()
        email = self.partner_id.email_normalized
        if email:
            self.env["booking.guest.block"].sudo()._add(email)
            for guest in self.sudo().search([("partner_id.email_normalized", "=", email)]):
                if not guest._find_end():
                    guest._answer("declined")

    # What staff do

    def action_remove(self):
        """Take a guest off the conference, and tell them."""
        conferences = self.conference_id
        conferences.check_access("write")
        for guest in self.sudo().filtered(lambda guest: not guest.is_removed):
            conference = guest.conference_id
            guest.write({"is_removed": True, "ics_changes": guest.ics_changes + 1})
            conference._mirror_in_calendar()
            conference._drop_unwanted_messages()
            if (
                guest in conference._get_guests_who_know()
                and conference.state == "planned"
                and not conference._is_over()
            ):
                conference._claim("removed", guest)

    # What guests read

    def _get_tz(self):
        return self.partner_id.tz or self.conference_id.tz or "UTC"

    def _wording(self):
        return self.env["booking.journey"]._wording_of(self._get_tz())

    def _tell_day(self):
        """``Tuesday, November 24, 2026``"""
        wording = self._wording()
        return wording.full_day(wording.local(self.conference_id.start).date())

    def _tell_hours(self):
        """``10:00 – 10:30``"""
        wording = self._wording()
        return f"{wording.hour(self.conference_id.start)} – {wording.hour(self.conference_id.stop)}"

    def _tell_zone(self):
        """``Paris time (UTC+1)``: nobody knows where guests are, so it is always named."""
        return self.env["booking.journey"]._tell_zone(self._get_tz(), self.conference_id.start)

    def _tell_duration(self):
        return self.env["booking.journey"]._format_duration(self.conference_id.duration)

    def _tell_short(self, instant=None):
        """``Tue, Nov 24, 10:00``"""
        instant = instant or self.conference_id.start
        if not instant:
            return ""
        wording = self._wording()
        return f"{wording.short_day(wording.local(instant).date())}, {wording.hour(instant)}"

    def _tell_opening(self):
        """Return from when on the room is open, with the day where it is another one than today."""
        opening = self._get_opening()
        wording = self._wording()
        is_today = wording.local(opening).date() == wording.local(fields.Datetime.now()).date()
        return wording.hour(opening) if is_today else self._tell_short(opening)

    def _tell_consent_day(self):
        consent = self.partner_id.videoconf_consent_ids[:1]
        return format_date(self.env, consent.given_on.date(), date_format="long") if consent else ""

    def _get_ics(self, method):
        """Return the conference as an ICS file for this guest."""
        self.ensure_one()
        conference = self.sudo().conference_id
        database = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        organiser = conference.user_id
        address = organiser.email_normalized or conference.company_id.partner_id.email_normalized
        agenda = html2plaintext(conference.agenda or "").strip()
        return ics.build(
            ics.Entry(
                uid=f"conference-{conference.id}@{database}",
                sequence=conference.ics_sequence + self.ics_changes,
                stamp=fields.Datetime.now(),
                start=conference.start,
                stop=conference.stop,
                summary=conference.subject,
                description="\n\n".join(filter(None, [agenda, self._get_link()])),
                location=self._get_link(),
                url=self._get_link(),
                organizer=ics.Person(organiser.name, address) if address else None,
                attendee=ics.Person(self.partner_id.name or "", self.partner_id.email_normalized or ""),
                answer=PARTSTATS.get(self.answer, "NEEDS-ACTION"),
            ),
            method,
        )
