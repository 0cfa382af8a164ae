from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..exceptions import MeetingRefused
from .meeting_common import MeetingCase


@tagged("post_install", "-at_install")
class TestMeetingQuota(MeetingCase):
    """I04, I15: how many meetings a partner can confirm, and how many requests wait at once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pack = cls.env["product.template"].create(
            {"name": "Five meetings", "type": "service", "is_meeting_quota": True, "meeting_quota": 5}
        )

    def assign(self, quantity=1, product=None):
        return self.env["business.meeting.pack"].create(
            {"sponsor_id": self.maison.id, "product_id": (product or self.pack).id, "quantity": quantity}
        )

    def test_first_level_that_is_set_wins(self):
        """I04: the partner's own quota, else the sum of its products, else the event's; they do not add up."""
        self.assertEqual(self.maison._get_meeting_quota(), (None, None))
        self.event.write({"meeting_has_quota": True, "meeting_quota": 7})
        self.assertEqual(self.maison._get_meeting_quota(), (7, "event"))
        self.assign(2)
        self.assertEqual(self.maison._get_meeting_quota(), (10, "product"))
        self.maison.write({"meeting_has_quota": True, "meeting_quota": 3})
        self.assertEqual(self.maison._get_meeting_quota(), (3, "partner"))
        self.assertIn("3 meetings: the partner's own quota", self.maison.meeting_quota_note)
        self.assertEqual(self.toits._get_meeting_quota(), (7, "event"))

    def test_no_limit_is_not_no_quota(self):
        """I04: a quota that is set to 0 is no limit, and wins over what would come after it."""
        self.event.write({"meeting_has_quota": True, "meeting_quota": 1})
        self.maison.write({"meeting_has_quota": True, "meeting_quota": 0})
        self.assertEqual(self.maison._get_meeting_quota(), (None, "partner"))
        self.assertIn("As many as they like", self.maison.meeting_quota_note)
        self.maison.meeting_quota = 1
        self.assertEqual(self.maison.meeting_quota_note, "One meeting: the partner's own quota.")
        self.maison.meeting_has_quota = False
        free = self.env["product.template"].create({"name": "All", "type": "service", "is_meeting_quota": True})
        self.assign()
        self.assign(product=free)
        self.assertEqual(self.maison._get_meeting_quota(), (None, "product"))

    def test_only_quota_products(self):
        """I04: what is no quota product cannot be assigned as one."""
        chair = self.env["product.template"].create({"name": "Chair"})
        with self.assertRaises(ValidationError):
            self.assign(product=chair)

    def test_enforced_at_confirmation(self):
        """I04: the last unit is confirmed, the next is refused with the number; a cancelled meeting gives it back."""
        waiting = [
            self.request(registration=one, side="participant", slots=slot)
            for one, slot in zip(self.anne | self.paul, self.slots, strict=False)
        ]
        self.maison.write({"meeting_has_quota": True, "meeting_quota": 1})
        waiting[0]._accept("partner")
        with self.assertRaises(MeetingRefused) as refused:
            waiting[1]._accept("partner")
        self.assertEqual(refused.exception.code, "quota")
        self.assertIn("(1)", refused.exception.message)
        self.assertEqual(waiting[1].state, "requested")
        waiting[0]._move("partner", self.slots[3])
        waiting[0]._cancel("partner")
        waiting[1]._accept("partner")
        self.assertEqual(waiting[1].state, "confirmed")

    def test_counters(self):
        """I07, I09: what is left is what the quota and the limit leave of what is confirmed and asked for."""
        self.event.meeting_partner_request_limit = 0
        self.assertEqual(
            self.maison._get_meeting_counters(),
            {"requests_left": None, "confirmed": 0, "quota": None, "slots_free": 4, "waiting": 0, "sent": 0},
        )
        self.maison.write({"meeting_has_quota": True, "meeting_quota": 3})
        self.confirm()
        self.request(registration=self.paul, slots=self.slots[1])
        self.request(registration=self.lea, side="participant", slots=self.slots[2])
        self.space._close_slots(self.slots[3])
        expected = {"requests_left": 1, "confirmed": 1, "quota": 3, "slots_free": 2, "waiting": 1, "sent": 1}
        self.assertEqual(self.maison._get_meeting_counters(), expected)
        self.event.meeting_partner_request_limit = 1
        self.assertEqual(self.maison._get_meeting_counters()["requests_left"], 0)
        self.assertEqual(
            self.anne._get_meeting_counters(),
            {"requests_left": 10, "confirmed": 1, "quota": None, "slots_free": 3, "waiting": 0, "sent": 0},
        )

    def test_requests_within_the_quota(self):
        """I07, I15: a partner asks for no more meetings than can be confirmed; a refusal gives the right back."""
        self.maison.write({"meeting_has_quota": True, "meeting_quota": 1})
        meeting = self.request()
        with self.assertRaises(MeetingRefused) as refused:
            self.request(registration=self.paul, slots=self.slots[1])
        self.assertEqual(refused.exception.code, "quota")
        meeting._refuse("participant")
        self.request(registration=self.paul, slots=self.slots[1])

    def test_limit_on_open_requests(self):
        """I15: so many requests may wait at once, on each side its own."""
        self.event.write({"meeting_partner_request_limit": 1, "meeting_participant_request_limit": 1})
        meeting = self.request()
        with self.assertRaises(MeetingRefused) as refused:
            self.request(registration=self.paul, slots=self.slots[1])
        self.assertEqual(refused.exception.code, "limit")
        self.request(registration=self.paul, side="participant", slots=self.slots[1])
        meeting._accept("participant")
        self.request(registration=self.lea, slots=self.slots[2])
