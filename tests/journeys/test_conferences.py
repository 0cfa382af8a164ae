"""The pages of video conferences in a real browser, on the demo bank."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from house import lab

from .test_booking_way import PHONE, check_accessible, ready


@pytest.fixture(scope="module")
def addresses(site):
    """Paths of the pages for each of two guests, by the state they show: ``[{name: path}, {name: path}]``."""
    with lab.environment(site.database) as env:
        julien = env["res.users"].search([("login", "=", "julien")])
        guests = env["res.partner"].create(
            [{"name": name, "email": f"{name}@example.com"} for name in ("Anne", "Paul")]
        )
        conferences = env["videoconf.conference"].with_user(julien)
        now = datetime.now().replace(microsecond=0)
        hours = {"invited": now + timedelta(days=2), "open": now + timedelta(minutes=10), "cancelled": None}
        made = {
            name: conferences._organise({"subject": "Your offer", "start": start or now + timedelta(days=3)}, guests)
            for name, start in hours.items()
        }
        made["choice"] = conferences._organise(
            {"subject": "Your offer", "mode": "choice", "booking_url": "https://booking.example.com/me"}, guests
        )
        made["cancelled"].action_cancel()
        links = [
            {name: conference.sudo().guest_ids[number]._get_link() for name, conference in made.items()}
            for number in range(2)
        ]
        # A server that lets people in one by one has a page that asks for the name.
        mortgage = env.ref("appointment_booking.type_mortgage")
        mortgage.videoconf_provider_id = env["videoconf.provider"].create(
            {
                "name": "Jitsi",
                "kind": "jitsi",
                "base_url": "https://meet.example.com",
                "client_identifier": "bank",
                "secret": "shared",
            }
        )
        booked = env["booking.appointment"].create(
            {"type_id": mortgage.id, "user_id": julien.id, "start": now + timedelta(days=400), "booker_name": "Anne"}
        )
        rooms = {"room": booked.meeting_url, "appointment": booked.access_url}
        env.cr.commit()
        return [{name: urlsplit(url).path for name, url in (own | rooms).items()} for own in links]


@pytest.mark.parametrize("options", [{}, PHONE], ids=["wide", "phone"])
def test_accessible(visit, addresses, options):
    """H04, H11, H12, X06: axe-core finds nothing on the pages of guests and rooms, at desktop and 360 px."""
    page, paths = visit(**options), addresses[bool(options)]
    heading = page.get_by_role("heading", level=1)

    def check(name):
        ready(page)
        check_accessible(page, name)

    for name, path in paths.items():
        page.goto(path)
        check(name)
    page.goto(paths["room"])
    page.locator("input[name=name]").fill("  ")
    page.locator("input[name=name]").press("Enter")
    expect(page.get_by_text("Enter your name.").first).to_be_visible()
    check("room, no name")
    page.goto(paths["open"])
    expect(page.get_by_role("button", name="Join the video conference")).to_be_visible()
    page.get_by_role("button", name="No, I cannot come").click()
    expect(heading).to_have_text("You are not coming")
    check("declined")
    page.get_by_role("button", name="Yes, I am coming").click()
    expect(heading).to_have_text("You are coming")
    check("accepted")
    page.get_by_role("button", name="Do not invite me again").click()
    ready(page)
    check("no more")
    page.goto("/booking/conference/" + "x" * 43)
    check("unknown")
