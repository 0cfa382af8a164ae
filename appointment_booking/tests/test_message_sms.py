from urllib.parse import urlsplit

from freezegun import freeze_time

from odoo.tests import common, tagged

from .message_common import MessageCase
from .public_common import PublicCase
from .twilio_peer import HOST, TwilioPeer

ACCOUNT = "AC" + "0" * 32


@tagged("post_install", "-at_install")
class TestTwilio(MessageCase, PublicCase):
    """A60, A63: SMS through Odoo's own queue and Twilio, over real HTTP and TLS to a server on this machine."""

    @classmethod
    def _request_handler(cls, s, r, /, **kw):
        if urlsplit(r.url).hostname == HOST:
            return common._super_send(s, r, **kw)  # to the peer: see the proxy that it sets
        return super()._request_handler(s, r, **kw)

    def setUp(self):
        super().setUp()
        company = self.env.company
        if "sms_provider" not in company._fields:
            self.skipTest("Odoo's module sms_twilio is not installed.")
        company.write({"sms_provider": "twilio", "sms_twilio_account_sid": ACCOUNT, "sms_twilio_auth_token": "secret"})
        self.env["sms.twilio.number"].create(
            {"company_id": company.id, "number": "+33644000000", "country_id": self.env.ref("base.fr").id}
        )
        self.twilio = self.enterContext(TwilioPeer())
        for event in ("booked", "cancelled", "before"):
            self.notification(event, channel="sms")

    def queue(self):
        """Do what Odoo's scheduled action for SMS does."""
        self.env["sms.sms"].search([("state", "=", "outgoing"), ("to_delete", "=", False)])._send()
        self.env.invalidate_all()

    def sms(self, appointment, event="booked"):
        return self.messages(appointment, event).filtered(lambda message: message.channel == "sms")

    def test_sent(self):
        """A60: the booker's SMS reaches Twilio once: number in E.164, one segment; the log says so."""
        appointment = self.book("2026-03-03 08:00", booker=self.booker(phone="06 12 34 56 78"))
        appointment.partner_id.country_id = self.env.ref("base.fr")
        self.sweep()
        self.assertEqual(self.sms(appointment).state, "queued")
        self.queue()
        self.queue()
        (message,) = self.twilio.messages
        self.assertEqual((message["account"], message["token"]), (ACCOUNT, "secret"))
        self.assertEqual((message["From"], message["To"]), ("+33644000000", "+33612345678"))
        self.assertTrue(message["Body"].startswith("Booked: Mortgage advice, Tue, Mar 3, 9:00 AM, Lyon. http"))
        self.assertLessEqual(len(message["Body"]), 160)
        self.assertEqual(self.sms(appointment).state, "sent")
        post = self.sms(appointment).mail_message_id
        self.assertIn(post, appointment.message_ids)
        self.assertIn("Mortgage advice", post.body)

    def test_refused(self):
        """A63: a number that Twilio refuses fails at once, with the reason."""
        self.twilio.refuse["+33612345678"] = (21211, "Invalid 'To' Phone Number")
        appointment = self.book("2026-03-03 08:00")
        self.sweep()
        self.queue()
        self.assertEqual(self.sms(appointment).state, "failed")
        self.assertTrue(self.sms(appointment).reason)

    def test_down_for_a_while(self):
        """A62: while Twilio cannot be reached the SMS waits, then goes once."""
        self.twilio.down = True
        appointment = self.book("2026-03-03 08:00")
        with freeze_time("2026-03-02 08:00:00") as clock:
            self.sweep()
            self.queue()
            self.assertEqual(self.sms(appointment).state, "queued")
            self.sweep()
            self.twilio.down = False
            self.queue()
            self.assertFalse(self.twilio.messages, "not before its time")
            clock.tick(180)
            self.sweep()
            self.queue()
        self.assertEqual(len(self.twilio.messages), 1)
        self.assertEqual(self.sms(appointment).state, "sent")

    def test_cancelled_at_the_last_moment(self):
        """A62: a reminder that waits in the SMS queue is not sent when the appointment is cancelled."""
        appointment = self.book("2026-03-03 08:00")
        self.sweep()
        self.queue()
        with freeze_time("2026-03-03 07:00:00"):
            self.sweep()
            self.assertEqual(self.sms(appointment, "before").state, "queued")
            appointment.action_cancel()
            self.sweep()
            self.queue()
        self.assertEqual([m["Body"].split(":")[0] for m in self.twilio.messages], ["Booked", "Cancelled"])
        self.assertEqual(self.sms(appointment, "before").state, "cancelled")

    def test_delivery_report(self):
        """A63: what Twilio reports later shows in the log: undeliverable is bounced."""
        from odoo.addons.sms_twilio.tools.sms_twilio import generate_twilio_sms_callback_signature

        appointment = self.book("2026-03-03 08:00")
        self.sweep()
        self.queue()
        (message,) = self.twilio.messages
        uuid = urlsplit(message["StatusCallback"]).path.rsplit("/", 1)[1]
        report = {"SmsStatus": "undelivered", "ErrorCode": "30003", "ErrorMessage": "Unreachable"}
        signature = generate_twilio_sms_callback_signature(self.env.company, uuid, report)
        response = self.url_open(f"/sms_twilio/status/{uuid}", data=report, headers={"X-Twilio-Signature": signature})
        self.assertEqual(response.status_code, 200)
        self.env.invalidate_all()
        self.assertEqual(self.sms(appointment).state, "bounced")
