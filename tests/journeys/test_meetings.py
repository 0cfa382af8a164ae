"""Partners and participants of the demo fair, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from house import lab

from .test_booking_way import PHONE, check_accessible, ready

WIDE, NARROW = {"width": 1366, "height": 900}, {"width": 360, "height": 740}
OURS = "appointment_business_meeting"


def sign_in(page, login, to="/my/meetings"):
    page.goto(f"/web/login?redirect={to}")
    page.fill("[name=login]", login)
    page.fill("[name=password]", login)
    page.locator(".oe_login_form button[type=submit]").click()
    page.wait_for_url("**/my/meetings")
    choose_fair(page)


def choose_fair(page):
    """Of the two fairs of the demo, the one ahead comes first, the one that is over after it."""
    entries = page.locator(".o_meeting_card")
    expect(entries).to_have_count(2)
    expect(entries.nth(1)).to_contain_text("Vienne")
    entries.first.get_by_role("link").click()
    page.wait_for_url("**/my/meetings/**")


def check(page, name):
    """X06: nothing for axe-core on a page, neither on a wide screen nor on a phone."""
    ready(page)
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        check_accessible(page, f"{name}, {size['width']} px")
    page.set_viewport_size(WIDE)


def tab(page, name):
    page.get_by_role("navigation", name="Business meetings").get_by_role("link", name=re.compile(name)).click()
    page.wait_for_load_state()


def counter(page, name):
    return int(re.match(r"\d+", page.locator(".o_meeting_counters li", has_text=name).inner_text())[0])


@pytest.fixture(scope="module")
def fair(site):
    """Two requests to the partner with the login ``habitat``, and the secret link of who sent the first."""
    with lab.environment(site.database) as env:
        sponsor = env.ref(f"{OURS}.demo_sponsor_maison_verte")
        found, _total = sponsor._search_meeting_participants(asked=False, limit=None)
        meetings = env["business.meeting"]
        asked = []
        for registration in found:
            common = meetings._get_common_slots(sponsor, registration)
            if len(asked) < 2 and len(common) > 3:
                slots = env["business.meeting.slot"].browse([offer.slot_id for offer in common[-2:]])
                asked.append(meetings._request(sponsor, registration, "participant", slots, message="About hemp"))
        third = next(one for one in reversed(found) if len(meetings._get_common_slots(sponsor, one)) > 5)
        return {
            "third": third.id,
            "third_link": f"/en{third._get_meeting_url()}",
            "partner": f"/en{sponsor._get_meeting_url()}",
            "asked": [meeting.id for meeting in asked],
            "names": [meeting.registration_id.name for meeting in asked],
            "link": f"/en{asked[0].registration_id._get_meeting_url()}",
        }


def test_partner(visit, fair):
    """I07-I09, X06: agenda, search and request, slots of the calendar and spaces; each page is accessible."""
    page = visit(viewport=WIDE)
    sign_in(page, "habitat")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your agenda")
    expect(page.locator(".o_meeting_next")).to_contain_text("Stand B1")
    check(page, "agenda")

    tab(page, "Participants")
    check(page, "participants")
    page.get_by_label("Contact").select_option("no")
    page.get_by_role("button", name="Search").click()
    left = counter(page, "requests left")
    page.get_by_role("link", name=re.compile("^Request a meeting")).first.click()
    ready(page)
    boxes = page.locator("input[name=slot]")
    for number in range(5):
        page.locator(".o_meeting_choice label").nth(number).click()
    if boxes.count() > 5:
        expect(boxes.nth(5)).to_be_disabled()
    for number in range(1, 5):
        page.locator(".o_meeting_choice label").nth(number).click()
    page.get_by_label("What would you like to talk about?").fill("Wood and hemp")
    check(page, "request")
    page.get_by_role("button", name="Send the request").click()
    expect(page.get_by_role("status").filter(has_text="Your request is sent")).to_be_visible()
    assert counter(page, "requests left") == left - 1
    page.get_by_label("Write a message").fill("One more thing")
    page.get_by_role("button", name="Send the message").click()
    expect(page.locator(".o_meeting_words")).to_contain_text("One more thing")
    check(page, "sent")
    page.locator("summary", has_text="Withdraw the request").click()
    page.get_by_role("button", name="Withdraw the request").click()
    expect(page.locator(".o_meeting_badge").first).to_contain_text("Cancelled")

    tab(page, "Calendar")
    check(page, "calendar")
    page.evaluate("window.samePage = true")
    free = counter(page, "slots free")
    cell = page.locator(".o_meeting_cell_open").first
    name = cell.get_attribute("id")
    cell.focus()
    page.keyboard.press("Enter")
    cell = page.locator(f"#{name}")
    expect(cell).to_have_class(re.compile("o_meeting_cell_closed"))
    expect(cell).to_be_focused()
    assert counter(page, "slots free") == free - 1
    assert page.evaluate("window.samePage"), "no page was loaded"
    page.locator("summary", has_text="Add a space").click()
    page.get_by_role("button", name="Make the space").click()
    expect(page.locator("#o_meeting_refused")).to_be_focused()
    expect(page.locator("#name_")).to_have_attribute("aria-invalid", "true")
    check(page, "a space without a name")


def test_partner_on_a_phone_without_scripts(visit, fair):
    """I08, X06: between two meetings: a request is confirmed in one tap, another answered by other slots."""
    page = visit()
    sign_in(page, "habitat")  # Odoo's own form needs scripts
    page = visit(java_script_enabled=False, storage_state=page.context.storage_state(), **PHONE)
    page.goto("/my/meetings")
    choose_fair(page)
    bar = page.locator(".o_meeting_bar")
    expect(bar).to_be_in_viewport()
    page.goto(f"{fair['partner']}/meetings?status=received")
    confirmed = counter(page, "confirmed")
    card = page.locator(".o_meeting_card", has_text=fair["names"][1])
    button = card.get_by_role("button", name=re.compile("^Confirm")).first
    assert button.bounding_box()["height"] >= 44
    button.click()
    expect(page.get_by_role("status").filter(has_text="The meeting is confirmed")).to_be_visible()
    assert counter(page, "confirmed") == confirmed + 1
    expect(page.locator(".o_meeting_next_place")).to_contain_text("Stand B1")
    page.goto(f"{fair['partner']}/meeting/{fair['asked'][0]}")
    page.locator("summary", has_text="Propose other slots").click()
    page.locator(".o_meeting_choice label").last.click()
    page.locator("#message_propose").fill("Rather later")
    page.get_by_role("button", name="Propose these slots").click()
    expect(page.get_by_role("status").filter(has_text="Your slots are proposed")).to_be_visible()


def test_participant_by_link(visit, site, fair):
    """I10, I11, X06: without an account, on a phone: partners, the answer to other slots, a slot that was taken."""
    page = visit(**PHONE)
    page.goto(fair["link"])
    check(page, "agenda of a participant")
    page.set_viewport_size(NARROW)
    tab(page, "Partners")
    check(page, "partners")
    page.goto(f"{fair['link']}/meeting/{fair['asked'][0]}")
    expect(page.locator(".o_meeting_words")).to_contain_text("Rather later")
    check(page, "to answer")
    with lab.environment(site.database) as env:
        # Meanwhile somebody else is faster at every table.
        meeting = env["business.meeting"].browse(fair["asked"][0])
        slot = meeting.proposal_ids.slot_id
        for space in meeting.sponsor_id.meeting_space_ids:
            if slot not in space._get_confirmed().slot_id:
                space._close_slots(slot)
    page.get_by_role("button", name=re.compile("^Confirm")).click()
    refused = page.locator("#o_meeting_refused")
    expect(refused).to_be_focused()
    expect(refused).to_contain_text("taken")
    check(page, "taken")
    refused.get_by_role("button").first.click()
    expect(page.locator(".o_meeting_badge").first).to_contain_text("Sent")


def test_both_sides_tell_the_same(visit, fair):
    """I08, I10: two phones without scripts, one by the secret link: asked, answered by another slot, confirmed, moved,
    a message, cancelled. Both always show the same hour and say who did what; the numbers stay in sight.
    """
    page = visit()
    sign_in(page, "habitat")
    phone = PHONE | {"viewport": NARROW, "java_script_enabled": False}
    partner, guest = visit(storage_state=page.context.storage_state(), **phone), visit(**phone)

    def both(number):
        """Let both look at the meeting, and return what it is for each: state and hours."""
        told = []
        for page, pages in ((partner, fair["partner"]), (guest, fair["third_link"])):
            page.goto(f"{pages}/meeting/{number}")
            expect(page.locator(".o_meeting_counters")).to_be_in_viewport()
            hours = page.locator(".o_meeting_next_when strong")
            told.append((page.locator(".o_meeting_badge").first.inner_text(), *hours.all_inner_texts()))
        return told

    partner.goto(f"{fair['partner']}/people/{fair['third']}")
    for number in (0, 1):
        partner.locator(".o_meeting_choice label").nth(number).click()
    partner.get_by_label("What would you like to talk about?").fill("Windows")
    partner.get_by_role("button", name="Send the request").click()
    expect(partner.get_by_role("status").filter(has_text="Your request is sent")).to_be_visible()
    number = int(re.search(r"/meeting/(\d+)", partner.url)[1])
    assert both(number) == [("Sent",), ("To answer",)]
    expect(guest.locator(".o_meeting_said")).to_have_text("Windows")
    assert guest.get_by_role("button", name=re.compile("^Confirm")).count() == 2
    guest.locator("summary", has_text="Propose other slots").click()
    guest.locator(".o_meeting_choice label").last.click()
    guest.get_by_role("button", name="Propose these slots").click()
    assert both(number) == [("To answer",), ("Sent",)]
    partner.get_by_role("button", name=re.compile("^Confirm")).click()
    (state, first), other = both(number)
    assert (state, first) == other == ("Confirmed", first)
    guest.locator("summary", has_text="Move").click()
    guest.locator(".o_meeting_more .o_meeting_slots button").first.click()
    expect(guest.get_by_role("status").filter(has_text="The meeting is moved")).to_be_visible()
    (state, moved), other = both(number)
    assert (state, moved) == other == ("Confirmed", moved)
    assert moved != first
    partner.get_by_label("Write a message").fill("See you there")
    partner.get_by_role("button", name="Send the message").click()
    both(number)
    expect(guest.locator(".o_meeting_words")).to_contain_text("See you there")
    guest.locator("summary", has_text="Cancel").click()
    guest.locator("#message_cancel").fill("My train is late")
    guest.get_by_role("button", name="Cancel the meeting").click()
    assert both(number) == [("Cancelled", moved), ("Cancelled", moved)]
    expect(guest.locator(".o_meeting_story")).to_have_text("You cancelled the meeting.")
    expect(partner.locator(".o_meeting_story")).to_contain_text("cancelled the meeting.")
    expect(partner.locator(".o_meeting_words")).to_contain_text("My train is late")
    expect(partner.get_by_role("link", name="Request another meeting")).to_be_visible()


def test_page_weight(visit, fair):
    """I07: pages for slow networks: what is our own of a page weighs less than 150 kB."""
    page = visit(**PHONE)
    page.goto(f"{fair['link']}/people")
    own = page.evaluate("() => new Blob([document.querySelector('#wrap').outerHTML]).size")
    assert own < 100_000
