from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestVideoconfTour(HttpCase):
    def test_from_camera_to_history(self):
        """H02 to H09: camera, window with three entries, invitation, minutes, done, history of the contact."""
        self.env = self.env(context=dict(self.env.context, no_reset_password=True))
        groups = "appointment_booking.group_booking_advisor,base.group_partner_manager"
        ada = new_test_user(self.env, "ada", name="Ada", email="ada@example.com", groups=groups, tz="UTC", lang="en_US")
        ada.write({"videoconf_enabled": True, "videoconf_link": "https://meet.example.com/ada"})
        anne = self.env["res.partner"].create({"name": "Anne Tour", "email": "anne.tour@example.net"})
        self.start_tour("/odoo", "videoconf_organise", login="ada")
        conference = self.env["videoconf.conference"].search([("user_id", "=", ada.id)])
        self.assertEqual(conference.guest_ids.partner_id.sorted("id").mapped("email"), [anne.email, "new@example.org"])
        self.assertIn("The offer", conference.agenda)
        self.assertEqual(conference.task_id.state, "waiting")
        self.assertEqual(len(conference.message_log_ids.filtered(lambda message: message.what == "invited")), 2)
        # It has begun.
        begun = fields.Datetime.now() - timedelta(minutes=20)
        self.env.cr.execute("UPDATE videoconf_conference SET start = %s WHERE id = %s", [begun, conference.id])
        self.env.invalidate_all()
        self.start_tour(f"/odoo/video-conferences/{conference.id}", "videoconf_afterwards", login="ada")
        self.assertEqual((conference.state, conference.task_id.state), ("done", "done"))
        self.assertIn("They agreed", conference.minutes)
        self.start_tour(f"/odoo/res.partner/{anne.id}", "videoconf_history", login="ada")
