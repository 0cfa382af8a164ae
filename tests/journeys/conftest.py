"""One bank for all journeys of a file: they book different slots, so that they need no database of their own."""

import pytest

from house import lab

# Milliseconds for what a new server does the first time only, as putting its scripts together.
SLOW = 120_000


@pytest.fixture(scope="module")
def site():
    """An Odoo server on a database with the demo bank."""
    with lab.database(demo=True) as name, lab.servers(name) as (server,):
        yield server


@pytest.fixture
def visit(browser, site):
    """A function that opens a page of a browser that knows nobody; ``options`` are those of Playwright's context.

    Every request to another machine fails at once; an error of a script fails the test.
    """
    contexts, errors = [], []

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
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []
