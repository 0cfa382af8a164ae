from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL

from .videoconf_message import CLOCK, ICS_METHODS, TEMPLATES

# What consent is asked for: the words of it name invitations.
INVITATIONS = ("invited", "choice")


class VideoconfMessage(models.Model):
    """Finding what is due about conferences, and how it is filled in."""

    _inherit = "videoconf.message"
    _cron = "appointment_videoconf.ir_cron_send_messages"

    @api.model
    def _claim_due(self):
        """Write down what is due by the clock: found, and kept from being told twice, by the database alone.

        An hour that had passed when the conference was planned for its time is not due.

        :return: how many are new
        """
        for model in ("videoconf.conference", "videoconf.guest", "videoconf.message", "calendar.attendee"):
            self.env[model].flush_model()
        now, done = fields.Datetime.now(), 0
        for what, (before, late) in CLOCK.items():
            is_alert = what == "alert"
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO videoconf_message (
                        conference_id, guest_id, recipient, address, what, due, state, tries,
                        create_uid, create_date, write_uid, write_date
                    )
                    SELECT c.id, %(guest)s, %(recipient)s, p.email, %(what)s, c.start - %(before)s, 'queued', 0,
                           %(uid)s, %(now)s, %(uid)s, %(now)s
                      FROM videoconf_conference c
                      %(join)s
                     WHERE c.state = 'planned' AND c.start > %(now)s
                       AND c.start <= %(now)s + %(before)s
                       AND c.start > %(now)s + %(before)s - %(late)s
                       AND c.start - %(before)s > c.planned_since
                       AND %(conditions)s
                    ON CONFLICT DO NOTHING
                    """,
                    what=what,
                    guest=SQL("NULL::integer") if is_alert else SQL("g.id"),
                    recipient=SQL("'organiser'") if is_alert else SQL("'guest-' || g.id"),
                    before=before,
                    late=late,
                    now=now,
                    uid=self.env.uid,
                    join=SQL(
                        "JOIN res_users u ON u.id = c.user_id JOIN res_partner p ON p.id = u.partner_id"
                        if is_alert
                        else "JOIN videoconf_guest g ON g.conference_id = c.id "
                        "JOIN res_partner p ON p.id = g.partner_id"
                    ),
                    conditions=SQL("TRUE")
                    if is_alert
                    else SQL(
                        "c.remind AND NOT COALESCE(g.is_removed, FALSE) AND NOT EXISTS ("
                        "SELECT FROM calendar_attendee a WHERE a.id = g.attendee_id AND a.state = 'declined')"
                    ),
                )
            )
            done += self.env.cr.rowcount
        self._forget_log()
        return done

    def _get_template(self):
        conference = self.conference_id
        if self.what in ("invited", "choice") and conference.template_id:
            return conference.template_id
        return self._find_template(f"appointment_videoconf.{TEMPLATES[self.what]}")

    def _get_lang(self):
        return self.guest_id.partner_id.lang or self.conference_id.user_id.lang

    def _get_filled_in(self):
        return self.guest_id

    def _get_recipient_name(self):
        return self.guest_id.partner_id.name

    def _get_recipient_partner(self):
        return self.guest_id.partner_id

    def _tell_otherwise(self):
        alerts = self.filtered(lambda message: message.what == "alert")
        for alert in alerts:
            alert._alert()
        return (self - alerts).filtered("guest_id")

    def _alert(self):
        """Tell the organiser that it begins: once, in Odoo."""
        conference = self.conference_id._for_organiser()
        self.write({"prepared_at": fields.Datetime.now(), "outcome": "sent"})
        wording = conference.env["booking.journey"]._wording_of(conference.user_id.tz or conference.tz or "UTC")
        conference._tell_organiser(
            conference.env._("Your video conference begins at %s", wording.hour(conference.start)),
            Markup('<a href="%s" target="_blank">%s</a>')
            % (conference._get_staff_join_url(), conference.env._("Join the video conference")),
            pop_up=True,
        )

    def _get_mail_values(self, template, values, entry):
        sender = self.conference_id.sender_id
        email = sender.email_formatted or self.company_id.email_formatted
        return super()._get_mail_values(template, values, entry) | {
            "author_id": sender.partner_id.id,
            "email_from": email,
            "reply_to": email,
            # Mail programs offer to unsubscribe by one click (RFC 8058).
            "headers": repr(
                {
                    "List-Unsubscribe": f"<{self.guest_id._get_block_link()}>",
                    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                }
            ),
        }

    def _get_ics(self):
        method = ICS_METHODS.get(self.what)
        return self.guest_id._get_ics(method) if method and self.conference_id.start else None

    # Is it read?

    def _may_note_opening(self):
        """Tell whether the guest has agreed to be seen opening this e-mail, and the organiser wants to hear of it."""
        self.ensure_one()
        return self.what in INVITATIONS and self.guest_id._may_be_seen_opening()
