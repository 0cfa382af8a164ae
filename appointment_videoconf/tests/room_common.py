from dataclasses import replace

from freezegun import freeze_time

from odoo import fields
from odoo.tests.common import _super_send

from odoo.addons.appointment_booking.tests.message_common import MessageCase

from ..providers import Timing
from .zoom_peer import ZoomPeer

FAST = Timing(connect=5, read=5, total=10, retries=0, backoff=0)
IMPATIENT = replace(FAST, read=0.3)  # for answers that never come
SECRET = "quetzalcoatl-7f3a"


class RoomCase(MessageCase):
    """Video appointments whose rooms a Zoom on this machine makes; the queue is worked off by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.peer = ZoomPeer()
        cls.enterClassContext(cls.peer)
        cls.classPatch(cls.env.registry["videoconf.provider"], "_get_timing", lambda self: cls.get_timing())
        cls.Room = cls.env["videoconf.room"]
        cls.zoom = cls.new_provider(
            "zoom",
            base_url=f"{cls.peer.url}/v2",
            auth_url=f"{cls.peer.url}/oauth/token",
            account_identifier="account",
            client_identifier="app",
            secret=SECRET,
        )
        cls.type.write({"channel": "video", "video_provider": "provider", "videoconf_provider_id": cls.zoom.id})

    @classmethod
    def get_timing(cls):
        return IMPATIENT if cls.peer.mode == "deaf" else FAST

    def setUp(self):
        super().setUp()
        self.peer.meetings.clear()
        self.peer.asked.clear()
        self.peer.mode, self.peer.pause, self.peer.made = "fine", 0, 0

    @classmethod
    def _request_handler(cls, session, request, /, **kwargs):
        """Let calls to providers on this machine through with their own short time-outs: Odoo's tests wait longer."""
        if request.url.startswith("http://127.0.0.1:") and isinstance(kwargs.get("timeout"), tuple):
            return _super_send(session, request, **kwargs)
        return super()._request_handler(session, request, **kwargs)

    @classmethod
    def new_provider(cls, kind, **values):
        return cls.env["videoconf.provider"].create({"name": "Our rooms", "kind": kind, **values})

    def work(self, minutes=0):
        """Do what the scheduled action does, some minutes from now."""
        self.env.flush_all()
        with freeze_time(fields.Datetime.add(fields.Datetime.now(), minutes=minutes)):
            with self.enter_registry_test_mode(), self.registry.cursor() as cr:
                self.env(cr=cr, su=True)["videoconf.room"]._run_queue()
        self.env.invalidate_all()

    def late_activities(self, appointment):
        kind = self.env.ref("appointment_videoconf.mail_activity_room_late")
        return appointment.activity_ids.filtered(lambda activity: activity.activity_type_id == kind)
