"""Finding the agency in a real browser, on the demo bank, with a geocoder and a tile server of the tests' own."""

import re
import time

import pytest
from playwright.sync_api import expect

from odoo.addons.appointment_booking.tests.geocoder_peer import GeocoderPeer

from house import lab
from tests.tiles import TilePeer

WAY = "/en/booking/open-an-account"
SECTOR = "/en/booking/meet-your-local-advisor"
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


@pytest.fixture(scope="module")
def peers():
    with GeocoderPeer() as geocoder, TilePeer() as tiles:
        yield geocoder, tiles


@pytest.fixture(scope="module")
def site(peers):
    """The demo bank, which knows the tests' geocoder and tiles."""
    geocoder, tiles = peers
    with lab.database(demo=True) as name:
        with lab.environment(name) as env:
            parameters = env["ir.config_parameter"]
            parameters.set_param("appointment_booking.geocoder_url", geocoder.url)
            parameters.set_param("leaflet.tile_url", tiles.url)
            bank = env["booking.type"].search([("slug", "=", "open-an-account")])
            bank.reason_ids.active = False
            bank.filter_departments = True
            bank.agency_ids[2].department = "38"
        with lab.servers(name) as (server,):
            yield server


@pytest.fixture
def visit(browser, site, peers):
    """A function that opens a page of a new browser, which reaches the site and the tiles only."""
    contexts, errors = [], []
    allowed = (site.url, peers[1].origin)

    def open_page(**options):
        options = {
            "locale": "en-US",
            "timezone_id": "Europe/Paris",
            "viewport": {"width": 1280, "height": 900},
        } | options
        context = browser.new_context(base_url=site.url, **options)
        context.route(lambda url: not url.startswith(allowed), lambda route: route.abort())
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    geocoder, tiles = peers
    geocoder.mode, tiles.broken = "fine", False
    tiles.served.clear()
    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


def ready(page):
    page.wait_for_load_state("networkidle")
    page.wait_for_function("window.odoo?.loader?.modules.get('@web/session')", timeout=60000)
    page.wait_for_timeout(300)


def markers(page):
    return page.locator(".leaflet-marker-icon")


def entry(page, name):
    return page.locator(".o_booking_choices > li", has_text=name)


def test_map_and_list(visit, peers):
    """A14: the map shows the agencies of the list; what is chosen on one is marked on the other."""
    page = visit()
    page.goto(WAY)
    expect(markers(page)).to_have_count(3, timeout=30000)
    expect(page.locator(".o_booking_map_toggle")).to_be_hidden()
    page.wait_for_function("() => document.querySelectorAll('.leaflet-tile-loaded').length > 0")
    assert all(re.fullmatch(r"/\d+/\d+/\d+\.png", path) for path in peers[1].served)
    expect(page.locator(".leaflet-control-attribution")).to_contain_text("OpenStreetMap")
    page.get_by_role("button", name="Bron", exact=True).click()
    expect(entry(page, "Bron")).to_have_class(re.compile("o_booking_choice_on"))
    expect(entry(page, "Bron").locator("a")).to_be_focused()
    entry(page, "Villeurbanne").locator("a").focus()
    expect(page.get_by_role("button", name="Villeurbanne", exact=True)).to_have_class(re.compile("o_booking_marker_on"))
    expect(entry(page, "Bron")).not_to_have_class(re.compile("o_booking_choice_on"))
    entry(page, "Lyon").hover()
    expect(page.get_by_role("button", name="Lyon Presqu’île")).to_have_class(re.compile("o_booking_marker_on"))


def test_map_by_keyboard(visit):
    """A14, A38: markers are reached by Tab and chosen by Enter, which leads to the entry of the list."""
    page = visit()
    page.goto(WAY)
    expect(markers(page)).to_have_count(3, timeout=30000)
    page.get_by_role("button", name="Bron", exact=True).focus()
    page.keyboard.press("Enter")
    expect(entry(page, "Bron").locator("a")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".o_booking_calendar")).to_be_visible()
    expect(page.get_by_role("complementary", name="Your choices")).to_contain_text("Bron")


def test_library_is_fetched_for_the_map_only(visit):
    """A14: pages without a map do not fetch its library, nor does a phone before the map is asked for."""
    page = visit(**PHONE)
    fetched = []
    page.on("request", lambda request: fetched.append(request.url) if "assets_map" in request.url else None)
    page.goto(SECTOR)
    ready(page)
    page.goto(WAY)
    ready(page)
    assert fetched == []
    expect(markers(page)).to_have_count(0)
    page.get_by_role("button", name="Show the map").tap()
    expect(markers(page)).to_have_count(3, timeout=30000)
    assert fetched
    box, first = page.locator(".o_booking_map").bounding_box(), entry(page, "Lyon").bounding_box()
    assert box["y"] + box["height"] <= first["y"], "the map opens above the list"
    page.get_by_role("button", name="Hide the map").tap()
    expect(page.locator(".o_booking_map")).to_be_hidden()


def test_typed_place(visit):
    """A14: the nearest agencies to an address, with the distance, on the list and on the map."""
    page = visit()
    page.goto(WAY)
    page.get_by_label("Address, postcode or town").fill("69100")
    page.get_by_role("button", name="Show agencies").click()
    expect(page.get_by_text("Nearest to “69100” first")).to_be_visible()
    names = page.locator(".o_booking_choice_name").all_inner_texts()
    assert names == ["Villeurbanne", "Bron", "Lyon Presqu’île"]
    expect(entry(page, "Villeurbanne")).to_contain_text("km away")
    expect(markers(page)).to_have_count(3, timeout=30000)
    page.get_by_role("link", name="Show the whole list").click()
    expect(page.locator(".o_booking_choice_name").first).to_have_text("Lyon Presqu’île")


def test_shared_position(visit):
    """A14: the position is told no more exactly than to a kilometre, and only when the button is pressed."""
    page = visit(geolocation={"latitude": 45.735512, "longitude": 4.912345}, permissions=["geolocation"])
    page.goto(WAY)
    ready(page)
    assert "at=" not in page.url
    page.get_by_role("button", name="Use my position").click()
    page.wait_for_url("**at=45.74*")
    assert "at=45.74%2C4.91" in page.url
    assert "45.7355" not in page.content()
    expect(page.locator(".o_booking_choice_name").first).to_have_text("Bron")
    page.locator("a.o_booking_choice").first.click()
    expect(page.locator(".o_booking_calendar")).to_be_visible()


def test_position_refused(visit):
    """A14: where the browser does not tell it, words say so, and the field is ready."""
    page = visit()
    page.goto(WAY)
    ready(page)
    page.get_by_role("button", name="Use my position").click()
    expect(page.locator(".o_booking_position_failed")).to_be_visible(timeout=15000)
    expect(page.get_by_label("Address, postcode or town")).to_be_focused()
    expect(page.locator(".o_booking_status")).to_contain_text("Your position is not known")


def test_nothing_reachable(visit, peers):
    """A14: with neither tiles nor geocoder the list works, and words say what does not."""
    geocoder, tiles = peers
    geocoder.mode, tiles.broken = "broken", True
    page = visit()
    geocoder.mode, tiles.broken = "broken", True
    page.goto(WAY)
    expect(page.get_by_text("The map cannot be shown at the moment.")).to_be_visible(timeout=30000)
    expect(page.locator(".o_booking_map")).to_be_hidden()
    page.get_by_label("Address, postcode or town").fill("Bron centre")
    page.get_by_role("button", name="Show agencies").click()
    expect(page.locator(".o_booking_places_notice")).to_contain_text("Addresses cannot be looked up at the moment.")
    page.locator("a.o_booking_choice").first.click()
    expect(page.locator(".o_booking_calendar")).to_be_visible()


@pytest.mark.parametrize("mode", ["slow", "drip"])
def test_slow_geocoder(visit, peers, mode, site):
    """A14: a geocoder that does not answer, or lets its answer drip, keeps a visitor for some seconds at most."""
    page = visit(java_script_enabled=False)
    peers[0].mode = mode
    time.sleep(31 if mode == "drip" else 0)  # after a failure it is left in peace for half a minute
    start = time.monotonic()
    page.goto(f"{WAY}?near=69100+{mode}")
    assert time.monotonic() - start < 15
    expect(page.locator("a.o_booking_choice").first).to_be_visible()
    expect(page.locator(".o_booking_places_notice")).to_contain_text("cannot be looked up")


def test_without_scripts(visit):
    """A12, A14, A38: search, department and choice with JavaScript off; there is no empty frame for a map."""
    page = visit(java_script_enabled=False, **PHONE)
    page.goto(WAY)
    expect(page.locator(".o_booking_map")).to_be_hidden()
    expect(page.locator(".o_booking_map_toggle")).to_be_hidden()
    expect(page.get_by_role("button", name="Use my position")).to_be_hidden()
    page.get_by_label("Department").select_option("38")
    page.get_by_role("button", name="Show agencies").click()
    expect(page.locator(".o_booking_choice_name")).to_have_text(["Bron"])
    page.get_by_label("Department").select_option("")
    page.get_by_label("Address, postcode or town").fill("villeurbanne")
    page.get_by_role("button", name="Show agencies").click()
    expect(page.locator(".o_booking_choice_name").first).to_have_text("Villeurbanne")
    page.locator("a.o_booking_choice").first.click()
    expect(page.locator(".o_booking_slot").first).to_be_attached()


def test_postcode_first(visit):
    """A15, A16, A43: a wrong postcode is mended, the right one leads to its agency; an unserved one to all."""
    page = visit(**PHONE)
    page.goto("/en/booking")
    page.get_by_role("link", name="Meet your local advisor").tap()
    field = page.get_by_label("Your postcode")
    field.fill("Lyon")
    page.get_by_role("button", name="Continue").tap()
    expect(page.locator("#o_booking_postcode_error")).to_be_visible()
    expect(field).to_have_value("Lyon")
    expect(field).to_be_focused()
    field.fill("69 100")
    page.keyboard.press("Enter")
    expect(page.locator(".o_booking_calendar")).to_be_visible()
    summary = page.get_by_role("complementary", name="Your choices")
    expect(summary).to_contain_text("Villeurbanne")
    summary.locator("summary").tap()
    summary.get_by_role("link", name="Change the postcode").tap()
    field.fill("13001")
    page.keyboard.press("Enter")
    expect(page.locator(".o_booking_unserved")).to_be_visible()
    expect(page.locator("a.o_booking_choice")).to_have_count(3)


@pytest.mark.parametrize("options", [{}, PHONE], ids=["wide", "phone"])
def test_accessible(visit, peers, options):
    """X06: axe-core finds nothing on the pages, map included; nothing is wider than the screen or too small to tap."""
    from axe_playwright_python.sync_playwright import Axe

    page = visit(**options)

    def check(name):
        ready(page)
        found = Axe().run(page, context="#wrap").response["violations"]
        assert [(name, found_one["id"], found_one["nodes"][0]["html"]) for found_one in found] == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is too wide"
        small = page.locator(".o_booking a:visible, .o_booking button:visible").evaluate_all(
            "all => all.map(el => [el.innerText, el.getBoundingClientRect()])"
            ".filter(([text, box]) => box.width > 1 && box.height < 43.5).map(([text, box]) => [text, box.height])"
        )
        assert [one for one in small if "OpenStreetMap" not in one[0]] == [] or not options, name

    page.goto(WAY)
    if options:
        page.get_by_role("button", name="Show the map").tap()
    expect(markers(page)).to_have_count(3, timeout=30000)
    check("map")
    page.goto(f"{WAY}?near=69100&department=69")
    check("nearest")
    page.goto(SECTOR)
    check("postcode")
    page.goto(f"{SECTOR}?postcode=x")
    check("wrong postcode")
    page.goto(f"{SECTOR}?postcode=13001")
    check("not served")
    peers[1].broken = True
    page.goto(WAY)
    if options:
        page.get_by_role("button", name="Show the map").tap()
    expect(page.locator(".o_booking_map_failed")).to_be_visible(timeout=30000)
    check("no tiles")


def test_narrow(visit):
    """A38: at 320 px nothing needs scrolling sideways."""
    page = visit(viewport={"width": 320, "height": 600})
    for path in (WAY, f"{WAY}?near=69100", SECTOR, f"{SECTOR}?postcode=13001"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
