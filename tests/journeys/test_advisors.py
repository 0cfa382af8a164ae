"""With whom, and why not: the choice of an advisor by a visitor, and the diagnosis by a manager, on the demo bank."""

import re

import pytest
from playwright.sync_api import expect

from .conftest import enter_office
from .test_booking_way import PHONE, ready, take_a_slot, type_answers

SLOWLY = 60000  # milliseconds: the first pages of a new server make its style sheets and scripts
MORTGAGE = "/en/booking/talk-about-your-mortgage"


def go_to_advisors(page):
    page.goto(MORTGAGE)
    page.get_by_role("link", name=re.compile("Buy a home")).click()
    expect(page.get_by_role("heading", name="Whom would you like to meet?")).to_be_visible(timeout=SLOWLY)


@pytest.mark.parametrize("options", [{}, {"java_script_enabled": False, **PHONE}], ids=["scripts", "plain-phone"])
def test_choose_an_advisor(visit, options):
    """A21, A38: the advisors with photo, words and next free date; the one chosen stays in sight to the end."""
    page = visit(**options)
    go_to_advisors(page)
    first = page.locator("a.o_booking_choice").first
    expect(first).to_contain_text("No preference")
    ines = page.locator("a.o_booking_choice", has_text="Inès Fernandes")
    expect(ines).to_contain_text("Portuguese")
    expect(ines).to_contain_text("Next free date")
    expect(ines.locator("img")).to_have_js_property("naturalWidth", 256)
    deniz = page.locator(".o_booking_choice", has_text="Deniz Yılmaz")
    expect(deniz.locator("img")).to_have_count(0)
    expect(deniz.locator(".o_booking_photo")).to_have_text("DY")
    ines.click()
    page.wait_for_url("**advisor=**")
    summary = page.get_by_role("complementary", name="Your choices")
    expect(summary).to_contain_text("Inès Fernandes")
    if not options:
        ready(page)
        summary.get_by_role("link", name="Change the advisor").click()
        page.locator("a.o_booking_choice", has_text="Julien Lefèvre").click()
        expect(summary).to_contain_text("Julien Lefèvre")
        page.go_back()
        page.locator("a.o_booking_choice", has_text="Inès Fernandes").click()
        ready(page)
    take_a_slot(page)
    expect(summary).to_contain_text("Inès Fernandes")
    type_answers(page, email=f"{len(options)}@example.com")
    page.get_by_role("button", name="Book this appointment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your appointment is booked")
    expect(page.locator(".o_booking_ticket")).to_contain_text("Inès Fernandes")


def test_no_preference_by_keyboard(visit):
    """A21, A38: without a preference, by Tab and Enter; no name is told before the booking."""
    page = visit()
    go_to_advisors(page)
    ready(page)
    page.locator(".o_booking_question").focus()
    page.keyboard.press("Tab")
    expect(page.locator("a.o_booking_any_advisor")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**advisor=any**")
    ready(page)
    take_a_slot(page, 1)
    summary = page.get_by_role("complementary", name="Your choices")
    expect(summary).to_contain_text("No preference")
    type_answers(page, email="any@example.com", tel="06 12 34 56 79")
    page.get_by_role("button", name="Book this appointment").click()
    expect(page.locator(".o_booking_ticket")).to_contain_text("Your advisor")


@pytest.mark.parametrize(("lang", "options"), [("en", {}), ("fr", PHONE)], ids=["en-wide", "fr-phone"])
def test_accessible(visit, lang, options):
    """X06: axe-core finds nothing on the page of advisors, and it is no wider than a phone of 320 px."""
    from axe_playwright_python.sync_playwright import Axe

    page = visit(**options)
    page.goto(MORTGAGE.replace("/en/", f"/{lang}/"))
    page.locator("a.o_booking_choice").first.click()
    page.locator(".o_booking_advisors").wait_for()
    ready(page)
    found = Axe().run(page, context="#wrap").response["violations"]
    assert [(entry["id"], entry["nodes"][0]["html"]) for entry in found] == []
    page.set_viewport_size({"width": 320, "height": 600})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_manager_asks_why(visit):
    """A19: from the type a manager asks about an advisor and an hour, and goes on to the next free slot."""
    page = visit()
    page.set_default_timeout(2 * SLOWLY)
    enter_office(page, "julien", "/odoo/appointment-types")
    page.get_by_role("cell", name="Talk about your mortgage").click()
    page.get_by_role("button", name="Why is there no slot?").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(re.compile("This slot is (not )?on offer"), timeout=SLOWLY)
    hour = dialog.locator("[name=hour] input")
    hour.fill("03:00")
    hour.press("Tab")
    expect(dialog.locator(".o_booking_diagnosis_no")).to_contain_text(
        "Julien Lefèvre has no booking hours then", timeout=SLOWLY
    )
    dialog.get_by_role("button", name="Ask about the next free slot").click()
    expect(dialog.locator(".o_booking_diagnosis_yes")).to_contain_text("This slot is on offer", timeout=SLOWLY)
