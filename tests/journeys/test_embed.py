"""The booking pages inside a foreign site: on another origin, where no cookie of ours arrives."""

import http.server
import re
import threading
from html import escape

import pytest
from playwright.sync_api import expect

from house import lab

from .test_booking_way import PHONE, type_answers

# A page in a frame is not waited for as one that a test goes to.
expect.set_options(timeout=20_000)


class ForeignSite:
    """A web site of somebody else with one page, on a host of its own."""

    def __init__(self, body):
        page = f"<!DOCTYPE html><html lang='en'><title>Elsewhere</title><h1>Elsewhere</h1>{body}</html>".encode()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(page)

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("localhost", 0), Handler)
        self.url = f"http://localhost:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def elsewhere(site):
    """A function that opens a foreign site which shows a type in a frame; ``allowed``: whether it may."""
    opened = []

    def open_site(slug, allowed=True):
        with lab.environment(site.database) as env:
            booking_type = env["booking.type"].search([("slug", "=", slug)])
            code = booking_type._get_embed_code().replace(escape(booking_type.get_base_url()), site.url)
            foreign = ForeignSite(code)
            opened.append(foreign)
            env["website"].search([]).booking_embed_origins = foreign.url if allowed else "https://www.example.com"
        return foreign.url

    yield open_site
    for foreign in opened:
        foreign.close()


@pytest.fixture
def look(browser, site):
    """A function that opens a page of a foreign site, and returns it and its frame."""
    contexts, errors = [], []

    def open_page(url, **options):
        context = browser.new_context(**{"locale": "en-US", "timezone_id": "Europe/Paris"} | options)
        contexts.append(context)
        near = re.compile(r"http://(127\.0\.0\.1|localhost):")
        context.route(lambda url: not near.match(url), lambda route: route.abort())
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(url)
        return page, page.frame_locator("iframe")

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


def choose_in(frame):
    """Go to the week of slots by the first of each choice."""
    for _step in range(3):
        expect(frame.locator("h2.o_booking_question")).to_be_visible()
        if frame.locator(".o_booking_calendar").count():
            return
        question = frame.locator("h2.o_booking_question").inner_text()
        frame.locator("a.o_booking_choice").first.click()
        expect(frame.locator("h2.o_booking_question")).not_to_have_text(question)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_books_inside_a_foreign_site(site, elsewhere, look, scripts):
    """A06: a visitor of a foreign site chooses, corrects the form and books inside the frame, without any cookie."""
    page, frame = look(elsewhere("open-an-account"), java_script_enabled=scripts)
    assert page.context.pages == [page]
    choose_in(frame)
    expect(frame.locator("header#top, footer#bottom")).to_have_count(0)
    if scripts:
        page.wait_for_timeout(1500)
        title = frame.locator(".o_booking_week_title")
        first = title.inner_text()
        frame.get_by_role("link", name="Next week").click()
        expect(title).not_to_have_text(first)
    frame.locator(".o_booking_slot:visible").first.click()
    expect(frame.get_by_role("heading", name="Your details", level=2)).to_be_visible()
    type_answers(frame, email="no address")
    frame.get_by_role("button", name="Book this appointment").click()
    expect(frame.locator("#o_booking_errors")).to_contain_text("name@example.com")
    type_answers(frame, email=f"frame-{scripts}@example.com", tel="06 12 34 56 0" + ("1" if scripts else "2"))
    frame.get_by_role("button", name="Book this appointment").click()
    expect(frame.get_by_role("heading", level=1)).to_have_text("Your appointment is booked")
    assert "/booking/embed/appointment/" in page.frames[1].url
    with page.expect_download():
        frame.get_by_role("link", name="Calendar file (.ics)").click()
    assert [cookie for cookie in page.context.cookies(site.url) if cookie["name"] == "session_id"] == []


def test_a_second_slot_replaces_the_first(site, elsewhere, look):
    """A31, A06: inside the frame, too, one person holds one slot, and can give it back."""
    page, frame = look(elsewhere("cash-desk"), **PHONE)
    choose_in(frame)
    frame.locator(".o_booking_slot:visible").first.click()
    expect(frame.get_by_role("heading", name="Your details", level=2)).to_be_visible()
    frame.get_by_role("button", name="Choose another slot").click()
    expect(frame.locator(".o_booking_calendar")).to_be_visible()
    frame.locator(".o_booking_slot:visible").nth(1).click()
    expect(frame.get_by_role("heading", name="Your details", level=2)).to_be_visible()
    key = re.search(r"ticket=([\w-]{32})\.", page.frames[1].url)[1]
    with lab.environment(site.database) as env:
        assert env["booking.appointment"].search_count([("visitor_key", "=", key), ("state", "=", "hold")]) == 1


def test_refused_on_other_sites(elsewhere, look):
    """A06: a site that was not allowed shows nothing: the browser refuses the frame."""
    page, _frame = look(elsewhere("cash-desk", allowed=False))
    patience = 300
    while not page.frames[1].url and (patience := patience - 1):
        page.wait_for_timeout(100)
    assert page.frames[1].url.startswith("chrome-error:")


def test_json_from_a_foreign_site(site, elsewhere, look):
    """A17: a script of any site reads the free slots, by the rules that browsers keep."""
    page, _frame = look(elsewhere("cash-desk", allowed=False))
    found = page.evaluate(
        """async (url) => {
            const first = await fetch(url);
            const body = await first.json();
            return {status: first.status, type: body.type, count: body.slots.length};
        }""",
        f"{site.url}/booking/api/v1/types/cash-desk/slots",
    )
    assert found["status"] == 200
    assert found["type"] == "cash-desk"
    assert found["count"] > 0
    with lab.connect(site.database) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM booking_rate_limit WHERE deed = 'api'")
        assert cursor.fetchone() == (1,), "counted, though the request itself may only read"


def test_account_is_asked_for_on_our_own_page(elsewhere, look):
    """A32, A06: nobody types a password in a frame: a link opens the page of our own in a tab."""
    page, frame = look(elsewhere("insurance-by-phone"))
    expect(frame.locator("input[type=password], .o_booking_slot")).to_have_count(0)
    with page.expect_popup() as popup:
        frame.get_by_role("link", name=re.compile("Choose a slot")).click()
    assert popup.value.url.endswith("/booking/insurance-by-phone")
    assert popup.value.evaluate("window.opener") is None


@pytest.mark.parametrize("options", [{}, PHONE], ids=["wide", "phone"])
def test_accessible_inside_a_foreign_site(elsewhere, look, options):
    """X06: axe-core finds nothing inside the frame, and nothing is wider than it."""
    from axe_playwright_python.sync_playwright import Axe

    page, frame = look(elsewhere("open-an-account"), **options)

    def check(name):
        page.wait_for_load_state("networkidle")
        found = Axe().run(page.frames[1], context="#wrap").response["violations"]
        assert [(name, entry["id"], entry["nodes"][0]["html"]) for entry in found] == []
        assert page.frames[1].evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is too wide"

    check("reason")
    choose_in(frame)
    check("slots")
    frame.locator(".o_booking_slot:visible").first.click()
    expect(frame.get_by_role("heading", name="Your details", level=2)).to_be_visible()
    check("form")
