from odoo import Command

from odoo.addons.appointment_booking.tests.common import BookingCase

ROOM = "https://meet.example.com/ada"


class VideoconfCase(BookingCase):
    """Ada organises video conferences with contacts; it is Monday, 9:00 in Paris, and time stands still."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ada.write({"videoconf_enabled": True, "videoconf_link": ROOM})
        cls.anne, cls.paul = cls.env["res.partner"].create(
            [
                {"name": "Anne Martin", "email": "anne@example.net", "tz": "America/New_York"},
                {"name": "Paul Durand", "email": "paul@example.net"},
            ]
        )
        cls.Conference = cls.env["videoconf.conference"]

    def window(self, partners=None, user=None, **values):
        """Return the window as somebody has filled it in: guests, hour and agenda, the rest by default."""
        partners = self.anne | self.paul if partners is None else partners
        return (
            self.env["videoconf.organise"]
            .with_user(user or self.ada)
            .create(
                {
                    "guest_ids": [Command.set(partners.ids)],
                    "start": "2026-03-04 14:00:00",
                    "agenda": "<p>The offer</p>",
                    **values,
                }
            )
        )

    def organise(self, partners=None, user=None, **values):
        action = self.window(partners, user, **values).action_organise()
        return self.Conference.browse(action["res_id"])

    def guest(self, conference, partner):
        return conference.guest_ids.filtered(lambda guest: guest.partner_id == partner)

    def send(self):
        """Do what the scheduled action does, in this transaction; return how much was done."""
        messages = self.env["videoconf.message"]
        total = 0
        while done := messages._claim_due() + messages._prepare_some() + messages._try_again():
            total += done
            self.env.invalidate_all()
        return total

    def leave(self, conference):
        """Let Odoo's queue have sent what is in it about a conference."""
        self.mails(conference).write({"state": "sent"})
        conference.message_log_ids.mail_notification_id.write({"notification_status": "sent"})

    def mails(self, conference, partner=None):
        """Return the e-mails in Odoo's queue about a conference, after what is due was prepared."""
        self.send()
        mails = self.env["mail.mail"].search(
            [("model", "=", "videoconf.conference"), ("res_id", "=", conference.id)], order="id"
        )
        return mails.filtered(lambda mail: not partner or partner.email in mail.email_to)

    def inbox(self, user):
        """Return what is among somebody's notifications in Odoo, newest first."""
        return self.env["mail.message"].search(
            [
                ("notification_ids.res_partner_id", "=", user.partner_id.id),
                ("notification_ids.notification_type", "=", "inbox"),
                ("model", "=", "videoconf.conference"),
            ]
        )
