from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Command

# Appointments of the house itself: no visitor books them, at hours when the advisors see no clients.
MEETINGS = (
    # id, category, subject, place, week, weekday, hour, minutes, whose, participants with their answers, notes
    (
        "interview",
        "worker",
        "Yearly interview",
        "Camille's office",
        1,
        "mon",
        "12:15",
        45,
        "camille",
        {"user_thomas": "accepted"},
        "<p>Bring the goals of last year.</p>",
    ),
    (
        "loans_meeting",
        "internal",
        "Loans: what changes in January",
        "Meeting room, first floor",
        1,
        "wed",
        "12:30",
        45,
        "julien",
        {"user_ines": "accepted", "user_deniz": "tentative", "user_camille": "needsAction"},
        "",
    ),
    (
        "site_visit",
        "client",
        "Visit of the workshop",
        "At the client's",
        1,
        "fri",
        "12:00",
        60,
        "julien",
        {"contact_louise_bernard": "accepted", "user_ines": "declined", "contact_antoine_faure": "tentative"},
        "<p>They show us the machine that the loan is for.</p>",
    ),
)


class BookingDemo(models.AbstractModel):
    _inherit = "booking.demo"

    @api.model
    def _add_meetings(self):
        """Add what colleagues plan among themselves, with the answers of those who take part."""
        for key, category, subject, place, week, weekday, hour, minutes, whose, people, notes in MEETINGS:
            start = self._utc(week, weekday, hour)
            user = self._ref("user", whose)
            answers = {self._person(name): answer for name, answer in people.items()}
            owner = next(iter(answers))
            self._add(
                "booking.appointment",
                f"appointment_{key}",
                {
                    "category_id": self.env.ref(f"appointment_booking.category_{category}").id,
                    "subject": subject,
                    "place": place,
                    "start": start,
                    "stop": start + timedelta(minutes=minutes),
                    "user_id": user.id,
                    "partner_id": owner.id,
                    "notes": notes,
                    "participant_ids": [
                        Command.create(
                            {
                                "partner_id": partner.id,
                                "answer": answer,
                                "answered_on": fields.Datetime.now() if answer != "needsAction" else False,
                            }
                        )
                        for partner, answer in answers.items()
                    ],
                },
            )

    def _person(self, name):
        record = self.env.ref(f"appointment_booking.{name}")
        return record.partner_id if record._name == "res.users" else record
