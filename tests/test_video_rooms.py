"""H12: two processes that make rooms at the same moment, on connections of their own."""

import threading

from house import lab

from .bank import open_bank


def _make_provider(env, url):
    return env["videoconf.provider"].create(
        {
            "name": "Zoom",
            "kind": "zoom",
            "base_url": f"{url}/v2",
            "auth_url": f"{url}/oauth/token",
            "account_identifier": "account",
            "client_identifier": "app",
            "secret": "secret",
        }
    )


def test_two_processes_make_one_room_each(odoo_database):
    """H12: whoever works on the queue at the same time shares it: each appointment gets one room, none gets two."""
    with lab.environment(odoo_database) as env:
        from odoo.addons.appointment_videoconf.tests.zoom_peer import ZoomPeer

        with ZoomPeer() as peer:
            peer.pause = 0.1
            provider = _make_provider(env, peer.url)
            booking_type, starts = open_bank(env, slots=6)
            booking_type.write({"channel": "video", "video_provider": "provider", "videoconf_provider_id": provider.id})
            advisor = booking_type.advisor_ids.user_id[0]
            appointments = env["booking.appointment"].create(
                [
                    {"type_id": booking_type.id, "user_id": advisor.id, "start": start[:-1].replace("T", " ")}
                    for start in starts
                ]
            )
            env.cr.commit()
            start, errors = threading.Barrier(2), []

            def run():
                try:
                    with env.registry.cursor() as cr:
                        rooms = env(cr=cr, su=True)["videoconf.room"]
                        start.wait()
                        rooms._run_queue()
                except Exception as error:  # shown by the assertion below
                    errors.append(error)

            processes = [threading.Thread(target=run) for _process in range(2)]
            for process in processes:
                process.start()
            for process in processes:
                process.join()
            env.cr.rollback()
            env.invalidate_all()
            assert not errors
            assert set(appointments.mapped("videoconf_room_state")) == {"ready"}
            assert (peer.made, len(peer.meetings)) == (6, 6)
            assert len(set(appointments.mapped("meeting_url"))) == 6
