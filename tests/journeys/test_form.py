"""The form with fields of all kinds in a real browser: the mortgage form of the demo bank."""

import re

import pytest
from playwright.sync_api import expect

from .test_booking_way import PHONE, check_accessible, choose_what_comes_first, follow, ready, take_a_slot, type_answers

MORTGAGE = "/en/booking/talk-about-your-mortgage"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def open_form(page, query=""):
    """Choose what comes first until a slot can be taken, and take one."""
    page.goto(MORTGAGE + query)
    choose_what_comes_first(page)
    ready(page)
    take_a_slot(page, number=-1)
    ready(page)


def file_of(name, size=0):
    return {"name": name, "mimeType": "application/pdf", "buffer": PDF + b" " * size}


@pytest.mark.parametrize("screen", [{}, PHONE], ids=["wide", "phone"])
def test_fields_of_all_kinds(visit, screen):
    """A41, A43, X06: accessible as it comes and with errors; the focus goes to what is wrong, a file is kept."""
    page = visit(**screen)
    open_form(page, "?client=joint&utm_campaign=spring")
    expect(page.get_by_role("radio", name="My partner is")).to_be_checked()
    check_accessible(page, "form")
    notice = page.get_by_label("Your latest tax notice")
    notice.set_input_files([file_of("tax notice.pdf")])
    page.get_by_label("When would you like to sign?").fill("2020-01-01")
    page.get_by_label("What is it?").select_option("A house")
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="Book this appointment").click()
    summary = page.locator("#o_booking_errors")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("link")).to_have_count(5)
    check_accessible(page, "form with errors")
    expect(page.locator(".o_booking_files")).to_contain_text("tax notice.pdf, 1 kB")
    expect(page.get_by_label("What is it?")).to_have_value(re.compile(r"\d+"))
    summary.get_by_role("link", name=re.compile("tick at most")).click()
    expect(page.get_by_role("checkbox", name="Cover of the loan")).to_be_focused()
    page.get_by_role("checkbox", name="Saving").uncheck()
    page.get_by_label("When would you like to sign?").fill("2099-01-01")
    type_answers(page, email=f"form-{len(screen)}@example.com", tel=f"06 12 34 57 0{len(screen)}")
    page.get_by_role("button", name="Book this appointment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your appointment is booked")


def test_too_big_is_told_at_once(visit):
    """A41: a file that is too big is told before it is sent, and is not sent."""
    page = visit()
    open_form(page)
    notice = page.get_by_label("Your latest tax notice")
    notice.set_input_files([file_of("big.pdf", 9_000_000)])
    expect(page.get_by_text("A file may have 8 MB here")).to_be_visible()
    assert notice.input_value() == ""
    notice.set_input_files([file_of("small.pdf")])
    expect(page.get_by_text("A file may have 8 MB here")).to_be_hidden()


def test_keyboard_alone(visit):
    """A38: options by the arrow keys and Space; Enter in a line sends the form and removes no file."""
    page = visit()
    open_form(page)
    page.get_by_role("radio").first.focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="My partner is")).to_be_checked()
    page.get_by_role("checkbox", name="Saving").focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("checkbox", name="Saving")).to_be_checked()
    page.get_by_label("Your latest tax notice").set_input_files([file_of("tax notice.pdf")])
    page.locator("[autocomplete=family-name]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#o_booking_errors")).to_be_focused()
    page.locator("[autocomplete=family-name]").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".o_booking_files")).to_contain_text("tax notice.pdf")


def test_without_scripts(visit):
    """A38, A41: files are kept, taken back and sent without JavaScript."""
    page = visit(java_script_enabled=False)
    page.goto(MORTGAGE)
    choose_what_comes_first(page)
    take_a_slot(page, number=-1)
    page.get_by_label("Your latest tax notice").set_input_files([file_of("tax notice.pdf")])
    follow(page.get_by_role("button", name="Book this appointment"))
    expect(page.locator(".o_booking_files")).to_contain_text("tax notice.pdf")
    page.get_by_role("checkbox", name="Remove").check()
    follow(page.get_by_role("button", name="Book this appointment"))
    expect(page.locator(".o_booking_files")).to_have_count(0)
    type_answers(page, email="plain@example.com", tel="06 12 34 58 00")
    page.get_by_role("button", name="Book this appointment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your appointment is booked")
