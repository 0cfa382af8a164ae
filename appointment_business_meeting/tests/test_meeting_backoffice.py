import base64
import csv
import io
from datetime import timedelta

from freezegun import freeze_time
from lxml.html import document_fromstring

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from ..exceptions import MeetingRefused
from .meeting_common import MeetingCase, utc


@tagged("post_install", "-at_install")
class TestMeetingBackoffice(MeetingCase):
    """I01-I03, I12, I13: what the organiser sets, sees and does for others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = new_test_user(
            cls.env,
            login="boss",
            name="Boss",
            groups="appointment_business_meeting.group_meeting_manager,base.group_allow_export",
        )

    def desk(self, **values):
        return self.env["business.meeting.desk"].with_user(self.boss).create({"event_id": self.event.id, **values})

    # I02

    def test_bulk_of_slots(self):
        """I02: days, from, to, length, break; on the event's clock; what overlaps the grid is left out."""
        with Form(self.env["business.meeting.slot.bulk"].with_user(self.boss)) as form:
            form.event_id = self.event
            self.assertEqual((str(form.day_from), str(form.day_to)), ("2026-03-10", "2026-03-11"))
            form.hour_from, form.hour_to, form.minutes, form.pause = 9, 12, 30, 0
            self.assertIn("Slots to add: 8", form.summary)
            self.assertIn("overlap the grid: 4", form.summary)
        form.record.action_add()
        self.assertEqual(len(self.event.meeting_slot_ids), 12)
        self.assertEqual(self.event.meeting_slot_ids.sorted("start")[5].start, utc("2026-03-10 10:30"))
        with self.assertRaisesRegex(UserError, "in the grid already"):
            form.record.action_add()
        with Form(form.record) as form:
            form.hour_to = 8
            self.assertIn("between 0:00 and 24:00", form.summary)

    def test_bulk_counts_days_of_the_event(self):
        """I02: the days that are told are those of the event, where a day has two dates in UTC, too."""
        event = self.new_event("Far fair", date_tz="Pacific/Auckland")
        bulk = self.env["business.meeting.slot.bulk"].with_user(self.boss)
        shown = bulk.create({"event_id": event.id, "day_from": "2026-03-10", "day_to": "2026-03-10", "pause": 0})
        self.assertEqual(shown.summary, "Slots to add: 27, on days: 1.")

    def test_slot_in_use_cannot_vanish(self):
        """I02: a slot with a confirmed meeting, or proposed in a request, is neither deleted nor moved."""
        self.confirm()
        self.request(registration=self.paul, slots=self.slots[1])
        for slot in self.slots[:2]:
            with self.assertRaises(UserError):
                slot.unlink()
            with self.assertRaises(UserError):
                slot.stop = "2026-03-10 12:00:00"
            slot.write({"stop": slot.stop, "start": str(slot.start)})
        self.slots[2].start = "2026-03-10 09:10:00"
        self.slots[3].unlink()

    def test_closing_says_what_is_affected(self):
        """I02: closing a slot names the meetings and requests in it, and keeps or cancels what is confirmed."""
        kept, cancelled = self.confirm(), self.confirm(registration=self.paul, slot=self.slots[1])
        request = self.request(self.toits, self.lea, slots=self.slots[:2])
        close = self.env["business.meeting.slot.close"].with_user(self.boss)
        one = close.create({"slot_ids": [Command.set(self.slots[0].ids)]})
        self.assertEqual((one.meeting_ids, one.request_ids), (kept, request))
        self.assertIn("Confirmed meetings: 1", one.summary)
        one.action_close()
        self.assertEqual((kept.state, self.slots[0].is_open), ("confirmed", False))
        close.create({"slot_ids": [Command.set(self.slots[1].ids)], "what": "cancel"}).action_close()
        self.assertEqual(cancelled.state, "cancelled")
        with self.assertRaises(MeetingRefused):
            request._accept("participant", self.slots[0])

    # I03

    def test_bulk_of_spaces(self):
        """I03: one space for each sales contact of each partner, once; one for all where a partner names nobody."""
        self.env["res.partner"].create({"name": "Second", "parent_id": self.maison.partner_id.id})
        alone = self.new_sponsor("Alone", self.gold)
        alone.partner_id.child_ids.unlink()
        bulk = self.env["business.meeting.space.bulk"].with_user(self.boss).create({"event_id": self.event.id})
        self.assertEqual(bulk.sponsor_ids, self.maison | self.toits | alone)
        bulk.action_add()
        self.assertEqual(self.maison.meeting_space_ids.contact_id, self.maison.partner_id.child_ids)
        self.assertEqual(alone.meeting_space_ids.name, "Alone")
        self.assertEqual(len(self.toits.meeting_space_ids), 1)
        self.assertFalse(bulk._get_values())

    def test_sales_contact_is_of_the_company(self):
        """I03: a space is given to a contact of the partner's company only."""
        with self.assertRaises(ValidationError):
            self.space.contact_id = self.anne.partner_id

    def test_removing_a_space(self):
        """I03: a space goes when no confirmed meeting is left in it, or moves them to another one."""
        meeting = self.confirm()
        with self.assertRaises(UserError):
            self.space.unlink()
        with self.assertRaises(UserError):
            self.space.active = False
        remove = self.env["business.meeting.space.remove"].with_user(self.boss)
        with self.assertRaises(MeetingRefused) as refused:
            remove.create({"space_id": self.space.id}).action_remove()
        self.assertEqual(refused.exception.code, "space_used")
        second = self.new_space(self.maison, location="A2")
        wizard = remove.create({"space_id": self.space.id, "move_to_id": second.id})
        self.assertEqual(wizard.meeting_ids, meeting)
        wizard.action_remove()
        self.assertEqual((meeting.space_id, meeting.state), (second, "confirmed"))
        self.assertFalse(self.space.exists())
        self.assertIn("changed", meeting.message_log_ids.mapped("what"))
        meeting._cancel("partner")
        second._remove()
        self.assertFalse(second.active, "past meetings tell of it")

    def test_closed_slots_of_a_space(self):
        """I09: a closed slot is offered nowhere in the space; one with a meeting cannot be closed."""
        self.confirm()
        with self.assertRaises(MeetingRefused):
            self.space._close_slots(self.slots[0])
        self.space.closed_slot_ids = self.slots[1:3]
        offers = self.Meeting._get_common_slots(self.maison, self.paul)
        self.assertEqual([offer.slot_id for offer in offers], self.slots[3].ids)
        self.space._open_slots(self.slots[1])
        self.assertEqual(self.space.closed_slot_ids, self.slots[2])

    def test_new_contact_of_a_space(self):
        """I11: who takes over a space takes its meetings; not if they are in another one then."""
        second = self.new_space(self.maison, with_contact=False, theme="Other")
        contact = self.env["res.partner"].create({"name": "New", "parent_id": self.maison.partner_id.id})
        meeting = self.confirm()
        other = self.request(registration=self.paul, space=second)._accept("participant")
        self.space.contact_id = contact
        self.assertIn(f"partner-{contact.id}", meeting.seat_ids.mapped("who"))
        with self.assertRaisesRegex(UserError, "two meetings at once"), self.env.cr.savepoint():
            second.contact_id = contact
        self.assertNotIn(f"partner-{contact.id}", other.seat_ids.mapped("who"))

    # I06, I12

    def test_preview(self):
        """I06: the preview says how many a partner sees, and whether two may meet."""
        self.everybody.participant_domain = str([("name", "ilike", "a")])
        preview = self.env["business.meeting.preview"].with_user(self.boss)
        shown = preview.create({"event_id": self.event.id, "sponsor_id": self.maison.id})
        self.assertEqual(shown.summary, "Maison Verte sees 3 participants.")
        self.everybody.participant_domain = str([("name", "=", "Léa Petit")])
        shown = preview.create(
            {"event_id": self.event.id, "sponsor_id": self.maison.id, "registration_id": self.anne.id}
        )
        self.assertEqual(shown.registration_ids, self.lea)
        told = "Maison Verte sees one participant. Anne Martin sees 0 partners. They may not meet."
        self.assertEqual(shown.summary, told)
        self.everybody.sponsor_domain = str([("name", "=", "Maison Verte")])
        self.everybody.participant_domain = str([])
        shown = preview.create({"event_id": self.event.id, "registration_id": self.anne.id})
        self.assertEqual(shown.summary, "Anne Martin sees one partner.")

    def test_columns_and_search(self):
        """I12: partners see the chosen columns, answers too, and search in what is searchable; nothing else."""
        self.assertEqual(self.maison._get_meeting_columns().mapped("what"), ["name", "company", "function"])
        question = self.add_question("Budget", ["Small", "Large"])
        field = self.env["business.meeting.field"].create(
            {"event_id": self.event.id, "what": "question", "question_id": question.id, "sequence": 20}
        )
        self.env["event.registration.answer"].create(
            {
                "registration_id": self.paul.id,
                "question_id": question.id,
                "value_answer_id": question.answer_ids[1].id,
            }
        )
        columns = self.maison._get_meeting_columns()
        self.assertEqual(columns.mapped("display_name"), ["Name", "Company", "Job position", "Budget"])
        table = columns._read(self.paul | self.lea)
        self.assertEqual(table[self.paul.id], ["Paul Durand", "Durand SARL", "", "Large"])
        self.assertEqual(table[self.lea.id], ["Léa Petit", "", "", ""])
        self.assertEqual(self.maison._search_meeting_participants("paul large")[0], self.paul)
        field.is_searched = False
        self.assertEqual(self.maison._search_meeting_participants("paul large"), (self.paul.browse(), 0))
        self.assertFalse(self.maison._search_meeting_participants("example.org")[0], "e-mails are not searchable here")
        other = self.env["event.question"].create({"title": "Not here", "question_type": "text_box"})
        with self.assertRaises(ValidationError):
            field.question_id = other

    def test_what_is_missing_is_said(self):
        """I01: an event that cannot work yet says why in one line."""
        event = self.new_event("Empty", meeting_enabled=False)
        self.assertFalse(event.meeting_problem)
        event.meeting_enabled = True
        self.assertIn("slot grid is empty", event.meeting_problem)
        self.assertFalse(self.event.meeting_problem)

    # I13

    def test_book_for_them(self):
        """I13: the organiser books for both by the same rules, and sees the same refusals."""
        desk = self.desk(sponsor_id=self.maison.id, registration_id=self.anne.id, slot_id=self.slots[1].id)
        self.assertEqual(desk.free_slot_ids, self.slots)
        meeting = self.Meeting.browse(desk.action_do()["res_id"])
        self.assertEqual((meeting.state, meeting.slot_id, meeting.origin), ("confirmed", self.slots[1], "partner"))
        self.assertEqual(set(meeting.message_log_ids.mapped("what")), {"accepted"}, "nobody is asked first")
        self.assertIn("Boss", meeting.message_ids[0].body)
        again = self.desk(sponsor_id=self.maison.id, registration_id=self.paul.id, slot_id=self.slots[1].id)
        self.assertEqual(again.free_slot_ids, self.slots - self.slots[1])
        with self.assertRaises(MeetingRefused) as refused:
            again.action_do()
        self.assertEqual(refused.exception.code, "taken")
        self.everybody.active = False
        unmatched = self.desk(sponsor_id=self.toits.id, registration_id=self.lea.id, slot_id=self.slots[1].id)
        self.assertIn("matching rules", unmatched.note)
        with self.assertRaises(MeetingRefused):
            unmatched.action_do()

    def test_answer_move_and_cancel_for_them(self):
        """I13: the organiser accepts, moves and cancels in the name of a side."""
        meeting = self.request(slots=self.slots[:2])
        desk = self.desk(meeting_id=meeting.id, deed="accept", slot_id=self.slots[0].id, sponsor_id=self.maison.id)
        desk.registration_id = self.anne
        self.assertEqual(desk.free_slot_ids, self.slots[:2])
        desk.action_do()
        self.assertEqual(meeting.state, "confirmed")
        self.desk(meeting_id=meeting.id, deed="move", slot_id=self.slots[2].id).action_do()
        self.assertEqual(meeting.slot_id, self.slots[2])
        self.desk(meeting_id=meeting.id, deed="cancel", side="participant", message="Ill").action_do()
        self.assertEqual((meeting.state, meeting.reply), ("cancelled", "Ill"))

    def test_state_is_not_written_by_hand(self):
        """I13, X04: nobody sets the state of a meeting past the rules, organisers neither."""
        meeting = self.confirm().with_user(self.boss)
        for values in ({"state": "cancelled"}, {"slot_id": self.slots[3].id}, {"partner_notes": "x"}):
            with self.assertRaises(UserError):
                meeting.write(values)
        meeting.outcome = "both"
        self.assertEqual(meeting.outcome, "both")

    def test_from_the_event_to_its_own(self):
        """I01, I13: what the event opens is about this event alone, and books in it."""
        event = self.event.with_user(self.boss)
        other = self.new_event("Other fair")
        self.new_space(self.new_sponsor("Elsewhere", self.gold, other))
        self.confirm()
        self.env.flush_all()
        for opened in ("meetings", "meeting_slots", "meeting_spaces", "meeting_sponsors", "meeting_report"):
            action = getattr(event, f"action_view_{opened}")()
            found = self.env[action["res_model"]].with_user(self.boss).search(action["domain"])
            with self.subTest(opened):
                self.assertEqual(found.event_id, event)
        action = event.action_view_meeting_capacity()
        seen = self.env[action["res_model"]].with_user(self.boss).search(action["domain"])
        self.assertEqual(len(seen), 8, "four slots in two spaces")
        action = event.action_book_meeting()
        with Form(self.env[action["res_model"]].with_user(self.boss).with_context(**action["context"])) as form:
            self.assertEqual((form.event_id, form.deed), (self.event, "book"))
            form.sponsor_id, form.registration_id, form.slot_id = self.toits, self.lea, self.slots[0]

    def test_statistics(self):
        """I13: acceptance by partner, use of slots and spaces, partners without meetings."""
        self.confirm()
        self.request(registration=self.paul, slots=self.slots[1])._refuse("participant")
        self.request(self.toits, self.lea)
        self.other_space._close_slots(self.slots[2:])
        self.env.flush_all()
        report = self.env["business.meeting.report"].with_user(self.boss)
        rates = report._read_group(
            [("event_id", "=", self.event.id)], ["sponsor_id"], ["accepted_rate:avg", "confirmed:sum"]
        )
        self.assertEqual({s.name: (r, c) for s, r, c in rates}, {"Maison Verte": (0.5, 1), "Toits de France": (0, 0)})
        quiet = report.search([("sponsor_id", "=", self.toits.id)])
        self.assertEqual(quiet.mapped("hours_to_answer"), [0], "nobody has answered")
        capacity = self.env["business.meeting.capacity"].with_user(self.boss)
        by_space = capacity._read_group(
            [("event_id", "=", self.event.id)], ["space_id"], ["places:sum", "taken:sum", "fill_rate:avg"]
        )
        self.assertEqual({s: rest for s, *rest in by_space}, {self.space: [4, 1, 0.25], self.other_space: [2, 0, 0]})
        self.assertEqual((self.maison.meeting_fill_rate, self.maison.meeting_count), (0.25, 1))
        without = self.env["event.sponsor"].search(
            [("event_id", "=", self.event.id), ("meeting_ids", "not any", [("state", "=", "confirmed")])]
        )
        self.assertEqual(without, self.toits)

    def test_booked_is_no_answer(self):
        """I13: what the organiser books counts as confirmed, but neither as an acceptance nor as a quick answer."""
        meetings = self.env["business.meeting"].with_user(self.boss)
        meetings._book(self.maison, self.anne, "partner", self.slots[0])
        refused = self.request(registration=self.paul, slots=self.slots[1])
        refused._refuse("participant")
        refused.answered_at = refused.create_date + timedelta(hours=3)
        self.env.flush_all()
        report = self.env["business.meeting.report"].with_user(self.boss)
        ((rate, hours, confirmed),) = report._read_group(
            [("event_id", "=", self.event.id)],
            aggregates=["accepted_rate:avg", "hours_to_answer:avg", "confirmed:sum"],
        )
        self.assertEqual((rate, confirmed), (0, 1))
        self.assertAlmostEqual(hours, 3, places=2)

    def test_export(self):
        """I13: the list as CSV and XLSX: formulas stay text, notes of the sides are in none."""
        self.anne.company_name = '=HYPERLINK("http://example.com")'
        meeting = self.confirm()
        with freeze_time("2026-03-10 09:00:00"):
            meeting._report("partner", "held", 5, "Secret note")
        action = meeting.with_user(self.boss).action_export_csv()
        export = self.env["business.meeting.export"].search([], order="id desc", limit=1)
        self.assertIn(f"/{export.id}/file/", action["url"])
        text = base64.b64decode(export.file).decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text)))
        self.assertEqual(rows[0]["Partner"], "Maison Verte")
        self.assertEqual(rows[0]["Company of the participant"], "'" + self.anne.company_name)
        self.assertIn("03/10/2026 09:00", rows[0]["Start"])
        self.assertNotIn("Secret note", text)
        meeting.with_user(self.boss).action_export_xlsx()
        export = self.env["business.meeting.export"].search([], order="id desc", limit=1)
        self.assertTrue(base64.b64decode(export.file).startswith(b"PK"))

    def test_sheets(self):
        """I13: agendas of a partner and of a participant, and the plan of the tables in a slot."""
        meeting = self.confirm()
        self.request(registration=self.paul, slots=self.slots[1])
        for report, record, said in (
            ("report_partner_agenda", self.maison, "Anne Martin"),
            ("report_participant_agenda", self.anne, "Maison Verte"),
            ("report_table_plan", meeting.slot_id, "A1"),
        ):
            html = (
                self.env["ir.actions.report"]
                .with_user(self.boss)
                ._render_qweb_html(f"appointment_business_meeting.{report}", record.ids)[0]
            )
            page = html.decode()
            with self.subTest(report):
                self.assertIn(said, page)
                self.assertIn("9:00", page)
                self.assertNotIn("Paul Durand", page)
                sheet = document_fromstring(page)
                self.assertIn(self.event.name, sheet.xpath("string(//div[contains(@class, 'header')])"))
                self.assertEqual(sheet.xpath("//div[contains(@class, 'article')]/@data-oe-id"), [str(record.id)])
                heads = sheet.xpath("//table/thead")
                self.assertTrue(heads, "the headings come again on each page")
                # What builds without the patched Qt keep together is a block, not a row.
                self.assertTrue(all(len(cell) == 1 and cell[0].tag == "div" for cell in sheet.xpath("//tbody//td")))

    def test_sheets_of_several(self):
        """I13: each partner has a sheet of their own, which tells on every page whose it is; days with their zone."""
        self.confirm()
        sponsors = self.maison | self.toits
        page = self.env["ir.actions.report"]._render_qweb_html(
            "appointment_business_meeting.report_partner_agenda", sponsors.ids
        )[0]
        sheet = document_fromstring(page)
        headers = [" ".join(header.text_content().split()) for header in sheet.find_class("header")]
        self.assertEqual(len(headers), 2)
        for sponsor, header, article in zip(sponsors, headers, sheet.find_class("article"), strict=True):
            self.assertIn(f"{self.event.name} – {sponsor.name}", header)
            self.assertIn(sponsor.name, article.findtext(".//h2"))
        day = " ".join(sheet.xpath("string(//thead/tr[1])").split())
        self.assertEqual(day, "Tuesday, March 10, 2026 Paris time (UTC+1)")
        self.assertIn("No confirmed meeting", sheet.find_class("article")[1].text_content())

    def test_plan_counts_tables(self):
        """I13: in the plan of the tables, table 2 comes before table 10."""
        self.space.location, self.other_space.location = "Table 10", "table 2"
        meeting = self.confirm()
        self.Meeting._book(self.toits, self.paul, "partner", meeting.slot_id)
        self.assertEqual([row["place"] for row in meeting.slot_id._get_table_plan()], ["table 2", "Table 10"])

    def test_sheets_are_a4(self):
        """I13: sheets are printed on A4 with little above, whatever paper letters of the company are on."""
        for report in ("report_partner_agenda", "report_participant_agenda", "report_table_plan"):
            paper = self.env.ref(f"appointment_business_meeting.{report}_action").get_paperformat()
            self.assertEqual((paper.format, paper.orientation), ("A4", "Portrait"))
            self.assertLess(paper.header_spacing, paper.margin_top)
