import importlib.util
import re
import socket
from email import message_from_bytes, policy
from pathlib import Path
from unittest.mock import patch

from aiosmtpd.controller import Controller
from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.appointment_booking.tests.public_common import PublicCase
from odoo.addons.appointment_booking.tests.test_forget import ForgetCase
from odoo.addons.base.models.ir_mail_server import IrMail_Server

from ..models.mail_tracking import FOUND, NO_PICTURES
from .videoconf_common import VideoconfCase

PICTURE = re.compile(r"/mail/tracking/open/[^/]+/\d+/\w+/blank\.gif")


class Letterbox:
    """Keeps what arrives by SMTP: ``[(address, message), ...]``."""

    def __init__(self):
        self.letters = []

    async def handle_DATA(self, _server, _session, envelope):
        message = message_from_bytes(envelope.content, policy=policy.default)
        self.letters += [(address, message) for address in envelope.rcpt_tos]
        return "250 OK"


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class SendingCase(VideoconfCase):
    """E-mails leave by Odoo's own way, to a mail server that speaks real SMTP."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.peer = Controller(Letterbox(), hostname="127.0.0.1", port=free_port())
        cls.peer.start()
        cls.addClassCleanup(cls.peer.stop)
        cls.env["ir.mail_server"].create({"name": "Peer", "smtp_host": "127.0.0.1", "smtp_port": cls.peer.port})

    def deliver(self, mails):
        """Let e-mails leave the queue; return ``{address: what arrived}``, one e-mail for each address."""
        letters = self.peer.handler.letters
        letters.clear()
        # Odoo's own switch, off while tests run
        with patch.object(IrMail_Server, "_disable_send", lambda _self: False):
            mails.send()
        self.env.flush_all()
        arrived = {address: letter for address, letter in letters}
        self.assertEqual(len(arrived), len(letters), "one e-mail each")
        return arrived

    def picture(self, message):
        """Return the address of the picture in an e-mail that left, or nothing."""
        found = PICTURE.findall(message.get_body(("html",)).get_content())
        self.assertLessEqual(len(found), 1)
        return found[0] if found else None

    def agree(self, partner, agrees=True):
        self.env["videoconf.consent"]._note(partner, agrees, "page")

    def trackings(self, conference):
        return self.env["mail.tracking.email"].search([("mail_message_id", "in", conference.message_ids.ids)])

    def seen(self, conference):
        return self.trackings(conference).tracking_event_ids.filtered(lambda event: event.event_type != "sent")


@tagged("post_install", "-at_install")
class TestOpens(SendingCase, PublicCase):
    """H06: that an e-mail is opened is noted of guests who agree, as long as they do, and of nobody else."""

    def setUp(self):
        super().setUp()
        self.env["ir.config_parameter"].set_param(NO_PICTURES, "True")

    def fetch(self, address):
        response = self.url_open(address)
        self.assertEqual((response.status_code, response.headers["Content-Type"]), (200, "image/gif"))
        self.env.invalidate_all()

    def invite(self, **values):
        """Return a conference, what left to Anne who agrees, and what left to Paul who was not asked."""
        self.agree(self.anne)
        conference = self.organise(**{"notify_open": True, **values})
        left = self.deliver(self.mails(conference))
        return conference, left["anne@example.net"], left["paul@example.net"]

    def test_picture_with_consent_only(self):
        """H06: each guest gets an e-mail of their own; only that of who agreed has a picture."""
        conference, to_anne, to_paul = self.invite()
        self.assertTrue(self.picture(to_anne))
        self.assertFalse(self.picture(to_paul))
        self.assertEqual(self.trackings(conference).mapped("state"), ["sent", "sent"])
        bodies = "".join(conference.message_ids.mapped("body"))
        self.assertNotIn("/mail/tracking", bodies, "a colleague who reads the note would count as the guest")

    def test_picture_is_decided_when_the_mail_leaves(self):
        """H06: who takes it back while the e-mail waits gets none; who agrees in the meantime gets one."""
        self.agree(self.anne)
        conference = self.organise(notify_open=True)
        mails = self.mails(conference)
        self.agree(self.anne, False)
        self.agree(self.paul)
        left = self.deliver(mails)
        self.assertFalse(self.picture(left["anne@example.net"]))
        self.assertTrue(self.picture(left["paul@example.net"]))

    def test_picture_in_invitations_that_are_watched(self):
        """H06: not where the organiser did not ask, and not in reminders, of which the words say nothing."""
        unwanted, to_anne, _to_paul = self.invite(notify_open=False)
        self.assertFalse(self.picture(to_anne))
        unwanted.action_cancel()
        conference, to_anne, _to_paul = self.invite(start="2026-03-05 14:00:00", remind=True)
        with freeze_time("2026-03-04 14:00:10"):
            waiting = self.mails(conference, self.anne).filtered(lambda mail: mail.state == "outgoing")
            self.assertEqual(conference.message_log_ids.filtered("prepared_at").mapped("what").count("day"), 2)
            self.assertFalse(self.picture(self.deliver(waiting)["anne@example.net"]))

    def test_open_is_told_once(self):
        """H06: by the picture, once, as probable; where and with what it was fetched is not kept."""
        conference, to_anne, _to_paul = self.invite()
        address = self.picture(to_anne)
        parts = address.split("/")
        parts[-2] = "0" * 32
        self.fetch("/".join(parts))
        for wrong in ("a" * 31, "%00" * 32, "x" * 32):
            parts[-2] = wrong
            self.assertEqual(self.url_open("/".join(parts)).status_code, 404)
        parts[-3] = "9" * 12
        self.assertEqual(self.url_open("/".join(parts)).status_code, 404)
        self.assertFalse(self.seen(conference))
        self.assertFalse(self.inbox(self.ada))
        for _time in range(2):
            self.fetch(address)
        guest = self.guest(conference, self.anne)
        self.assertEqual(str(guest.opened_on), "2026-03-02 08:00:00")
        (told,) = self.inbox(self.ada)
        self.assertIn("Anne Martin has probably read the invitation", told.body)
        (event,) = self.seen(conference)
        self.assertEqual((event.event_type, event.tracking_email_id.partner_id), ("open", self.anne))
        for name in ("ip", "user_agent", "os_family", "ua_family", "ua_type", "user_country_id", "mobile"):
            self.assertFalse(event[name], name)
        self.assertFalse(self.guest(conference, self.paul).opened_on)
        statuses = {
            status["partner_id"]: status["status_human"]
            for status in event.tracking_email_id.mail_message_id.tracking_status()
        }
        self.assertEqual(statuses, {self.anne.id: "Status: probably opened"})

    def test_withdrawal_counts_at_once(self):
        """H06: also for e-mails that were sent before: their picture notes nothing, until the guest agrees again."""
        conference, to_anne, _to_paul = self.invite()
        self.agree(self.anne, False)
        self.fetch(self.picture(to_anne))
        self.assertFalse(self.seen(conference))
        self.assertFalse(self.guest(conference, self.anne).opened_on)
        self.assertFalse(self.inbox(self.ada))
        self.assertEqual(set(self.trackings(conference).mapped("state")), {"sent"})
        self.agree(self.anne)
        self.fetch(self.picture(to_anne))
        self.assertEqual(self.seen(conference).mapped("event_type"), ["open"])
        self.assertEqual(len(self.inbox(self.ada)), 1)

    def test_nobody_waits_for_it(self):
        """H06: of a conference that is called off, and of a guest who was taken off it, nothing is noted."""
        conference, to_anne, _to_paul = self.invite()
        conference.action_cancel()
        self.fetch(self.picture(to_anne))
        self.assertFalse(self.seen(conference))
        self.assertFalse(self.inbox(self.ada))

    def test_what_providers_report(self):
        """H06: a mail service that reports openings and clicks by itself is not listened to without consent."""
        conference, _to_anne, _to_paul = self.invite()
        of_paul = self.trackings(conference).filtered(lambda tracking: tracking.partner_id == self.paul)
        for event in ("open", "click"):
            self.assertFalse(of_paul.event_create(event, {"ip": "192.0.2.1", "url": "https://example.com"}))
        self.assertEqual(of_paul.state, "sent")
        of_paul.event_create("hard_bounce", {"error_type": "unknown user"})
        self.assertEqual(of_paul.state, "bounced")

    def test_other_mails(self):
        """H06: what is no invitation has no picture for guests; what does not go to guests is as was set."""
        conference, _to_anne, _to_paul = self.invite()
        stranger = self.env["res.partner"].create({"name": "Stranger", "email": "stranger@example.net"})
        for setting, has_picture in (("True", False), ("False", True)):
            self.env["ir.config_parameter"].set_param(NO_PICTURES, setting)
            before = self.env["mail.mail"].search([])
            for record in (conference, stranger):
                record.message_post(
                    body="Please bring the plans",
                    partner_ids=(self.anne | stranger).ids,
                    subtype_xmlid="mail.mt_comment",
                    mail_auto_delete=False,
                    force_send=False,
                )
            mails = self.env["mail.mail"].search([]) - before
            for record, to_guest in ((conference, False), (stranger, has_picture)):
                left = self.deliver(mails.filtered_domain([("model", "=", record._name)]))
                self.assertEqual(bool(self.picture(left["stranger@example.net"])), has_picture)
                self.assertEqual(bool(self.picture(left["anne@example.net"])), to_guest)

    def test_installation_tracks_nobody(self):
        """H06: the picture is off in the e-mails of a database that did not have it, and stays as it was in others."""
        parameters, trackings = self.env["ir.config_parameter"], self.env["mail.tracking.email"]
        trackings.search([]).unlink()
        for setting in ("False", "True", "0"):
            parameters.set_param(NO_PICTURES, setting)
            trackings._keep_from_tracking_everybody()
            self.assertEqual(parameters.get_param(NO_PICTURES), setting)
        parameters.search([("key", "=", NO_PICTURES)]).unlink()
        used = trackings.create({"name": "Sent a year ago", "recipient": "anne@example.net"})
        trackings._keep_from_tracking_everybody()
        self.assertFalse(parameters.get_param(NO_PICTURES))
        used.unlink()
        trackings._keep_from_tracking_everybody()
        self.assertTrue(self.env["ir.mail_server"]._tracking_img_disabled(trackings.create({"name": "New"}).id))

    def test_uninstallation_tracks_nobody(self):
        """H06, X07: the parameter goes where mail_tracking was there before; where it came with us, it stays off."""
        parameters, trackings = self.env["ir.config_parameter"], self.env["mail.tracking.email"]
        trackings.search([]).unlink()
        for was_here, changed, left in (
            (True, None, False),
            (True, "0", "0"),
            (False, None, "True"),
        ):
            parameters.search([("key", "in", (NO_PICTURES, FOUND))]).unlink()
            newly = [] if was_here else ["mail_tracking"]
            with self.subTest(was_here=was_here, changed=changed):
                self.registry.updated_modules, before = newly, self.registry.updated_modules
                trackings._keep_from_tracking_everybody()
                self.registry.updated_modules = before
                if changed:
                    parameters.set_param(NO_PICTURES, changed)
                trackings._leave_as_found()
                self.assertEqual(parameters.get_param(NO_PICTURES), left)
                self.assertFalse(parameters.get_param(FOUND))

    def test_update(self):
        """H06: the former picture is taken out of what is kept and of what waits to leave; nothing else is."""
        former = '<img src="https://example.com/booking/conference/seen/%s.gif" alt="" width="1" height="1">' % (
            "b" * 43
        )
        logo = '<img src="https://example.com/logo.png">'
        mail = self.mails(self.organise(self.anne))
        body = f"<p>Hello {logo}</p>{former}"
        self.env.flush_all()
        self.env.cr.execute("UPDATE mail_message SET body = %s WHERE id = %s", [body, mail.mail_message_id.id])
        self.env.cr.execute("UPDATE mail_mail SET body_html = %s WHERE id = %s", [body, mail.id])
        path = Path(__file__).parents[1] / "migrations" / "19.0.1.2.0" / "post-opens.py"
        spec = importlib.util.spec_from_file_location("post_opens", path)
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
        script.migrate(self.env.cr, "19.0.1.1.0")
        self.env.invalidate_all()
        for kept in (mail.mail_message_id.body, mail.body_html):
            self.assertEqual(kept, f"<p>Hello {logo}</p>")


@tagged("post_install", "-at_install")
class TestForgetTracking(SendingCase, ForgetCase):
    """A73: what ``mail_tracking`` knows of somebody goes with the rest of their data, and keeps no contact alive."""

    def trackings_of(self, address):
        return self.env["mail.tracking.email"].search([("recipient_address", "=", address)])

    def test_forget(self):
        """A73: recipient, subject and events of the e-mails about an appointment; those of others stay."""
        self.env["ir.config_parameter"].set_param(NO_PICTURES, "False")
        appointment = self.book_person()
        partner, address = appointment.partner_id, "zebulon.quartzberg@example.net"
        self.sweep()
        self.deliver(self.env["mail.mail"].search([("model", "=", "booking.appointment")]))
        trackings = self.trackings_of(address)
        self.assertTrue(trackings)
        trackings[0].event_create("open", {"ip": "192.0.2.1", "user_agent": "Zebulon's own"})
        events = trackings.tracking_event_ids
        self.assertIn("open", events.mapped("event_type"))
        lost = self.env["mail.tracking.email"].create({"name": "Lost", "recipient": address, "partner_id": partner.id})
        other = self.env["mail.tracking.email"].create({"name": "Other", "recipient": "anne@example.net"})
        self.over(appointment)
        with freeze_time("2026-03-10 08:00:00"):
            appointment._forget_personal_data()
        self.assertFalse((trackings | lost).exists() or events.exists())
        self.assertTrue(other.exists())
        self.assertEqual((partner.name, partner.active, partner.email), ("Anonymous", False, False))

    def test_conference_goes(self):
        """H06: what is known of its e-mails goes with a conference."""
        conference = self.organise(self.anne)
        self.deliver(self.mails(conference))
        trackings = self.trackings(conference)
        self.assertEqual(trackings.recipient_address, "anne@example.net")
        conference.action_cancel()
        conference.sudo().unlink()
        self.assertFalse(trackings.exists())
