from datetime import datetime

from freezegun import freeze_time

from odoo import Command
from odoo.tests import TransactionCase, new_test_user

# A Monday, at 9:00 in Paris; the fair is on Tuesday and Wednesday of the next week.
NOW = "2026-03-02 08:00:00"


def utc(text):
    """``utc("2026-03-10 09:00")`` is a naive UTC datetime, as Odoo stores them."""
    return datetime.fromisoformat(text)


class MeetingCase(TransactionCase):
    """A fair with a gold and a bronze exhibitor, three participants and four slots of half an hour."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        freezer = freeze_time(NOW)
        freezer.start()
        cls.addClassCleanup(freezer.stop)
        cls.env = cls.env(
            context=dict(
                cls.env.context, tracking_disable=True, no_reset_password=True, mail_notrack=True, lang="en_US"
            )
        )
        cls.Meeting = cls.env["business.meeting"]
        cls.gold, cls.bronze = cls.env["event.sponsor.type"].create(
            [{"name": "Gold level", "sequence": 1}, {"name": "Bronze level", "sequence": 3}]
        )
        cls.event = cls.new_event("Home fair")
        cls.slots = cls.env["business.meeting.slot"].create(
            [
                {"event_id": cls.event.id, "start": f"2026-03-10 {start}:00", "stop": f"2026-03-10 {stop}:00"}
                for start, stop in (("08:00", "08:30"), ("08:30", "09:00"), ("09:00", "09:30"), ("09:30", "10:00"))
            ]
        )
        cls.maison = cls.new_sponsor("Maison Verte", cls.gold)
        cls.toits = cls.new_sponsor("Toits de France", cls.bronze)
        cls.space = cls.new_space(cls.maison, location="A1")
        cls.other_space = cls.new_space(cls.toits, location="B7")
        cls.anne = cls.new_registration("Anne Martin", with_partner=True)
        cls.paul = cls.new_registration("Paul Durand", company_name="Durand SARL")
        cls.lea = cls.new_registration("Léa Petit")
        cls.everybody = cls.env["business.meeting.rule"].create({"name": "All", "event_id": cls.event.id})

    @classmethod
    def new_event(cls, name, **values):
        return cls.env["event.event"].create(
            {
                "name": name,
                "date_begin": "2026-03-10 07:00:00",
                "date_end": "2026-03-11 18:00:00",
                "date_tz": "Europe/Paris",
                "meeting_enabled": True,
                **values,
            }
        )

    @classmethod
    def new_sponsor(cls, name, level, event=None, **values):
        slug = name.lower().replace(" ", "-")
        company = cls.env["res.partner"].create(
            {"name": name, "is_company": True, "email": f"{slug}@example.com", "lang": "en_US"}
        )
        cls.env["res.partner"].create(
            {"name": f"Sales of {name}", "parent_id": company.id, "email": f"sales@{slug}.example.com"}
        )
        return cls.env["event.sponsor"].create(
            {
                "event_id": (event or cls.event).id,
                "partner_id": company.id,
                "sponsor_type_id": level.id,
                "exhibitor_type": "exhibitor",
                "website_published": True,
                **values,
            }
        )

    @classmethod
    def new_space(cls, sponsor, with_contact=True, **values):
        contact = sponsor.partner_id.child_ids[:1] if with_contact else sponsor.env["res.partner"]
        return cls.env["business.meeting.space"].create(
            {"sponsor_id": sponsor.id, "contact_id": contact.id, "name": f"Table of {sponsor.name}", **values}
        )

    @classmethod
    def new_registration(cls, name, event=None, with_partner=False, **values):
        email = f"{name.split()[0].lower()}@example.org"
        if with_partner:
            partner = cls.env["res.partner"].create({"name": name, "email": email, "lang": "en_US"})
            values["partner_id"] = partner.id
        return cls.env["event.registration"].create(
            {"event_id": (event or cls.event).id, "name": name, "email": email, "state": "open", **values}
        )

    @classmethod
    def new_portal(cls, partner, login):
        user = new_test_user(cls.env, login=login, groups="base.group_portal", partner_id=partner.id)
        return user

    def request(self, sponsor=None, registration=None, side="partner", slots=None, **values):
        return self.Meeting._request(
            sponsor or self.maison,
            registration or self.anne,
            side,
            self.slots[:1] if slots is None else slots,
            **values,
        )

    def confirm(self, sponsor=None, registration=None, slot=None):
        meeting = self.request(sponsor, registration, slots=slot or self.slots[0])
        return meeting._accept("participant")

    def add_question(self, title, answers=()):
        return self.env["event.question"].create(
            {
                "title": title,
                "question_type": "simple_choice" if answers else "text_box",
                "event_ids": [Command.set(self.event.ids)],
                "answer_ids": [Command.create({"name": answer}) for answer in answers],
            }
        )
