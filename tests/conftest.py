"""Fixtures for tests that need a real server, a real browser or a real mail peer.

They import what they need when they are used, so that tests of pure code run where none of it is installed.
"""

import pytest
from hypothesis import HealthCheck, settings

from house import lab

# How long an example takes says how busy the machine is, not whether the code is right.
settings.register_profile("busy machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy machine")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Tell what the pages of the browser showed when a test failed: nobody can look at them afterwards."""
    report = yield
    if report.failed and (browser := item.funcargs.get("browser")):
        for page in (page for context in browser.contexts for page in context.pages):
            report.sections.append((f"Page {page.url}", _get_text(page)))
    return report


def _get_text(page):
    from playwright.sync_api import Error

    try:
        return page.locator("body").inner_text(timeout=5_000)
    except Error as error:
        return f"It does not answer: {error.message}"


@pytest.fixture
def odoo_database():
    """The name of a fresh database with the addons and their demo data."""
    with lab.database(demo=True) as name:
        yield name


@pytest.fixture
def odoo_server(odoo_database, smtp_peer):
    """An Odoo server process on ``odoo_database``: ``url``, ``port``, ``start()``, ``stop()``, ``kill()``, ``log``."""
    with lab.servers(odoo_database, smtp_port=smtp_peer.port) as (server,):
        yield server


@pytest.fixture
def odoo_servers(odoo_database, smtp_peer):
    """Two server processes on ``odoo_database``."""
    with lab.servers(odoo_database, count=2, smtp_port=smtp_peer.port) as pair:
        yield pair


@pytest.fixture(scope="module")
def servers():
    """Two server processes on one database for all tests of a file. None of them runs scheduled actions.

    Starting them takes longer than most tests: where each test opens a bank of its own, they can share them.
    """
    with lab.database(demo=True) as name, lab.servers(name, count=2, arguments=["--max-cron-threads=0"]) as pair:
        yield pair


@pytest.fixture
def pg_dsn(odoo_database):
    """How psycopg2 reaches ``odoo_database``."""
    return lab.dsn(odoo_database)


@pytest.fixture
def connect(odoo_database):
    """A function that opens a connection to ``odoo_database``; all are closed at the end."""
    connections = []

    def open_connection():
        connections.append(lab.connect(odoo_database))
        return connections[-1]

    yield open_connection
    for connection in connections:
        connection.close()


@pytest.fixture
def smtp_peer():
    """A mail server: ``port``, and ``messages``, what it was sent as ``email.message.EmailMessage``, oldest first."""
    from house.smtp_peer import SmtpPeer

    with SmtpPeer() as peer:
        yield peer


@pytest.fixture(scope="session")
def chromium_path():
    """The browser's program; without one the test is skipped."""
    return lab.chromium() or pytest.skip("Chromium is not installed.")


@pytest.fixture(scope="module")
def browser(chromium_path):
    """Playwright's browser. Not one for all: Odoo's test cases end what was started before them."""
    from playwright.sync_api import sync_playwright

    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path,
            args=["--no-sandbox", "--disable-gpu", "--no-first-run", *quiet],
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser, odoo_server):
    """A page of a browser that knows nobody: relative addresses lead to ``odoo_server``."""
    with browser.new_context(base_url=odoo_server.url, locale="en-US") as context:
        yield context.new_page()
