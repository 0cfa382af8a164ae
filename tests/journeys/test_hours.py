"""Hours drawn, dragged and imported in a real browser, on the demo bank."""

import re

import pytest
from playwright.sync_api import expect

from house import places

from .conftest import enter_office

EXAMPLE = places.PROJECT / "appointment_booking" / "demo" / "hours.csv"


# The back office loads more than a page of the website.
expect.set_options(timeout=30000)


@pytest.fixture
def office(visit):
    """A function that signs somebody in, opens an address of the back office and returns the page."""

    def sign_in(login, path, **options):
        page = visit(**options)
        page.set_default_timeout(180000)
        enter_office(page, login, path)
        return page

    return sign_in


def week(page):
    """Wait for the picture, and go to a week in which the demo bank has no exceptions."""
    page.wait_for_selector(".o_booking_week_column")
    for _step in range(4):
        before = page.locator(".o_booking_period").inner_text()
        page.locator(".o_booking_next").click()
        expect(page.locator(".o_booking_period")).not_to_have_text(before)
    return page


def column(page, day):
    """The column of a day; 0 is the first."""
    return page.locator(f".o_booking_week_column[data-day='{day}']")


def drag(page, start, stop):
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + stop[0]) / 2, (start[1] + stop[1]) / 2, steps=4)
    page.mouse.move(*stop, steps=4)
    page.mouse.up()


def spans(page, day):
    """What is open on a day, as the accessible names say."""
    names = column(page, day).locator(".o_booking_open").evaluate_all("els => els.map(el => el.ariaLabel)")
    return sorted(re.search(r"\d+:\d+ [AP]M–\d+:\d+ [AP]M", name)[0] for name in names)


def hour_height(page):
    return page.locator(".o_booking_week_hour").first.evaluate("el => el.getBoundingClientRect().height")


def undo(page):
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)


def test_advisor_draws_and_drags(office):
    """A29: an advisor opens hours by dragging, moves and shortens them for one day or every week, and undoes it."""
    page = week(office("karim", "/odoo/booking-week"))
    wednesday, thursday = 3, 4
    before = spans(page, wednesday)
    assert before == ["1:30 PM–5:30 PM", "9:00 AM–12:30 PM"]
    height = hour_height(page)

    block = column(page, wednesday).locator(".o_booking_open").first
    block.scroll_into_view_if_needed()
    box = block.bounding_box()
    bottom = (box["x"] + box["width"] / 2, box["y"] + box["height"] - 4)
    drag(page, bottom, (bottom[0], bottom[1] - height))
    page.locator("[data-choice=date]").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    expect(column(page, wednesday).locator(".o_booking_closed")).to_have_count(1)
    assert spans(page, wednesday) == ["1:30 PM–5:30 PM", "9:00 AM–11:30 AM"]
    undo(page)
    expect(column(page, wednesday).locator(".o_booking_closed")).to_have_count(0)
    assert spans(page, wednesday) == before

    box = column(page, wednesday).locator(".o_booking_open").first.bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    other = column(page, thursday).bounding_box()
    drag(page, middle, (other["x"] + other["width"] / 2, middle[1] - height))
    page.locator("[data-choice=weekday]").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    assert spans(page, wednesday) == ["1:30 PM–5:30 PM"]
    assert "8:00 AM–11:30 AM" in spans(page, thursday)
    undo(page)
    expect(column(page, wednesday).locator(".o_booking_open")).to_have_count(2)

    box = column(page, wednesday).bounding_box()
    last = column(page, wednesday).locator(".o_booking_open").last.bounding_box()
    low = last["y"] + last["height"] + 4
    drag(page, (box["x"] + 60, low), (box["x"] + 60, low + height - 10))
    page.locator("[data-choice=weekly]").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    assert "5:30 PM–6:30 PM" in spans(page, wednesday)
    undo(page)
    expect(column(page, wednesday).locator(".o_booking_open")).to_have_count(2)


def test_escape_drops_what_is_dragged(office):
    """A29: Escape gives up a drag; a click without moving opens the card and not the question."""
    page = week(office("karim", "/odoo/booking-week"))
    block = column(page, 3).locator(".o_booking_open").first
    box = block.bounding_box()
    page.mouse.move(box["x"] + 50, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 50, box["y"] + 160, steps=4)
    expect(page.locator(".o_booking_drag")).to_have_count(1)
    page.keyboard.press("Escape")
    page.mouse.up()
    expect(page.locator(".o_booking_drag")).to_have_count(0)
    expect(page.locator("[data-choice]")).to_have_count(0)


def test_keyboard_alone(office):
    """A29, A38: hours are reached, closed on a date, changed in the form by keyboard alone."""
    page = week(office("karim", "/odoo/booking-week"))
    column(page, 3).locator(".o_booking_open").first.focus()
    page.keyboard.press("Enter")
    card = page.locator(".o_booking_card")
    expect(card.locator("[data-action=change]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    column(page, 3).locator(".o_booking_open").first.focus()
    page.keyboard.press("Enter")
    expect(card.locator("[data-action=change]")).to_be_focused()
    page.keyboard.press("Tab")
    expect(card.locator("[data-action=close]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(column(page, 3).locator(".o_booking_closed")).to_have_count(1)
    undo(page)
    expect(column(page, 3).locator(".o_booking_closed")).to_have_count(0)
    column(page, 3).locator(".o_booking_open").first.focus()
    page.keyboard.press("Enter")
    expect(card.locator("[data-action=change]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").locator("[name=hours_ids]")).to_be_visible()


def test_manager_and_team(office):
    """A01, A29: a manager filters by team and agency, and changes a member's hours; a foreign team is not there."""
    page = office("camille", "/odoo/booking-week")
    page.wait_for_selector(".o_booking_picker")
    page.locator(".o_booking_picker").click()
    expect(page.locator("[data-team]")).to_have_count(1)
    page.locator("[data-team]").click()
    expect(page.locator(".o_booking_week_team tbody tr")).to_have_count(5)
    page.locator("[data-filter=agency_id]").click()
    page.locator(".o-dropdown--menu").get_by_text("Bron", exact=False).first.click()
    expect(page.locator(".o_booking_week_team tbody tr")).not_to_have_count(5)
    page.get_by_role("button", name="Thomas Nguyen", exact=True).click()
    week(page)
    block = column(page, 1).locator(".o_booking_open").first
    box = block.bounding_box()
    bottom = (box["x"] + box["width"] / 2, box["y"] + box["height"] - 4)
    drag(page, bottom, (bottom[0], bottom[1] - hour_height(page)))
    page.locator("[data-choice=all]").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    assert "9:00 AM–11:30 AM" in spans(page, 1)
    assert "9:00 AM–11:30 AM" in spans(page, 2)
    undo(page)


def test_phone(office):
    """A29, X06: on a phone a tap opens the same card, and nothing is wider than the screen."""
    phone = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
    page = week(office("karim", "/odoo/booking-week", **phone))
    chip = page.locator(".o_booking_day_chip").nth(3)
    chip.click()
    expect(chip).to_have_attribute("aria-pressed", "true")
    page.locator(".o_booking_open").first.tap()
    card = page.locator(".o_booking_card")
    expect(card).to_be_visible()
    page.wait_for_timeout(500)
    box = card.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


OURS = (
    ".o_booking_entry, .o_booking_appointment_card, .o_booking_change .modal-body > *, .o_booking_change footer > *,"
    " .o_booking_desk_week, .o_booking_advisors, .o_booking_desk_own, .o_booking_desk_open, .o_booking_overview,"
    " .o_booking_quiet, .o_booking_files"
)
# What fades in has other contrasts while it does.
SETTLED = """() => Promise.all(
    document.getAnimations()
        .filter(animation => animation.effect.getComputedTiming().endTime !== Infinity)
        .map(animation => animation.finished.catch(() => null))
)"""
# What Odoo's own frame around our pages decides.
FRAME = ["region", "landmark-unique", "page-has-heading-one"]


def check_ours(page, name):
    """X06: axe-core has nothing to say of what is ours on a page of the back office."""
    from axe_playwright_python.sync_playwright import Axe

    page.evaluate(SETTLED)
    rules = {"rules": {rule: {"enabled": False} for rule in FRAME}}
    found = Axe().run(page, context=OURS, options=rules).response["violations"]
    assert [(name, entry["id"], entry["nodes"][0]["html"]) for entry in found] == []


def test_accessible(office):
    """X06, C01, C03, C05: the agenda, its cards, the question of a move, the booking window, the form, the overview."""
    page = office("camille", "/odoo/appointments")
    movable = page.locator(".fc-event.o_booking_movable").first
    page.locator(".fc-event").first.wait_for()
    if not movable.count():  # at the end of a week, what is still to come is in the next one
        page.locator(".o_calendar_button_next").click()
    movable.wait_for()
    check_ours(page, "agenda")
    movable.click()
    page.locator(".o_booking_card_pinned").wait_for()
    check_ours(page, "card")
    page.locator(".o_booking_card_pinned [data-action=move]").click()
    page.locator(".o_booking_change").wait_for()
    check_ours(page, "move")
    page.locator(".o_booking_keep").click()
    page.keyboard.press("Alt+k")
    window = page.locator(".o_booking_desk")
    window.locator("[name=type_id] input").fill("Cash desk")
    page.locator(".o-autocomplete--dropdown-item", has_text="Cash desk").first.click()
    window.locator("[name=agency_id] input").click()
    page.locator(".o-autocomplete--dropdown-item", has_text="Lyon").first.click()
    window.locator(".o_booking_desk_slot").first.click()
    expect(window.locator(".o_booking_advisors")).to_be_visible()
    check_ours(page, "window")
    page.goto("/odoo/appointment-overview")
    expect(page.locator(".o_booking_overview_chart canvas")).to_be_visible()
    check_ours(page, "overview")


def test_import(office):
    """A27: template, a wrong file with its report, the example file imported, and imported again."""
    page = office("camille", "/odoo/booking-hours-import")
    with page.expect_download() as download:
        page.locator(".o_booking_import_template").click()
    assert download.value.suggested_filename == "hours.csv"
    wrong = b"advisor;kind;weekdays;hours\nines;recurring;mon;9-12\nkarim;recurring;mon;12-9\n"
    chooser = page.locator(".o_booking_import_file")
    chooser.set_input_files({"name": "wrong.csv", "mimeType": "text/csv", "buffer": wrong})
    expect(page.locator("[data-count=wrong]")).to_have_text("2")
    expect(page.locator(".o_booking_import_run")).to_have_count(0)
    expect(page.locator(".o_booking_import_rows")).to_contain_text("Inès Fernandes")
    with page.expect_download():
        page.get_by_role("button", name="Download the report").click()
    for new, identical in ((5, 0), (0, 5)):
        page.get_by_role("button", name="Choose another file").click()
        chooser.set_input_files(EXAMPLE)
        expect(page.locator("[data-count=new]")).to_have_text(str(new))
        expect(page.locator("[data-count=identical]")).to_have_text(str(identical))
        if new:
            page.locator(".o_booking_import_run").click()
            expect(page.locator(".o_booking_import_done")).to_be_focused()
            page.get_by_role("button", name="Import another file").click()
            chooser.set_input_files(EXAMPLE)
            expect(page.locator("[data-count=wrong]")).to_have_text("0")
