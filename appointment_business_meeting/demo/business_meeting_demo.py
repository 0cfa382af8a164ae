import random
from datetime import date, timedelta

from odoo import api, models
from odoo.fields import Command

from ..tools.grid import make_grid, to_utc

OURS = "appointment_business_meeting"
TZ = "Europe/Paris"
LEVELS = {
    "platinum": None,
    "gold": "website_event_exhibitor.event_sponsor_type3",
    "silver": "website_event_exhibitor.event_sponsor_type2",
    "bronze": "website_event_exhibitor.event_sponsor_type1",
}
# key, name, level, slogan, stand, sales contacts (the first name of each tells them apart)
EXHIBITORS = (
    ("toitures", "Toitures Berthelot", "platinum", "Roofs that last", "A1", ("Claire Berthelot", "Hugo Lemoine")),
    ("chaleur", "Chaleur Douce", "platinum", "Heat pumps and stoves", "A2", ("Sofia Marchetti", "Yann Le Gall")),
    ("maison_verte", "Maison Verte", "gold", "Insulation from wood and hemp", "B1", ("Nadia Ferhat", "Luc Perrin")),
    ("lumiere", "Lumière & Verre", "gold", "Windows and verandas", "B2", ("Emma Rousseau",)),
    ("soleil", "Soleil du Rhône", "gold", "Solar panels for private homes", "B3", ("Mehdi Benali", "Julie Caron")),
    ("cuisines", "Cuisines Valmont", "silver", "Kitchens made to measure", "C1", ("Paula Esteves",)),
    ("bains", "Bains & Bien-être", "silver", "Bathrooms for every age", "C2", ("Arthur Delmas",)),
    ("domotique", "Domo Facile", "silver", "The house that helps", "C3", ("Inès Guérin", "Tom Vasseur")),
    ("parquets", "Parquets Aubry", "silver", "Oak, ash and bamboo", "C4", ("Camille Aubry",)),
    ("jardins", "Jardins Sauvages", "bronze", "Gardens with little water", "D1", ("Rose Lambert",)),
    ("peinture", "Peintures du Vercors", "bronze", "Paint without solvents", "D2", ("Denis Faure",)),
    ("escaliers", "Escaliers Mercier", "bronze", "Stairs of wood and steel", "D3", ("Anaïs Mercier",)),
)
FIRST_NAMES = (
    "Alice Bruno Chloé Damien Elsa Farid Gaëlle Henri Irène Jules Karima Louis Manon Noé Olga Pascal Rita Samuel "
    "Théa Victor Wassim Xavier Yasmine Zoé Adèle Basile Coline Driss Estelle Florent"
).split()
LAST_NAMES = (
    "Arnaud Blondel Chevalier Dupuis Evrard Fontaine Garnier Humbert Imbert Jacquet Klein Lacroix Masson Normand "
    "Olivier Picard Quentin Rivière Simonet Tessier"
).split()
COMPANIES = ("Atelier Confluence", "Foncière des Monts", "Syndic Bellecour", "Rénov'Habitat", "Agence Trait d'Union")
JOBS = ("Architect", "Property manager", "Builder", "Energy adviser", "Interior designer")
CITIES = ("Lyon", "Villeurbanne", "Grenoble", "Saint-Étienne", "Vienne", "Bourg-en-Bresse")
PROJECTS = ("Build a house", "Insulate and heat", "Renovate kitchen or bathroom", "Garden and terrace", "Look around")
ASKED = (
    "We would like to show you what we did for a house like yours.",
    "Do you have half an hour to talk about your project?",
    "We have a special offer at the fair; let us explain it to you.",
    "",
)
REFUSED = ("My project is already under way.", "We are fully booked that day, sorry.", "")
# How the two sides answer, and how often of 100 times
ANSWERS = {"accept": 52, "wait": 18, "refuse": 9, "cancel": 8, "expire": 7, "other": 6}
PARTICIPANTS = 60
WITH_ACCOUNT = 34
MEETINGS = 84


class BusinessMeetingDemo(models.AbstractModel):
    """Loads a trade show that takes place in about ten days: *Salon de l'Habitat*, with its meetings.

    It does nothing in a database without demo data. People are invented; phone numbers come from the range that France
    reserves for fiction.
    """

    _name = "business.meeting.demo"
    _description = "Loader of the Business Meeting Demo Data"

    @api.model
    def _add_fair(self):
        """Add the fair unless it is there already. Nobody is written to about what is set up here."""
        if self.env.ref(f"{OURS}.demo_event", raise_if_not_found=False):
            return
        demo = self._quietly()
        days = demo._get_days()
        event = demo._add_event(days)
        sponsors = demo._add_exhibitors(event)
        registrations = demo._add_participants(event)
        demo._add_rules_and_quotas(event, sponsors)
        slots = demo._add_slots(event, days)
        demo._add_spaces(sponsors, slots)
        demo._add_meetings(sponsors, registrations, slots)
        event.write({f"meeting_mail_{kind}": True for kind in demo._get_kinds()})

    @api.model
    def _quietly(self):
        return self.with_context(
            tracking_disable=True,
            no_reset_password=True,
            mail_create_nosubscribe=True,
            mail_auto_subscribe_no_notify=True,
            mail_create_nolog=True,
        )

    @api.model
    def _get_kinds(self):
        return ("request", "proposed", "accepted", "refused", "cancelled", "changed", "expired", "reminder")

    @api.model
    def _get_days(self):
        """Return the two days of the fair: a Thursday and a Friday, nine days away at least."""
        first = date.today() + timedelta(days=9)
        first += timedelta(days=(3 - first.weekday()) % 7)
        return [first, first + timedelta(days=1)]

    @api.model
    def _add(self, model, key, values):
        """Create a record under an XML id of this addon."""
        data = {"xml_id": f"{OURS}.demo_{key}", "values": values, "noupdate": True}
        return self.env[model]._load_records([data])

    def _add_event(self, days):
        hall = self._add(
            "res.partner",
            "hall",
            {
                "name": "Halle des Deux Rives",
                "is_company": True,
                "street": "12 quai des Expositions",
                "zip": "69007",
                "city": "Lyon",
                "country_id": self.env.ref("base.fr").id,
            },
        )
        organiser = self._add(
            "res.partner",
            "organiser",
            {
                "name": "Salon de l'Habitat",
                "is_company": True,
                "email": "salon@example.com",
                "phone": "+33 4 65 71 00 10",
                "city": "Lyon",
                "country_id": self.env.ref("base.fr").id,
            },
        )
        event = self._add(
            "event.event",
            "event",
            {
                **self._get_event_values(organiser, to_utc(days[0], 9 * 60, TZ), to_utc(days[1], 18 * 60, TZ)),
                "name": "Salon de l'Habitat",
                "address_id": hall.id,
                "meeting_has_quota": True,
                "meeting_quota": 12,
            },
        )
        self._add("event.event.ticket", "ticket_private", {"name": "Private visitor", "event_id": event.id})
        self._add("event.event.ticket", "ticket_trade", {"name": "Trade visitor", "event_id": event.id})
        question = self._add(
            "event.question",
            "question_project",
            {
                "title": "What is your project?",
                "question_type": "simple_choice",
                "event_ids": [Command.link(event.id)],
                "answer_ids": [Command.create({"name": name}) for name in PROJECTS],
            },
        )
        fields = self.env["business.meeting.field"]
        fields.create(
            [
                {"event_id": event.id, "sequence": 20, "what": "city"},
                {"event_id": event.id, "sequence": 30, "what": "question", "question_id": question.id},
            ]
        )
        return event

    @api.model
    def _get_event_values(self, organiser, start, stop):
        """Return what every edition has in common. Messages are off until all is set up."""
        return {
            "date_begin": start,
            "date_end": stop,
            "date_tz": TZ,
            "organizer_id": organiser.id,
            "is_published": True,
            "event_mail_ids": [Command.clear()],
            "question_ids": [Command.clear()],
            "meeting_enabled": True,
            **{f"meeting_mail_{kind}": False for kind in self._get_kinds()},
        }

    def _add_exhibitors(self, event):
        sponsors = {}
        platinum = self._add("event.sponsor.type", "level_platinum", {"name": "Platinum", "sequence": 0})
        for number, (key, name, level, slogan, _stand, people) in enumerate(EXHIBITORS):
            company = self._add(
                "res.partner",
                f"company_{key}",
                {
                    "name": name,
                    "is_company": True,
                    "email": f"contact@{key.replace('_', '-')}.example.com",
                    "phone": f"+33 4 65 71 01 {number:02}",
                    "city": CITIES[number % len(CITIES)],
                    "country_id": self.env.ref("base.fr").id,
                },
            )
            for rank, person in enumerate(people):
                self._add(
                    "res.partner",
                    f"contact_{key}_{rank}",
                    {
                        "name": person,
                        "parent_id": company.id,
                        "email": f"{self._plain(person)}@{key.replace('_', '-')}.example.com",
                        "function": "Sales",
                        "phone": f"+33 6 39 98 02 {number * 3 + rank:02}",
                    },
                )
            sponsors[key] = self._add(
                "event.sponsor",
                f"sponsor_{key}",
                {
                    "event_id": event.id,
                    "partner_id": company.id,
                    "sponsor_type_id": (self.env.ref(LEVELS[level]) if LEVELS[level] else platinum).id,
                    "exhibitor_type": "exhibitor",
                    "subtitle": slogan,
                    "sequence": number,
                    "website_published": True,
                },
            )
        self._add_user("habitat", self.env.ref(f"{OURS}.demo_contact_maison_verte_0"), password=True)
        return sponsors

    def _add_participants(self, event):
        registrations = self.env["event.registration"]
        question = self.env.ref(f"{OURS}.demo_question_project")
        for number in range(PARTICIPANTS):
            name = f"{FIRST_NAMES[number % 30]} {LAST_NAMES[(number * 7 + number // 30) % 20]}"
            is_trade = number % 3 == 0
            partner = self._add(
                "res.partner",
                f"visitor_{number}",
                {
                    "name": name,
                    "email": f"{self._plain(name)}@example.org",
                    "phone": f"+33 6 39 98 04 {number:02}",
                    "function": JOBS[number % len(JOBS)] if is_trade else False,
                    "city": CITIES[number % len(CITIES)],
                    "country_id": self.env.ref("base.fr").id,
                },
            )
            if number == 0:
                self._add_user("visiteur", partner, password=True)
            elif number < WITH_ACCOUNT:
                self._add_user(partner.email, partner)
            registration = self._add(
                "event.registration",
                f"registration_{number}",
                {
                    "event_id": event.id,
                    "partner_id": partner.id,
                    "event_ticket_id": self.env.ref(f"{OURS}.demo_ticket_{'trade' if is_trade else 'private'}").id,
                    "company_name": COMPANIES[number % len(COMPANIES)] if is_trade else False,
                    "state": "open",
                },
            )
            self.env["event.registration.answer"].create(
                {
                    "registration_id": registration.id,
                    "question_id": question.id,
                    "value_answer_id": question.answer_ids[number % len(PROJECTS)].id,
                }
            )
            registrations |= registration
        return registrations

    def _plain(self, name):
        """Return a name as it stands in an address: ``Élise Lê`` is ``elise.le``."""
        return self.env["ir.http"]._slugify(name).replace("-", ".")

    def _add_user(self, login, partner, password=False):
        """Give a contact an account of the portal; nobody can sign in without a password."""
        values = {
            "login": login,
            "partner_id": partner.id,
            "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
        }
        if password:
            values["password"] = login
        self._add("res.users", f"user_{self._plain(login)}", values)

    def _add_rules_and_quotas(self, event, sponsors):
        levels = {
            level: (self.env.ref(xmlid) if xmlid else self.env.ref(f"{OURS}.demo_level_platinum")).id
            for level, xmlid in LEVELS.items()
        }
        rules = self.env["business.meeting.rule"]
        rules.create(
            [
                {
                    "name": "Gold and platinum see participants with an account",
                    "event_id": event.id,
                    "sequence": 10,
                    "sponsor_domain": str([("sponsor_type_id", "in", [levels["gold"], levels["platinum"]])]),
                    "participant_domain": str([("meeting_has_account", "=", True)]),
                },
                {
                    "name": "Silver and bronze see all who are registered",
                    "event_id": event.id,
                    "sequence": 20,
                    "sponsor_domain": str([("sponsor_type_id", "in", [levels["silver"], levels["bronze"]])]),
                },
            ]
        )
        pack = self._add(
            "product.template",
            "pack",
            {"name": "20 business meetings", "type": "service", "is_meeting_quota": True, "meeting_quota": 20},
        )
        # With an XML id, so that it goes before the product does.
        values = {"sponsor_id": sponsors["maison_verte"].id, "product_id": pack.id}
        self._add("business.meeting.pack", "pack_maison_verte", values)
        sponsors["toitures"].write({"meeting_has_quota": True, "meeting_quota": 0})
        sponsors["escaliers"].write({"meeting_has_quota": True, "meeting_quota": 3})

    def _add_slots(self, event, days):
        mornings = make_grid(days, 9 * 60 + 30, 12 * 60, 20, 10, TZ)
        afternoons = make_grid(days, 14 * 60, 17 * 60, 20, 10, TZ)
        return self.env["business.meeting.slot"].create(
            [{"event_id": event.id, "start": span.start, "stop": span.stop} for span in sorted(mornings + afternoons)]
        )

    def _add_spaces(self, sponsors, slots):
        spaces = self.env["business.meeting.space"]
        for key, _name, _level, slogan, stand, people in EXHIBITORS:
            for rank, person in enumerate(people):
                contact = self.env.ref(f"{OURS}.demo_contact_{key}_{rank}")
                spaces |= spaces.create(
                    {
                        "sponsor_id": sponsors[key].id,
                        "contact_id": contact.id,
                        "name": person,
                        "location": f"Stand {stand}, table {rank + 1}",
                        "theme": slogan,
                    }
                )
        # Some have other things to do: the lunch of the jury, a lecture
        for number, space in enumerate(spaces):
            space._close_slots(slots[number % 4 :: 9][:2])

    def _add_meetings(self, sponsors, registrations, slots):
        """Let both sides ask, and answer as people do, by the deeds that the pages use."""
        made, dice = self.env["business.meeting"], random.Random(2026)
        everybody = list(sponsors.values())
        eager = [sponsors["maison_verte"]] * 4 + [sponsors["escaliers"]] * 2
        for _attempt in range(500):
            if len(made) == MEETINGS:
                break
            sponsor = dice.choice(everybody + eager)
            seen, _count = sponsor._search_meeting_participants(limit=None)
            registration = registrations[0] if dice.random() < 0.08 else dice.choice(seen)
            side = dice.choice(["partner", "partner", "participant"])
            meeting = self._try(self._ask, sponsor, registration, side, slots, dice)
            if meeting:
                self._try(self._answer, meeting, slots, dice)
                made |= meeting
        self._spread(made)

    def _try(self, deed, *args):
        """Do what the rules may refuse: then it has not happened."""
        from ..exceptions import MeetingRefused

        try:
            with self.env.cr.savepoint():
                return deed(*args)
        except MeetingRefused:
            return None

    def _ask(self, sponsor, registration, side, slots, dice):
        meetings = self.env["business.meeting"]
        common = meetings._get_common_slots(sponsor, registration)
        if not common:
            return None
        chosen = {offer.slot_id for offer in dice.sample(common, min(len(common), dice.randint(1, 3)))}
        proposed = slots.filtered(lambda slot: slot.id in chosen)
        return meetings._request(sponsor, registration, side, proposed, message=dice.choice(ASKED))

    def _answer(self, meeting, slots, dice):
        side, asker = meeting.awaiting, meeting.origin
        first = meeting.proposal_ids[0].slot_id
        (what,) = dice.choices(list(ANSWERS), list(ANSWERS.values()))
        if what == "accept":
            meeting._accept(side, first)
        elif what == "refuse":
            meeting._refuse(side, dice.choice(REFUSED))
        elif what == "cancel":
            meeting._accept(side, first)
            meeting._cancel(asker, "Something came up, I am sorry.")
        elif what == "expire":
            meeting._expire()
        elif what == "other":
            later = {offer.slot_id for offer in meeting._get_offers(first)[-2:]}
            others = slots.filtered(lambda slot: slot.id in later)
            meeting._counter_propose(side, others, message="I would rather come at another time.")

    def _spread(self, meetings):
        """Let them have been asked over the last days, and answered after a while."""
        self.env.flush_all()
        for number, meeting in enumerate(meetings):
            asked = timedelta(hours=60 + (number * 17) % 90 if meeting.state == "expired" else 2 + (number * 7) % 40)
            self.env.cr.execute(
                """
                UPDATE business_meeting
                   SET create_date = create_date - %s,
                       answered_at = answered_at - %s,
                       expires_at = expires_at - %s
                 WHERE id = %s
                """,
                (asked, asked / (2 + number % 3), min(asked, timedelta(hours=36)), meeting.id),
            )
        self.env.invalidate_all()
