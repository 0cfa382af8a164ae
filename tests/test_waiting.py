"""The waiting list with real servers: a browser, a mail server, and two processes that tell at the same moment."""

import re
import subprocess
import time
import urllib.request
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from house import lab, places
from house.runner import Odoo

from .bank import open_bank
from .journeys.test_booking_way import check_accessible

MOMENT = 60  # seconds
BARRIER = 39
SWEEP = f"""
with env.registry.cursor() as cr:
    cr.execute("SELECT pg_advisory_lock_shared({BARRIER})")
env["booking.waiting"]._sweep()
env.cr.commit()
print("SWEPT")
"""


@pytest.fixture
def full_bank(odoo_database):
    """A type whose slots are all taken; returns its slug, the starts and the ids of the appointments."""
    with lab.environment(odoo_database) as env:
        booking_type, starts = open_bank(env, slots=4)
        appointments = env["booking.appointment"].create(
            [
                {
                    "type_id": booking_type.id,
                    "user_id": booking_type.advisor_ids.user_id.id,
                    "start": start.replace("T", " ").removesuffix("Z"),
                    "booker_name": "Somebody",
                    "booker_email": "somebody@example.com",
                }
                for start in starts
            ]
        )
        return booking_type.slug, starts, appointments.ids


def wait_for(find):
    deadline = time.monotonic() + MOMENT
    while not (found := find()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return found


def mails_to(address, smtp_peer):
    return [message for message in smtp_peer.messages if address in message["To"]]


def paths_in(message, pattern):
    (html,) = [part.get_content() for part in message.walk() if part.get_content_type() == "text/html"]
    return re.findall(rf"(/booking/{pattern})\"", html.replace("&amp;", "&"))


def queue_up(env, booking_type, count):
    now = env.cr.now()
    return env["booking.waiting"].create(
        [
            {
                "name": f"Person {number}",
                "email": f"person-{number}@example.com",
                "type_id": booking_type.id,
                "confirmed_at": now - timedelta(minutes=count - number),
            }
            for number in range(count)
        ]
    )


def join(page, slug, smtp_peer, name):
    """Join the waiting list as a visitor does, and confirm by the link in the e-mail."""
    page.goto(f"/en/booking/{slug}")
    check_accessible(page, "nothing is free")
    page.get_by_role("link", name="Join the waiting list").click()
    page.get_by_label("Morning").check()
    page.get_by_label("Name").fill(name)
    address = f"{name.lower()}@example.com"
    page.get_by_label("E-mail").fill(address)
    page.get_by_role("button", name="Join the waiting list").click()
    expect_heading(page, "Please confirm your e-mail")
    (message,) = wait_for(lambda: mails_to(address, smtp_peer))
    page.goto(paths_in(message, r"waiting/[\w-]{43}")[0])
    check_accessible(page, "please confirm")
    page.get_by_role("button", name="Join the waiting list").click()
    expect_heading(page, "You are on the waiting list")
    check_accessible(page, "on the list")


@pytest.fixture
def patient_page(page):
    """A page that waits for a new server, whose first answer takes long: it makes its style sheets."""
    page.set_default_timeout(3 * MOMENT * 1000)
    return page


def expect_heading(page, text):
    expect(page.get_by_role("heading", level=1)).to_have_text(text, timeout=MOMENT * 1000)


def test_from_the_full_week_to_the_appointment(odoo_server, odoo_database, full_bank, smtp_peer, patient_page):
    """A39: two visitors wait, something is cancelled: the first is told and books, the second told later."""
    (slug, starts, appointment_ids), page = full_bank, patient_page
    join(page, slug, smtp_peer, "Eve")
    join(page, slug, smtp_peer, "Max")
    with lab.environment(odoo_database) as env:
        env["booking.appointment"].browse(appointment_ids[1]).action_cancel()
    told = wait_for(lambda: [m for m in mails_to("eve@example.com", smtp_peer) if "A slot is free" in m["Subject"]])
    (message,) = told
    assert message["Subject"].startswith("A slot is free: Desk, ")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    with lab.environment(odoo_database) as env:
        env["booking.waiting"]._sweep()
        assert env["booking.waiting.notice"].search_count([]) == 1, "nobody else is told within the head start"
    assert len(mails_to("max@example.com", smtp_peer)) == 1

    (path,) = set(paths_in(message, rf"{slug}\?[^\"]+"))
    page.goto(path)
    slot = page.locator(".o_booking_slot")
    expect(slot).to_have_count(1)
    expect(slot).to_have_attribute("value", starts[1])
    slot.click()
    page.get_by_label("Last name").fill("Adams")
    page.get_by_label("First name").fill("Eve")
    page.get_by_label("E-mail").fill("eve@example.com")
    page.get_by_role("button", name="Book this appointment").click()
    expect_heading(page, "Your appointment is booked")

    with lab.environment(odoo_database) as env:
        eve, max_ = env["booking.waiting"].search([("type_id.slug", "=", slug)])
        assert (eve.state, max_.state) == ("booked", "waiting")
        env["booking.appointment"].browse(appointment_ids[2]).action_cancel()
    (to_max,) = wait_for(
        lambda: [m for m in mails_to("max@example.com", smtp_peer) if "A slot is free" in m["Subject"]]
    )
    leave = re.search(r"/booking/waiting/[\w-]{43}/leave", to_max["List-Unsubscribe"]).group()
    request = urllib.request.Request(odoo_server.url + leave, data=b"List-Unsubscribe=One-Click", method="POST")
    with urllib.request.urlopen(request, timeout=MOMENT) as response:
        assert response.status == 200
        assert response.url.endswith(leave), "mail programs do not follow redirects"
    with lab.environment(odoo_database) as env:
        assert env["booking.waiting"].browse(max_.id).state == "unsubscribed"


def test_two_processes_at_once(odoo_database, connect):
    """A39: two processes that tell at the same moment tell four of ten people once each, in their order."""
    with lab.environment(odoo_database) as env:
        booking_type, _starts = open_bank(env, slots=4)
        queue_up(env, booking_type, 10)
    engine = Odoo.current()
    barrier = connect()
    barrier.autocommit = True
    with barrier.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [BARRIER])
        command = [engine.python, "-m", "odoo", "shell", "--config", str(engine.configuration(odoo_database))]
        processes = [
            subprocess.Popen(
                [*command, "-d", odoo_database, "--no-http", "--shell-interface=python"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                env=engine.environment(),
                cwd=places.PROJECT,
            )
            for _process in range(2)
        ]
        for process in processes:
            process.stdin.write(SWEEP)
            process.stdin.close()
        for _try in range(600):
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted", [BARRIER]
            )
            if cursor.fetchone() == (2,):
                break
            time.sleep(0.1)
        cursor.execute("SELECT pg_advisory_unlock(%s)", [BARRIER])
    for process in processes:
        output = process.stdout.read()
        assert process.wait() == 0, output[-2000:]
        assert "SWEPT" in output, output[-2000:]
    with connect().cursor() as cursor:
        cursor.execute(
            """
            SELECT w.name, n.number
              FROM booking_waiting_notice n
              JOIN booking_waiting w ON w.id = n.waiting_id
          ORDER BY w.id
            """
        )
        assert cursor.fetchall() == [(f"Person {number}", 1) for number in range(4)]
        cursor.execute("SELECT count(*), count(DISTINCT email_to) FROM mail_mail WHERE email_to LIKE 'person-%'")
        assert cursor.fetchone() == (4, 4)


def test_outdated_view_of_the_queue(odoo_database):
    """A39: who looked before another process told cannot tell after it; who comes while it does goes on."""
    import psycopg2.errors

    with lab.environment(odoo_database) as env:
        booking_type, _starts = open_bank(env, slots=1)
        queue_up(env, booking_type, 2)
        env.cr.commit()
        with env.registry.cursor() as one, env.registry.cursor() as two:
            first, second = (env["booking.waiting.queue"].with_env(env(cr=cr)) for cr in (one, two))
            two.execute("SELECT 1 FROM res_users LIMIT 1")  # from here on, it sees nothing newer
            assert first._claim(booking_type.with_env(first.env))
            assert not second._claim(booking_type.with_env(second.env))
            one.commit()
            with pytest.raises(psycopg2.errors.SerializationFailure):
                second._claim(booking_type.with_env(second.env))
            two.rollback()
            assert second._claim(booking_type.with_env(second.env))
            two.rollback()
