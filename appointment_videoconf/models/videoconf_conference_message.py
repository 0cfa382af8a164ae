from markupsafe import Markup

from odoo import fields, models

from .videoconf_message import CLOCK


class VideoconfConference(models.Model):
    """What is told about a conference, and to whom."""

    _inherit = "videoconf.conference"

    def _claim(self, what, guests):
        """Write down messages to guests that are due now, and wake the sweep when the ones by the clock will be."""
        self.ensure_one()
        messages = self.env["videoconf.message"].sudo()
        now = fields.Datetime.now()
        messages._claim([(self.sudo(), guest, what, now) for guest in guests.sudo()])
        if what in ("invited", "changed"):
            for before, _late in CLOCK.values():
                if self.start - before > now:
                    messages._trigger_sweep(self.start - before)

    def _drop_unwanted_messages(self):
        """End what waits and says what is no longer so."""
        self.message_log_ids.filtered(lambda message: message.state == "queued")._keep_wanted()

    def _for_organiser(self):
        """Return the conference in the language of its organiser, whoever caused what they are told."""
        self.ensure_one()
        return self.with_context(lang=self.user_id.lang or self.env.lang)

    def _tell_organiser(self, subject, body, pop_up=False):
        """Put something among the organiser's notifications in Odoo, whatever they chose for e-mails.

        :param body: text, or ``Markup``
        :param pop_up: whether it also shows at once, wherever they are in Odoo
        """
        for conference in self.sudo():
            user = conference.user_id
            conference.with_context(videoconf_inbox=True, lang=user.lang or self.env.lang).message_notify(
                partner_ids=user.partner_id.ids,
                subject=subject,
                body=Markup("<p><strong>%s</strong></p>\n<p>%s</p>") % (subject, body),
                author_id=self.env.ref("base.partner_root").id,
                model=conference._name,
                res_id=conference.id,
            )
            if pop_up:
                user._bus_send(
                    "videoconf.alert",
                    {
                        "title": subject,
                        "message": conference.subject,
                        "url": conference._get_staff_join_url(),
                        "button": conference._for_organiser().env._("Join"),
                    },
                )

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        """What is to be seen in Odoo goes there, also to who has the rest by e-mail."""
        recipients = super()._notify_get_recipients(message, msg_vals, **kwargs)
        if self.env.context.get("videoconf_inbox"):
            recipients = [dict(r, notif="inbox") if r.get("uid") else r for r in recipients]
        return recipients

    def _note_on_contacts(self, partners):
        """Note the invitation on each guest's contact, with the way there; of a private conference nothing more."""
        values = {"conference": self, "when": ""}
        if self.start:
            wording = self.env["booking.journey"]._wording_of(self.tz)
            values["when"] = f"{wording.full_day(wording.local(self.start).date())}, {wording.hour(self.start)}"
        body = self.env["ir.qweb"]._render("appointment_videoconf.contact_note", values)
        partners.sudo()._message_log_batch(
            bodies=dict.fromkeys(partners.ids, body), author_id=self.sender_id.partner_id.id
        )
