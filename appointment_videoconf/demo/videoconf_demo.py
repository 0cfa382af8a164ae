from odoo import api, fields, models
from odoo.fields import Command

ROOM = "https://meet.example.com/julien"
# Julien's: one to come, one that has taken place.
CONFERENCES = (
    {
        "key": "workshop",
        "subject": "Your workshop: the offer for the machine",
        "week": 1,
        "weekday": "tue",
        "hour": "12:15",
        "guests": {"louise_bernard": "accepted", "antoine_faure": "needsAction"},
        "agenda": "<ul><li>The offer of the maker</li><li>Leasing or loan</li><li>What we need from you</li></ul>",
    },
    {
        "key": "mortgage",
        "subject": "Your mortgage: where we are",
        "week": -1,
        "weekday": "thu",
        "hour": "12:30",
        "guests": {"joao_pereira": "accepted"},
        "agenda": "<p>We look at the file together before it goes to the committee.</p>",
        "minutes": "<p>The payslips of October are missing; everything else is complete.</p>"
        "<p>João brings them on Monday, then the file goes to the committee.</p>",
        "task": "Check the payslips and send the file to the committee",
    },
)


class BookingDemo(models.AbstractModel):
    _inherit = "booking.demo"

    @api.model
    def _add_conferences(self):
        """Let an advisor of the bank hold video conferences: nobody is written to."""
        julien = self._ref("user", "julien")
        julien.write({"videoconf_enabled": True, "videoconf_link": julien.videoconf_link or ROOM})
        for about in CONFERENCES:
            self._add_conference(julien, about)

    def _add_conference(self, user, about):
        name = f"conference_{about['key']}"
        if self.env.ref(f"appointment_videoconf.{name}", raise_if_not_found=False):
            return
        partners = {self._ref("contact", key): answer for key, answer in about["guests"].items()}
        conference = self.env["videoconf.conference"].create(
            {
                "subject": about["subject"],
                "user_id": user.id,
                "sender_id": user.id,
                "start": self._utc(about["week"], about["weekday"], about["hour"]),
                "duration": 30,
                "tz": user.tz or "Europe/Paris",
                "agenda": about["agenda"],
                "minutes": about.get("minutes"),
                "notify_click": True,
                "guest_ids": [Command.create({"partner_id": partner.id}) for partner in partners],
            }
        )
        self.env["ir.model.data"].create(
            {
                "module": "appointment_videoconf",
                "name": name,
                "model": conference._name,
                "res_id": conference.id,
                "noupdate": True,
            }
        )
        conference._add_task()
        conference._mirror_in_calendar()
        for guest in conference.guest_ids:
            answer = partners[guest.partner_id]
            guest.attendee_id.with_context(booking_mirroring=True).state = answer
            guest.answered_on = fields.Datetime.now() if answer != "needsAction" else False
        if about.get("minutes"):
            conference.guest_ids.joined_on = conference.start
            conference._finish()
            self.env["videoconf.task"].create(
                {
                    "name": about["task"],
                    "user_id": user.id,
                    "conference_id": conference.id,
                    "contact_ids": [Command.set(conference.guest_ids.partner_id.ids)],
                }
            )
