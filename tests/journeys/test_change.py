"""Moving and cancelling an appointment, and the account page, in a real browser on the demo bank."""

import re

import pytest
from playwright.sync_api import expect

from .test_booking_way import PHONE, check_accessible, choose_what_comes_first, ready, take_a_slot, type_answers

MORTGAGE = "/en/booking/talk-about-your-mortgage"
# What has the focus, in words. While nothing has it, the whole page would answer, with every text on it.
FOCUSED = """() => {
    const element = document.activeElement;
    return element === document.body ? "" : element.innerText || element.name || "";
}"""


def heading(page):
    return page.get_by_role("heading", level=1)


def sign_in(page):
    page.goto("/web/login?redirect=/my/appointments")
    page.fill("[name=login]", "camille")
    page.fill("[name=password]", "camille")
    page.locator(".oe_login_form button[type=submit]").click()
    page.wait_for_url("**/my/appointments")


def book(page, start="/en/booking/open-an-account"):
    """Book a slot of the week after next, and stay on the page of the appointment."""
    page.goto(start)
    choose_what_comes_first(page)
    for _week in range(2):
        title = page.locator(".o_booking_week_title").inner_text()
        page.get_by_role("link", name="Next week").click()
        expect(page.locator(".o_booking_week_title")).not_to_have_text(title)
    take_a_slot(page)
    type_answers(page)
    page.locator(".o_booking_confirm").click()
    page.wait_for_url("**/booking/appointment/**")


def test_move_and_cancel_on_a_phone_without_scripts(visit):
    """A50-A53, A38: from the confirmation page to another slot, and off, with JavaScript switched off."""
    page = visit(java_script_enabled=False, **PHONE)
    book(page)
    own = page.url
    reference = page.locator("text=/APT\\d+/").first.inner_text()
    page.get_by_role("link", name="Move my appointment").click()
    expect(page.locator(".o_booking_policy")).to_contain_text("agree on the new date first")
    page.locator(".o_booking_slot:visible").nth(1).click()
    expect(page.get_by_role("heading", name="Is the new date right?")).to_be_visible()
    page.get_by_role("button", name="Move my appointment").click()
    expect(heading(page)).to_have_text("Your appointment is moved")
    expect(page.get_by_text(reference)).to_be_visible()
    page.get_by_role("link", name="Cancel my appointment").click()
    page.get_by_label("Why do you cancel?").fill("I am ill")
    page.get_by_role("button", name="Cancel my appointment").click()
    expect(heading(page)).to_have_text("This appointment is cancelled")
    page.goto(f"{own}/move")
    expect(heading(page)).to_have_text("This appointment is already cancelled")


def test_move_to_another_agency(visit):
    """A50: the agency is changed by the link beside it; the week that follows is swapped without a new page."""
    page = visit()
    book(page)
    page.get_by_role("link", name="Move my appointment").click()
    ready(page)
    page.get_by_role("link", name="Change the agency").click()
    expect(page.get_by_role("heading", name="Which agency suits you?")).to_be_visible()
    chosen = page.locator("a.o_booking_choice").nth(1)
    name = chosen.locator(".o_booking_choice_name").inner_text()
    chosen.click()
    ready(page)
    page.evaluate("window.samePage = true")
    title = page.locator(".o_booking_week_title").inner_text()
    page.get_by_role("link", name="Next week").click()
    expect(page.locator(".o_booking_week_title")).not_to_have_text(title)
    assert page.evaluate("window.samePage"), "no page was loaded"
    page.locator(".o_booking_slot:visible").first.click()
    page.get_by_role("button", name="Move my appointment").click()
    expect(heading(page)).to_have_text("Your appointment is moved")
    expect(page.locator(".o_booking_ticket")).to_contain_text(name)


def test_by_keyboard(visit):
    """A38, A51: the two questions of a cancellation by Tab and Enter; what is missing gets the focus."""
    page = visit()
    sign_in(page)
    book(page, MORTGAGE)
    page.get_by_role("link", name="Cancel my appointment").click()
    ready(page)

    def go_to(text):
        for _step in range(80):
            page.keyboard.press("Tab")
            if re.search(text, page.evaluate(FOCUSED)):
                return
        raise AssertionError(f"the keyboard does not reach {text}")

    go_to("Cancel my appointment")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("#o_booking_errors")).to_be_focused()
    go_to("^reason$")
    page.keyboard.type("Plans have changed")
    go_to("Cancel my appointment")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(heading(page)).to_have_text("Are you sure?")
    go_to("Yes, cancel it")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(heading(page)).to_have_text("This appointment is cancelled")


@pytest.mark.parametrize("options", [{}, PHONE], ids=["wide", "phone"])
def test_accessible(visit, options):
    """X06: axe-core finds nothing on the pages of a change and of the account, at desktop and 360 px."""
    page = visit(**options)

    def check(name):
        ready(page)
        check_accessible(page, name)

    sign_in(page)
    book(page, MORTGAGE)
    own = page.url.partition("?")[0]
    check("appointment")
    page.goto(f"{own}/move")
    check("move")
    page.locator(".o_booking_slot:visible").nth(1).click()
    page.wait_for_load_state()
    check("confirm")
    page.goto(f"{own}/move?start=2000-01-01T00:00:00Z")
    check("taken")
    page.goto(f"{own}/move?start=x")
    check("damaged")
    page.goto("/my/appointments")
    check("account")
    page.goto(f"{own}/cancel")
    check("cancel")
    page.get_by_role("button", name="Cancel my appointment").click()
    check("no reason")
    page.get_by_label("Why do you cancel?").fill("I am ill")
    page.get_by_role("button", name="Cancel my appointment").click()
    expect(heading(page)).to_have_text("Are you sure?")
    check("sure")
    page.get_by_role("button", name="Yes, cancel it").click()
    expect(heading(page)).to_have_text("This appointment is cancelled")
    check("cancelled")
    page.goto(f"{own}/cancel")
    check("refused")
    page.goto("/my/appointments?filterby=cancelled")
    check("account, cancelled")
    page.goto("/my/appointments?filterby=past")
    check("account, nothing")
