"""The booker's way in a real browser, on the demo bank."""

import re

import pytest
from playwright.sync_api import expect

DESK = "/en/booking/cash-desk"
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
ANSWERS = {"family-name": "Martin", "given-name": "Anne", "email": "anne.martin@example.com", "tel": "06 12 34 56 78"}


def ready(page):
    """Wait until the scripts have taken over."""
    page.wait_for_load_state("networkidle")
    page.wait_for_function("window.odoo?.loader?.modules.get('@web/session')", timeout=60000)
    page.wait_for_timeout(300)


def type_answers(page, **answers):
    for token, value in (ANSWERS | answers).items():
        field = page.locator(f"[autocomplete={token}]")
        if field.count():
            field.fill(value)


def check_accessible(page, name):
    """X06: axe-core has nothing to say of the whole page, and nothing is wider than the screen."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    assert [(name, entry["id"], entry["nodes"][0]["html"]) for entry in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is too wide"


def follow(link):
    """Click, and be on the page it leads to: until then the former one would answer what is asked next."""
    with link.page.expect_navigation():
        link.click()


def choose_what_comes_first(page):
    """Go on to the week of slots by the first of each choice."""
    calendar, choice = page.locator(".o_booking_calendar"), page.locator("a.o_booking_choice").first
    while True:
        calendar.or_(choice).first.wait_for()
        if calendar.count():
            return
        follow(choice)


def go_to_desk(page):
    """Open the week of slots of the cash desk's first agency."""
    page.goto(DESK)
    choose_what_comes_first(page)
    return page


def take_a_slot(page, number=0):
    page.locator(".o_booking_slot:visible").nth(number).click()
    page.wait_for_url("**/booking/hold/**")


def test_whole_way(visit):
    """A30-A34: from the catalogue to the confirmation; the summary fills, the calendar file can be downloaded."""
    page = visit()
    page.goto("/en/booking")
    page.get_by_role("link", name="Open an account").click()
    page.get_by_role("link", name=re.compile("Joint account")).click()
    expect(page.get_by_role("heading", name="Which agency suits you?")).to_be_visible()
    page.locator("a.o_booking_choice").first.click()
    summary = page.get_by_role("complementary", name="Your choices")
    expect(summary).to_contain_text("Joint account")
    ready(page)
    take_a_slot(page)
    expect(summary).to_contain_text(re.compile(r"\d:\d\d"))
    type_answers(page)
    page.get_by_role("button", name="Book this appointment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your appointment is booked")
    with page.expect_download() as download:
        page.get_by_role("link", name="Calendar file (.ics)").click()
    assert download.value.suggested_filename == "appointment.ics"
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your appointment is booked")


def test_keyboard_alone(visit):
    """A38: the catalogue, a week and the form by Tab, Enter and Space; the focus is always seen."""
    page = visit()
    page.goto("/en/booking")
    ready(page)

    def press(key, leads_on):
        if not leads_on:
            page.keyboard.press(key)
            return
        with page.expect_navigation():
            page.keyboard.press(key)
        ready(page)

    def go_to(text, key="Enter", leads_on=True):
        for _step in range(120):
            page.keyboard.press("Tab")
            focused = page.evaluate(
                """() => {
                    const el = document.activeElement, style = getComputedStyle(el);
                    const isDrawn = style.outlineStyle !== "none" || style.boxShadow !== "none";
                    const seen = isDrawn && el.matches(":focus-visible");
                    return [(el.ariaLabel || el.innerText || el.labels?.[0]?.innerText || "").trim(), seen];
                }"""
            )
            if re.search(text, focused[0]):
                assert focused[1], f"the focus is not seen on {focused[0]}"
                if key:
                    press(key, leads_on)
                return
        raise AssertionError(f"the keyboard does not reach {text}")

    go_to("Cash desk")
    for _step in range(2):
        if not page.locator(".o_booking_calendar").count():
            go_to("Next free date")
    go_to("Next week", leads_on=False)
    expect(page.locator(".o_booking_question")).to_be_focused()
    go_to(r"\d:\d\d")
    for label in ("Last name", "First name", "E-mail"):
        go_to(label, key=None)
        page.keyboard.type({"Last name": "Martin", "First name": "Anne"}.get(label, "anne.martin@example.com"))
    go_to("Book this appointment")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your appointment is booked")


def test_without_scripts(visit):
    """A38: the whole way with JavaScript off, on a phone."""
    page = visit(java_script_enabled=False, **PHONE)
    go_to_desk(page)
    follow(page.get_by_role("link", name="Next week"))
    chip = page.locator("a.o_booking_chip").last
    day = chip.get_attribute("data-day")
    chip.click()
    page.wait_for_url(f"**day={day}**")
    expect(page.locator("a.o_booking_chip").last).to_have_attribute("aria-current", "date")
    take_a_slot(page)
    type_answers(page, email="not an address")
    follow(page.get_by_role("button", name="Book this appointment"))
    expect(page.locator("#o_booking_errors")).to_contain_text("name@example.com")
    expect(page.locator("[autocomplete=family-name]")).to_have_value("Martin")
    type_answers(page)
    page.get_by_role("button", name="Book this appointment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your appointment is booked")


def test_week_is_swapped(visit):
    """A30: the next week comes without a new page, is announced, has its address, and "back" returns."""
    page = go_to_desk(visit())
    ready(page)
    page.evaluate("window.samePage = true")
    title = page.locator(".o_booking_week_title")
    first = title.inner_text()
    page.get_by_role("link", name="Next week").click()
    expect(title).not_to_have_text(first)
    second = title.inner_text()
    expect(page.locator(".o_booking_question")).to_be_focused()
    expect(page.locator(".o_booking_status")).to_contain_text(second)
    assert "day=" in page.url
    page.go_back()
    expect(title).to_have_text(first)
    page.go_forward()
    expect(title).to_have_text(second)
    assert page.evaluate("window.samePage"), "no page was loaded"
    page.reload()
    expect(title).to_have_text(second)


def test_lost_connection_falls_back_to_the_link(visit):
    """A30: when the next week cannot be fetched, the link is followed as if there were no script."""
    page = go_to_desk(visit())
    ready(page)
    page.evaluate("() => { window.fetch = () => Promise.reject(new TypeError()); }")
    page.get_by_role("link", name="Next week").click()
    page.wait_for_url("**day=**")
    expect(page.locator(".o_booking_week_title")).to_be_visible()


def test_visitors_own_clock(visit):
    """A30: the browser's zone is used at once, and the agency's is named; one link shows its hours."""
    page = go_to_desk(visit(timezone_id="America/New_York"))
    expect(page.locator(".o_booking_zone_note")).to_contain_text("New York time")
    expect(page.locator(".o_booking_zone_differs")).to_contain_text("Paris time")
    page.get_by_role("link", name="Show the hours of the place").click()
    expect(page.locator(".o_booking_zone_note")).to_contain_text("Paris time")
    expect(page.locator(".o_booking_zone_differs")).to_have_count(0)
    page.get_by_role("link", name="Change the time zone").click()
    page.get_by_label("Time zone").select_option("Asia/Tokyo")
    page.get_by_role("button", name="Show the hours there").click()
    expect(page.locator(".o_booking_zone_note")).to_contain_text("Tokyo time")


def test_days_of_a_phone(visit):
    """A30, A38: on a phone one day is in sight, chosen by its chip; targets are large enough for a thumb."""
    page = go_to_desk(visit(**PHONE))
    ready(page)
    chip = page.locator("a.o_booking_chip").last
    day = chip.get_attribute("data-day")
    chip.tap()
    expect(page.locator(".o_booking_day:visible")).to_have_count(1)
    expect(page.locator(".o_booking_day:visible")).to_have_attribute("data-day", day)
    assert day in page.url
    heights = page.locator(".o_booking a:visible, .o_booking button:visible").evaluate_all(
        "all => all.map(el => [el.innerText, el.getBoundingClientRect()]).filter(([_, box]) => box.width > 1)"
        ".map(([text, box]) => [text, Math.round(box.height)])"
    )
    assert [entry for entry in heights if entry[1] < 44] == []


def test_leaving_and_coming_back(visit):
    """A31: a page that is left gives its slot back soon; coming back takes it again."""
    page = go_to_desk(visit())
    take_a_slot(page)
    ready(page)
    left = page.locator(".o_booking_left_time")
    expect(left).to_have_text(re.compile("4:[45]"))
    form = page.url
    page.goto("/en/booking")
    page.wait_for_timeout(1000)
    (seconds,) = re.findall(r'data-seconds="(\d+)"', page.request.get(form).text())
    assert int(seconds) <= 20
    page.go_back()
    expect(left).to_have_text(re.compile("4:[2345]"))


def test_time_runs_out(visit):
    """A31, A38: at two minutes a notice, told once; at the end the same slot again, and what was typed is kept."""
    page = visit()
    page.clock.install()
    go_to_desk(page)
    take_a_slot(page, 1)
    ready(page)
    expect(page.locator(".o_booking_left_time")).to_have_text(re.compile("4:"))
    type_answers(page)
    page.clock.fast_forward("03:15")
    expect(page.locator(".o_booking_soon")).to_be_visible()
    expect(page.locator(".o_booking_status")).to_have_text("Less than two minutes left")
    page.get_by_role("button", name="Keep it longer").click()
    expect(page.get_by_text("The slot is kept for you again.")).to_be_visible()
    expect(page.locator("[autocomplete=family-name]")).to_have_value("Martin")
    ready(page)
    page.clock.fast_forward("06:00")
    expect(page.locator(".o_booking_over")).to_be_visible()
    expect(page.get_by_role("button", name="Book this appointment")).to_be_disabled()
    page.get_by_role("button", name="Take the same slot again").click()
    expect(page.get_by_text("The slot is kept for you again.")).to_be_visible()
    page.get_by_role("button", name="Book this appointment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your appointment is booked")


def test_mistakes(visit):
    """A43: the focus goes to the summary of mistakes, whose links lead to the fields."""
    page = go_to_desk(visit())
    take_a_slot(page, 2)
    ready(page)
    page.get_by_role("button", name="Book this appointment").click()
    summary = page.locator("#o_booking_errors")
    expect(summary).to_be_focused()
    summary.get_by_role("link").first.click()
    expect(page.locator("[autocomplete=family-name]")).to_be_focused()


@pytest.mark.parametrize(("lang", "options"), [("en", {}), ("fr", PHONE)], ids=["en-wide", "fr-phone"])
def test_accessible(visit, lang, options):
    """X06: axe-core finds nothing on any page of the way, header and footer included, at desktop and 360 px."""
    page = visit(locale={"en": "en-US", "fr": "fr-FR"}[lang], **options)

    def check(name):
        ready(page)
        check_accessible(page, name)

    page.goto(f"/{lang}/booking")
    check("catalogue")
    page.goto(f"/{lang}/booking/open-an-account")
    check("reason")
    follow(page.locator("a.o_booking_choice").first)
    check("agency")
    follow(page.locator("a.o_booking_choice").first)
    check("slots")
    slots = page.url
    page.goto(f"{slots}&change=zone")
    check("zone")
    page.goto(f"{slots}&tz=America/New_York")
    check("other zone")
    page.goto(f"{slots}&day=x")
    check("bad link")
    page.goto(f"/{lang}/booking/nothing")
    check("not found")
    page.goto(slots)
    page.locator(".o_booking_waiting_link a").click()
    check("waiting list")
    page.locator("#w_part_hours").check()
    page.locator(".o_booking_confirm").click()
    expect(page.locator("#o_booking_errors")).to_be_focused()
    check("waiting list, mistakes")
    page.locator("#w_part_any").check()
    page.locator("#w_name").fill("Eve")
    page.locator("#w_email").fill("eve@example.com")
    page.locator(".o_booking_confirm").click()
    expect(page.locator("#o_booking_offers")).to_be_focused()
    check("waiting list, slots that suit")
    page.locator(".o_booking_confirm").click()
    page.wait_for_url("**sent=1")
    check("waiting list, to be confirmed")
    page.goto(slots)
    ready(page)
    take_a_slot(page)
    check("form")
    page.locator(".o_booking_confirm").click()
    check("mistakes")
    type_answers(page)
    for box in page.locator("input[type=checkbox][required]").all():
        box.check()
    page.locator(".o_booking_confirm").click()
    page.wait_for_url("**/booking/appointment/**")
    check("confirmation")


def test_narrow_and_enlarged(visit):
    """A38: at 320 px, or enlarged four times, nothing needs scrolling sideways."""
    page = go_to_desk(visit(viewport={"width": 320, "height": 600}))
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    take_a_slot(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_page_weight(visit):
    """A30: the page of a week is light: scripts only replace what changes."""
    page = go_to_desk(visit())
    response = page.reload()
    assert len(response.body()) < 150_000
