"""The building blocks of the website: dropped by an administrator, looked at by a visitor."""

import re

import pytest
from playwright.sync_api import expect

from .conftest import SLOW, enter_office

EDITOR = "/odoo/action-website.website_preview?path=%2Fcontactus&enable_editor=1"


@pytest.fixture
def editor(browser, site):
    """The website's editor on a page, signed in as administrator."""
    context = browser.new_context(base_url=site.url, locale="en-US", viewport={"width": 1400, "height": 900})
    context.set_default_timeout(SLOW)
    # A style sheet whose imported font cannot be had counts as one that cannot be had.
    context.route(
        lambda url: not url.startswith(site.url),
        lambda route: route.fulfill(status=200, content_type="text/css", body=""),
    )
    page = context.new_page()
    enter_office(page, "admin", EDITOR)
    page.locator(".o_builder_sidebar_open").wait_for()
    yield page
    context.close()


def drop(editor, snippet):
    """Add a building block to the page, and return it as the editor shows it."""
    editor.locator("#snippet_groups .o_snippet[name='Appointments'] .o_snippet_thumbnail_area").click()
    dialog = editor.frame_locator(".o_add_snippet_dialog iframe")
    dialog.locator(f".o_snippet_preview_wrap[data-snippet-id='{snippet}']").click()
    page = editor.frame_locator(".o_iframe_container iframe:not(.o_ignore_in_tour)")
    block = page.locator(f".{snippet}")
    expect(block.locator(".o_booking_card").first).to_be_visible(timeout=SLOW)
    return block


def choose(editor, block, row, text):
    """Choose an option of a block in the editor's sidebar."""
    block.click(position={"x": 5, "y": 5})
    options = editor.locator(f".hb-row[data-label='{row}']")
    options.get_by_role("button").first.click()
    editor.get_by_role("menu").get_by_role("menuitem", name=text).click()


def test_blocks(visit, editor):
    """A06: an administrator drops both blocks and chooses what they show; visitors see what is free now."""
    one = drop(editor, "s_booking_type")
    choose(editor, one, "Appointment", "Cash desk")
    expect(one).to_contain_text("Cash desk", timeout=SLOW)
    editor.get_by_role("tab", name="Blocks").click()
    several = drop(editor, "s_booking_catalogue")
    choose(editor, several, "Category", "Projects and protection")
    expect(several).not_to_contain_text("Open an account", timeout=SLOW)
    editor.locator("button[data-action=save]").click()
    editor.locator(".o_builder_sidebar_open").wait_for(state="detached")

    page = visit()
    page.goto("/contactus")
    one, several = page.locator(".s_booking_type"), page.locator(".s_booking_catalogue")
    expect(one).to_contain_text("Next free date", timeout=SLOW)
    expect(one.get_by_role("heading")).to_have_text("Cash desk")
    expect(several.get_by_role("article")).to_have_count(2)
    expect(page.locator(".o_booking_snippet_link:visible")).to_have_count(0)
    one.get_by_role("link", name=re.compile("Book an appointment")).click()
    page.wait_for_url("**/booking/cash-desk")

    page = visit(java_script_enabled=False)
    page.goto("/contactus")
    expect(page.locator(".o_booking_block")).to_have_count(0)
    page.locator(".s_booking_type").get_by_role("link", name="Book an appointment").click()
    page.wait_for_url("**/booking/cash-desk")

    # A page keeps its French text until it is translated anew; what a block fetches there is in French at once.
    assert "Ouvrir un compte" in page.request.get("/fr/booking/block/catalogue").text()

    page = visit(viewport={"width": 360, "height": 740})
    page.goto("/contactus")
    expect(page.locator(".s_booking_type").get_by_role("heading")).to_have_text("Cash desk", timeout=SLOW)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
