from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..exceptions import MeetingRefused
from .meeting_common import MeetingCase


@tagged("post_install", "-at_install")
class TestMeetingRules(MeetingCase):
    """I06: who may meet whom is one domain, for the list, the search, the count, the request and the address."""

    def rule(self, sponsor="[]", participant="[]", **values):
        return self.env["business.meeting.rule"].create(
            {
                "name": "Rule",
                "event_id": self.event.id,
                "sponsor_domain": str(sponsor),
                "participant_domain": str(participant),
                **values,
            }
        )

    def seen(self, sponsor):
        return sponsor._search_meeting_participants()[0]

    def test_no_rule_nobody(self):
        """I06: with no rule, nobody sees anybody."""
        self.everybody.active = False
        self.assertFalse(self.seen(self.maison))
        self.assertFalse(self.anne._search_meeting_sponsors()[0])
        with self.assertRaises(MeetingRefused) as refused:
            self.request()
        self.assertEqual(refused.exception.code, "unmatched")

    def test_union_of_rules(self):
        """I06: gold sees participants with an account, all of bronze see Paul; whoever fulfils two sees both."""
        self.everybody.active = False
        self.new_portal(self.anne.partner_id, "anne")
        self.rule([("sponsor_type_id.name", "=", "Gold level")], [("meeting_has_account", "=", True)])
        self.assertEqual(self.seen(self.maison), self.anne)
        self.assertFalse(self.seen(self.toits))
        self.rule([("sponsor_type_id", "in", (self.gold | self.bronze).ids)], [("name", "ilike", "paul")])
        self.assertEqual(self.seen(self.maison), self.anne | self.paul)
        self.assertEqual(self.seen(self.toits), self.paul)
        self.assertEqual(self.anne._search_meeting_sponsors()[0], self.maison)
        self.assertEqual(self.paul._search_meeting_sponsors()[0], self.maison | self.toits)
        self.assertFalse(self.lea._search_meeting_sponsors()[0])

    def test_domains_that_are_refused(self):
        """I06: conditions are plain values about safe fields; nothing in them is executed."""
        for bad in (
            "[('meeting_token', '=', 'x')]",
            "[('partner_id.user_ids.password', '!=', False)]",
            "[('partner_id.signup_token', '!=', False)]",
            "[('barcode', 'ilike', '1')]",
            "[('nothing', '=', 1)]",
            "[('name', 'has', 1)]",
            "[('event_id.user_id.login', '=', 'admin')]",
            "__import__('os').system('true')",
            "[('id', '=', uid)]",
            "[('message_ids.body', 'ilike', 'x')]",
            "[('registration_answer_ids', 'any', [('registration_id.meeting_token', '!=', False)])]",
            "'name'",
        ):
            with self.subTest(bad), self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.rule(participant=bad)
        with self.assertRaises(ValidationError):
            self.event.meeting_participant_domain = "[('barcode', '=', '1')]"

    def test_answers_to_questions(self):
        """I06: a rule can ask for the answer to a question of the event."""
        question = self.add_question("Budget", ["Small", "Large"])
        large = question.answer_ids[1]
        self.env["event.registration.answer"].create(
            {"registration_id": self.lea.id, "question_id": question.id, "value_answer_id": large.id}
        )
        self.everybody.participant_domain = str(
            [("registration_answer_ids", "any", [("value_answer_id", "=", large.id)])]
        )
        self.assertEqual(self.seen(self.toits), self.lea)

    def test_own_people_and_cancelled(self):
        """I06: partners do not meet their own people, nor who is not registered; the organiser's filter comes first."""
        self.new_registration("Colleague", partner_id=self.maison.partner_id.child_ids.id)
        self.paul.action_cancel()
        self.assertEqual(self.seen(self.maison), self.anne | self.lea)
        self.event.meeting_participant_domain = "[('name', '=', 'Léa Petit')]"
        self.assertEqual(self.seen(self.maison), self.lea)
        self.assertFalse(self.maison._find_meeting_participant(self.anne.id))
        self.assertEqual(self.maison._find_meeting_participant(str(self.lea.id)), self.lea)
        self.assertFalse(self.maison._find_meeting_participant("1 OR 1"))
        self.assertFalse(self.anne._search_meeting_sponsors()[0])

    def test_the_number_of_queries(self):
        """I06, X03: as many queries for twenty rules as for two, for a hundred participants as for three."""

        def count(run):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            run()
            return self.cr.sql_log_count - before

        def runs():
            return (
                count(lambda: self.maison._search_meeting_participants("a", limit=2)),
                count(lambda: self.anne._search_meeting_sponsors("a", limit=2)),
                count(lambda: self.Meeting._get_common_slots(self.maison, self.anne)),
            )

        self.rule([("sponsor_type_id.name", "=", "Gold level")], [("name", "ilike", "a")])
        runs()
        few = runs()
        for number in range(18):
            self.rule([("sponsor_type_id.name", "=", f"Gold {number}")], [("name", "ilike", f"{number}")])
        for number in range(100):
            self.new_registration(f"Person{number} A")
        for number in range(20):
            self.new_space(self.new_sponsor(f"Sponsor {number} a", self.gold))
            self.new_space(self.maison, location=f"C{number}")
        self.assertEqual(runs(), few)
