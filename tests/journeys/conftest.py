"""One bank for all journeys of a file: they book different slots, so that they need no database of their own."""

import pytest

from house import lab

# Milliseconds for what a new server does the first time only, as putting its scripts together.
SLOW = 120_000


def enter_office(page, login, path):
    """Sign somebody in and open an address of the back office.

    What comes first is there as a whole before the address is asked for: a page that is left while a new server still
    puts its scripts together leaves the next one without them.
    """
    page.goto("/web/login")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", login)
    page.press("input[name=password]", "Enter")
    page.locator(".o_main_navbar").wait_for(timeout=SLOW)
    page.goto(path, wait_until="commit")


@pytest.fixture(scope="module")
def site():
    """An Odoo server on a database with the demo bank.

    Odoo's robot greets nobody: its window would open over the page whenever it is ready, on a phone over all of it.
    """
    with lab.database(demo=True) as name:
        with lab.environment(name) as env:
            env["ir.default"].set("res.users", "odoobot_state", "disabled")
            env["res.users"].with_context(active_test=False).search([]).odoobot_state = "disabled"
        with lab.servers(name) as (server,):
            yield server


@pytest.fixture
def visit(browser, site):
    """A function that opens a page of a browser that knows nobody; ``options`` are those of Playwright's context.

    Every request to another machine fails at once; an error of a script, or of the server, fails the test.
    """
    contexts, errors = [], []

    def note(response):
        if response.status >= 500:
            errors.append(f"{response.status} {response.request.method} {response.url}")

    def note_console(message):
        # Odoo catches errors of scripts, shows a window and writes them here. Answers of servers are noted above.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            errors.append(message.text)

    def open_page(**options):
        options = {
            "locale": "en-US",
            "timezone_id": "Europe/Paris",
            "viewport": {"width": 1280, "height": 800},
        } | options
        context = browser.new_context(base_url=site.url, **options)
        context.route(lambda url: not url.startswith(site.url), lambda route: route.abort())
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("response", note)
        page.on("console", note_console)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []
