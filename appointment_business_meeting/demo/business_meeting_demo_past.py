from datetime import date, timedelta

from odoo import api, models
from odoo.fields import Command

from ..exceptions import PARTICIPANT, PARTNER, other_side
from ..tools.grid import make_grid, to_utc
from .business_meeting_demo import EXHIBITORS, LEVELS, OURS, TZ

# Who came to the small edition, at which level
LEVELS_THEN = {
    "toitures": "gold",
    "maison_verte": "gold",
    "soleil": "silver",
    "parquets": "bronze",
    "jardins": "bronze",
}
VISITORS = range(0, 40, 2)  # of those who come to the next one
# exhibitor, visitor, slot, asked by, and what each side told afterwards: outcome, rating, notes
CONFIRMED = (
    (
        "maison_verte",
        0,
        0,
        PARTNER,
        ("held", "5", "Attic of 90 m², would like hemp. Send the offer before the end of the month."),
        ("held", "4", "Knows a lot about damp walls. Ask for two houses that we can look at."),
    ),
    ("maison_verte", 4, 1, PARTICIPANT, ("held", "4", "Compares three offers; price decides."), ("held", "4", "")),
    ("maison_verte", 6, 2, PARTNER, ("participant", "", "Waited ten minutes, called without an answer."), None),
    (
        "maison_verte",
        12,
        3,
        PARTICIPANT,
        ("held", "5", "Manages forty flats built before 1975. Visit on site agreed."),
        ("held", "5", "Gave us a clear plan by stages. Go on with them."),
    ),
    ("maison_verte", 18, 5, PARTNER, ("held", "3", "Only gathers ideas for now."), None),
    (
        "maison_verte",
        26,
        6,
        PARTNER,
        ("held", "4", ""),
        ("held", "3", "Good advice, but nobody is free before spring."),
    ),
    (
        "toitures",
        2,
        0,
        PARTNER,
        ("held", "4", "Slate roof, leaks at the chimney."),
        ("held", "5", "Came with samples."),
    ),
    ("toitures", 8, 1, PARTICIPANT, ("held", "3", ""), ("held", "2", "Was pressed to sign the same day.")),
    ("toitures", 14, 3, PARTNER, ("participant", "", ""), ("partner", "1", "I was at the stand, nobody was there.")),
    ("toitures", 20, 4, PARTNER, ("held", "5", "Architect with two sites this year."), ("held", "4", "")),
    ("soleil", 0, 2, PARTICIPANT, ("held", "4", "Roof faces south-west, no shade."), ("held", "5", "Honest figures.")),
    ("soleil", 10, 3, PARTNER, ("held", "4", ""), None),
    ("soleil", 16, 4, PARTNER, ("participant", "", "Did not come to the fair at all."), None),
    ("soleil", 28, 6, PARTICIPANT, None, ("held", "3", "Send them the bills of last year.")),
    ("parquets", 4, 3, PARTNER, ("held", "3", "Bamboo for a kitchen, small budget."), ("held", "4", "")),
    ("parquets", 22, 5, PARTICIPANT, None, ("partner", "1", "The stand was empty.")),
    ("jardins", 0, 4, PARTNER, None, ("partner", "2", "They had packed up already. Write to them.")),
    ("jardins", 24, 2, PARTNER, ("held", "4", "Terrace on a slope, wants little water."), ("held", "4", "")),
    ("jardins", 30, 6, PARTNER, None, None),
)
MISSED_BY_BOTH = ("jardins", 30)  # as the organiser saw: neither side has told anything
STAYED_AWAY = (6, 16, 30)
# exhibitor, visitor, slot, asked by, what became of the request, and the word that went with it
ENDED = (
    ("toitures", 6, 5, PARTNER, "refused", "I am only there in the morning, sorry."),
    ("soleil", 32, 5, PARTNER, "refused", "We rent: no panels for us."),
    ("parquets", 34, 2, PARTICIPANT, "cancelled", "I shall see you at your shop instead."),
    ("maison_verte", 36, 7, PARTNER, "expired", ""),
    ("jardins", 38, 7, PARTICIPANT, "expired", ""),
)
ASKED_THEN = {
    PARTNER: (
        "May we show you how it would look at your place?",
        "Twenty minutes are enough for a first idea.",
        "",
    ),
    PARTICIPANT: (
        "I should like to talk about dates and prices.",
        "I have two quotations already, what do you think of them?",
    ),
}


class BusinessMeetingDemo(models.AbstractModel):
    """Loads a small edition of the fair that is over, with what its two sides told of their meetings.

    Its meetings are written as they ended: what the pages use asks nobody for a slot that has begun.
    """

    _inherit = "business.meeting.demo"

    @api.model
    def _add_past_fair(self):
        """Add the fair that is over unless it is there already. Nobody is written to about it."""
        if self.env.ref(f"{OURS}.demo_past_event", raise_if_not_found=False):
            return
        demo = self._quietly()
        day = demo._get_past_day()
        event = demo._add_past_event(day)
        spaces = demo._add_past_exhibitors(event)
        registrations = demo._add_past_participants(event)
        spans = sorted(make_grid([day], 10 * 60, 12 * 60, 20, 10, TZ) + make_grid([day], 14 * 60, 16 * 60, 20, 10, TZ))
        slots = self.env["business.meeting.slot"].create(
            [{"event_id": event.id, "start": span.start, "stop": span.stop} for span in spans]
        )
        demo._add_past_meetings(spaces, registrations, slots)
        event.write({f"meeting_mail_{kind}": True for kind in demo._get_kinds()})

    @api.model
    def _get_past_day(self):
        """Return a Saturday about five months ago."""
        day = date.today() - timedelta(days=150)
        return day - timedelta(days=(day.weekday() - 5) % 7)

    def _add_past_event(self, day):
        hall = self._add(
            "res.partner",
            "past_hall",
            {
                "name": "Salle des fêtes de Vienne",
                "is_company": True,
                "street": "3 place du Marché",
                "zip": "38200",
                "city": "Vienne",
                "country_id": self.env.ref("base.fr").id,
            },
        )
        organiser = self.env.ref(f"{OURS}.demo_organiser")
        event = self._add(
            "event.event",
            "past_event",
            {
                **self._get_event_values(organiser, to_utc(day, 10 * 60, TZ), to_utc(day, 17 * 60, TZ)),
                "name": "Salon de l'Habitat à Vienne",
                "address_id": hall.id,
                "stage_id": self.env.ref("event.event_stage_done").id,
            },
        )
        self.env["business.meeting.rule"].create({"name": "Everybody may meet everybody", "event_id": event.id})
        return event

    def _add_past_exhibitors(self, event):
        """Return ``{key: their space}``: each had one table."""
        spaces = {}
        for number, (key, _name, _level, slogan, _stand, people) in enumerate(EXHIBITORS):
            if key not in LEVELS_THEN:
                continue
            sponsor = self._add(
                "event.sponsor",
                f"past_sponsor_{key}",
                {
                    "event_id": event.id,
                    "partner_id": self.env.ref(f"{OURS}.demo_company_{key}").id,
                    "sponsor_type_id": self.env.ref(LEVELS[LEVELS_THEN[key]]).id,
                    "exhibitor_type": "exhibitor",
                    "subtitle": slogan,
                    "sequence": number,
                    "website_published": True,
                },
            )
            spaces[key] = self.env["business.meeting.space"].create(
                {
                    "sponsor_id": sponsor.id,
                    "contact_id": self.env.ref(f"{OURS}.demo_contact_{key}_0").id,
                    "name": people[0],
                    "location": f"Table {len(spaces) + 1}",
                    "theme": slogan,
                }
            )
        return spaces

    def _add_past_participants(self, event):
        """Return ``{number of the visitor: registration}``."""
        return {
            number: self._add(
                "event.registration",
                f"past_registration_{number}",
                {
                    "event_id": event.id,
                    "partner_id": self.env.ref(f"{OURS}.demo_visitor_{number}").id,
                    "company_name": self.env.ref(f"{OURS}.demo_registration_{number}").company_name,
                    "state": "open" if number in STAYED_AWAY else "done",
                },
            )
            for number in VISITORS
        }

    def _add_past_meetings(self, spaces, registrations, slots):
        made = self.env["business.meeting"]
        for key, visitor, slot, side, *told in CONFIRMED:
            meeting = self._ask_then(spaces[key], registrations[visitor], slots[slot], side, len(made))
            meeting._seat_or_refuse(
                {
                    "state": "confirmed",
                    "awaiting": False,
                    "slot_id": slots[slot].id,
                    "space_id": spaces[key].id,
                    "sequence": 1,
                }
            )
            for teller, story in zip((PARTNER, PARTICIPANT), told, strict=True):
                if story:
                    meeting._report(teller, *story)
            if (key, visitor) == MISSED_BY_BOTH:
                meeting.outcome = "both"
            made |= meeting
        for key, visitor, slot, side, state, word in ENDED:
            meeting = self._ask_then(spaces[key], registrations[visitor], slots[slot], side, len(made))
            if state == "refused":
                meeting._refuse(other_side(side), word)
            elif state == "cancelled":
                meeting._cancel(side, word)
            else:
                meeting._expire()
            made |= meeting
        self._spread_then(made, slots[0].start)

    def _ask_then(self, space, registration, slot, side, number):
        """Return a request as it was then."""
        registration._get_meeting_url()
        proposal = {"slot_id": slot.id, "space_id": space.id, "side": side}
        meeting = self.env["business.meeting"].create(
            {
                "event_id": slot.event_id.id,
                "sponsor_id": space.sponsor_id.id,
                "registration_id": registration.id,
                "origin": side,
                "awaiting": other_side(side),
                "message": ASKED_THEN[side][number % len(ASKED_THEN[side])],
                "proposal_ids": [Command.create(proposal)],
            }
        )
        meeting._say(side, meeting.message)
        return meeting

    def _spread_then(self, meetings, opening):
        """Let them have been asked in the weeks before the fair, and answered within two days, by day."""
        self.env.flush_all()
        for number, meeting in enumerate(meetings):
            asked = opening - timedelta(days=5 + (number * 5) % 16) + timedelta(hours=(number * 7) % 6)
            until = asked + timedelta(hours=48)
            answered = asked + timedelta(days=number % 2, minutes=20 + (number * 37) % 150)
            self.env.cr.execute(
                """
                UPDATE business_meeting
                   SET create_date = %s,
                       answered_at = CASE WHEN state IN ('confirmed', 'refused') THEN %s END,
                       expires_at = CASE WHEN state = 'expired' THEN %s END
                 WHERE id = %s
                """,
                (asked, answered, until, meeting.id),
            )
            for message in meeting.message_ids.sorted("id"):
                is_request = meeting.message and message == meeting.message_ids.sorted("id")[0]
                message.date = asked if is_request else answered
        self.env.invalidate_all()
