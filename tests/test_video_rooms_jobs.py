"""H12: rooms that the OCA's ``queue_job`` has made: its real job runner, in a server process of its own."""

import time
from datetime import datetime, timedelta

from house import lab

from .test_video_rooms import _make_provider

PATIENCE = 45  # seconds: the runner lets the server get up first, and sleeps between two looks


def _jobs(connection):
    """Return ``[(method, state, whether it is for later)]``, oldest first."""
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT method_name, state, eta > date_created + interval '3 seconds' FROM queue_job ORDER BY id"
        )
        return cursor.fetchall()


def _wait(condition, doing):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, doing
        time.sleep(0.1)


def test_room_through_a_job():
    """H12: a job asks the provider, the next one comes back when it was busy, and there is one room."""
    from odoo.addons.appointment_videoconf.tests.zoom_peer import ZoomPeer

    with lab.database() as name, ZoomPeer() as peer:
        peer.mode, peer.retry_after = "busy", 1  # ours waits at least five seconds
        lab.install(name, "queue_job")
        with lab.environment(name) as env:
            provider = _make_provider(env, peer.url)
            organiser = env.ref("base.user_admin")
            organiser.write({"videoconf_enabled": True, "videoconf_provider_id": provider.id})
            guest = env["res.partner"].create({"name": "Anne Martin", "email": "anne@example.net"})
            window = env["videoconf.organise"].with_user(organiser)
            window = window.create(
                {"guest_ids": [(6, 0, guest.ids)], "start": datetime.now().replace(second=0) + timedelta(days=2)}
            )
            number = window.action_organise()["res_id"]
            assert env["videoconf.conference"].browse(number).videoconf_room_id.state == "ordered"
        connection = lab.connect(name)
        try:
            assert _jobs(connection) == [("_run_queue_apart", "pending", False)]
            with connection, connection.cursor() as cursor:
                cursor.execute(
                    "SELECT count(*) FROM ir_cron_trigger WHERE cron_id ="
                    " (SELECT res_id FROM ir_model_data WHERE name = 'ir_cron_rooms')"
                )
                assert cursor.fetchone() == (0,), "the scheduled action is not woken besides"
            with lab.servers(name, arguments=["--load=base,web,queue_job", "--max-cron-threads=0"]):
                _wait(lambda: peer.asked, "the provider was not asked")
                _wait(lambda: len(_jobs(connection)) == 2, "nobody is to come back")
                assert _jobs(connection)[1] == ("_run_queue_apart", "pending", True)
                assert not peer.made
                peer.mode = "fine"
                _wait(lambda: {state for _m, state, _w in _jobs(connection)} == {"done"}, "the second try did not come")
        finally:
            connection.close()
        with lab.environment(name) as env:
            conference = env["videoconf.conference"].browse(number)
            room = conference.videoconf_room_id
            assert (room.state, peer.made, len(peer.meetings)) == ("ready", 1, 1)
            assert len([call for call in peer.asked if call.startswith("POST")]) == 2
            assert conference.videoconf_room_address == f"https://example.zoom.us/j/{next(iter(peer.meetings))}"
