"""A fair as its organiser sees it: set up from nothing, watched, and helped along, in a real browser."""

import csv
import re
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from house import lab

from .conftest import SLOW, enter_office

OURS = "appointment_business_meeting"
WIDE = {"width": 1366, "height": 900}
LOGIN = "fair.organiser"
EVENTS = "/odoo/action-event.action_event_view"
# Kept once the browser has drawn what it got.
DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 100))))"


def choose(where, field, text):
    """Choose a record in a field by a part of its name."""
    box = where.locator(f"[name={field}] input").first
    box.fill(text)
    where.page.locator(".o-autocomplete--dropdown-item", has_text=text).first.click()


def write(where, field, value):
    box = where.locator(f"[name={field}] input").first
    box.fill(value)
    box.press("Tab")


def open_event(page, login, event_id):
    """The page of an event's form that is about meetings, by its address: the list of events is Odoo's own."""
    enter_office(page, login, f"{EVENTS}/{event_id}")
    back_to_meetings(page)


def back_to_meetings(page):
    page.get_by_role("tab", name="Business meetings").click()
    return page.locator(".o_form_view")


def press(where, name):
    where.get_by_role("button", name=name, exact=True).click()


def window(page, button):
    """The window over the page that holds a button."""
    dialog = page.get_by_role("dialog").filter(has=page.get_by_role("button", name=button))
    dialog.wait_for()
    return dialog


def finish(dialog, name):
    """Press a button of a window, and wait until what lies beneath is there again."""
    press(dialog, name)
    expect(dialog.page.get_by_role("dialog")).to_have_count(0, timeout=SLOW)


def save(page):
    page.locator(".o_form_button_save").click()
    expect(page.locator(".o_form_button_save")).to_be_hidden()


def go_back(page, name):
    """Back to the event, as it is now.

    Odoo shows it as it was first, from its cache: a window that is opened over that page cannot save.
    """
    with page.expect_response(re.compile(r"/event\.event/web_read")):
        page.locator(".o_breadcrumb").get_by_role("link", name=name).first.click()
    page.evaluate(DRAWN)


@pytest.fixture(scope="module")
def organiser(site):
    """Somebody who may organise business meetings, and no more of events than that."""
    with lab.environment(site.database) as env:
        groups = env.ref(f"{OURS}.group_meeting_manager") | env.ref("base.group_allow_export")
        env["res.users"].create(
            {
                "name": "Odile Granger",
                "login": LOGIN,
                "password": LOGIN,
                "email": "odile@example.com",
                "tz": "Europe/Paris",
                "group_ids": [(4, group.id) for group in groups],
            }
        )
    return LOGIN


@pytest.fixture(scope="module")
def trades(site):
    """An event in three weeks with exhibitors and participants: nothing is said about meetings yet."""
    day = date.today() + timedelta(days=21)
    with lab.environment(site.database) as env:
        event = env["event.event"].create(
            {
                "name": "Trades fair",
                "date_begin": f"{day} 08:00:00",
                "date_end": f"{day + timedelta(days=1)} 16:00:00",
                "date_tz": "Europe/Paris",
                "event_mail_ids": [],
            }
        )
        gold = env.ref("website_event_exhibitor.event_sponsor_type3")
        bronze = env.ref("website_event_exhibitor.event_sponsor_type1")
        for name, level, people in (
            ("Ateliers Roux", gold, ("Lise Roux", "Marc Roux")),
            ("Forge Blanc", bronze, ("Ida Blanc",)),
            ("Verrerie Noir", bronze, ()),
        ):
            company = env["res.partner"].create({"name": name, "is_company": True, "email": "us@example.com"})
            for person in people:
                env["res.partner"].create({"name": person, "parent_id": company.id, "email": "me@example.com"})
            env["event.sponsor"].create(
                {
                    "event_id": event.id,
                    "partner_id": company.id,
                    "sponsor_type_id": level.id,
                    "exhibitor_type": "exhibitor",
                }
            )
        for name in ("Ana Sol", "Ben Luna", "Cleo Mar"):
            mail = f"{name[:3].strip().lower()}@example.org"
            env["event.registration"].create({"event_id": event.id, "name": name, "email": mail, "state": "open"})
        env["event.registration"].create(
            {"event_id": event.id, "name": "Dora Gone", "email": "dora@example.org", "state": "cancel"}
        )
        return SimpleNamespace(id=event.id, name=event.name)


def test_set_up(visit, site, organiser, trades):
    """I01-I06, 002: the form of the event leads from nothing to slots, spaces, a rule, quotas and e-mails."""
    page = visit(viewport=WIDE)
    page.set_default_timeout(SLOW)
    open_event(page, organiser, trades.id)
    form = page.locator(".o_form_view")
    expect(form.get_by_role("button", name="Slot grid", exact=True)).to_have_count(0)
    form.locator("[name=meeting_enabled] input").check()
    warning = form.locator(".alert-warning")
    expect(warning).to_contain_text("The slot grid is empty")

    press(form, "Slot grid")
    press(page, "Add in bulk")
    dialog = window(page, "Add the slots")
    write(dialog, "hour_from", "10:00")
    write(dialog, "hour_to", "12:00")
    write(dialog, "minutes", "25")
    expect(dialog.get_by_role("status")).to_contain_text("Slots to add: 8, on days: 2.")
    write(dialog, "pause", "15")
    expect(dialog.get_by_role("status")).to_contain_text("Slots to add: 6, on days: 2.")
    finish(dialog, "Add the slots")
    expect(page.locator(".o_data_row")).to_have_count(6)
    expect(page.locator(".o_data_row").first).to_contain_text(re.compile(r"10:00.*10:25"))
    expect(page.locator(".o_breadcrumb")).to_have_text(re.compile(r"Trades fair\W*Slot grid\W*$"))
    expect(page.locator(".o_breadcrumb").get_by_text("Slot grid")).to_have_count(1)
    go_back(page, trades.name)

    form = back_to_meetings(page)
    expect(warning).to_contain_text("There is no matching rule")
    press(form, "Spaces")
    press(page, "Add in bulk")
    dialog = window(page, "Add the spaces")
    expect(dialog.get_by_role("status")).to_contain_text("Spaces to add: 4, for partners: 3.")
    finish(dialog, "Add the spaces")
    expect(page.locator(".o_data_row")).to_have_count(4)
    page.locator(".o_data_row", has_text="Ida Blanc").locator("[name=location]").click()
    page.locator(".o_data_row [name=location] input").fill("B7")
    page.locator(".o_list_button_save").first.click()
    expect(page.locator(".o_data_row", has_text="Ida Blanc")).to_contain_text("B7")
    go_back(page, trades.name)

    form = back_to_meetings(page)
    expect(warning).to_contain_text("There is no matching rule")
    form.locator("[name=meeting_rule_ids]").get_by_text("Add a line").click()
    dialog = window(page, "Save & Close")
    write(dialog, "name", "Bronze sees everybody")
    partners, participants = dialog.locator("[name=sponsor_domain]"), dialog.locator("[name=participant_domain]")
    expect(partners.locator(".o_field_domain_panel")).to_contain_text("3 record(s)")
    expect(participants.locator(".o_field_domain_panel")).to_contain_text("3 record(s)")
    finish(dialog, "Save & Close")
    save(page)
    expect(warning).to_be_hidden()
    press(form, "Try the rules")
    dialog = window(page, "Close")
    choose(dialog, "sponsor_id", "Forge Blanc")
    expect(dialog.get_by_role("status")).to_have_text("Forge Blanc sees 3 participants.")
    expect(dialog.locator("[name=registration_ids] .o_data_row")).to_have_count(3)
    dialog.locator("footer").get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)

    form.locator("[name=meeting_has_quota] input").check()
    write(form, "meeting_quota", "7")
    for kind in ("refused", "reminder"):
        form.locator(f"[name=meeting_mail_{kind}] input").uncheck()
    expect(page.locator(".o_form_button_save")).to_be_hidden()  # switches save at once
    press(form, "Partners")
    rows = page.locator(".o_data_row")
    expect(rows).to_have_count(3)
    expect(rows.filter(has_text="Forge Blanc")).to_contain_text("7 meetings: the event's quota.")
    rows.filter(has_text="Ateliers Roux").locator("[name=name]").click()
    form = back_to_meetings(page)
    expect(form.locator("[name=meeting_quota_note]")).to_have_text("7 meetings: the event's quota.")
    form.locator("[name=meeting_has_quota] input").check()
    write(form, "meeting_quota", "2")
    expect(form.locator("[name=meeting_quota_note]")).to_have_text("2 meetings: the partner's own quota.")
    save(page)

    with lab.environment(site.database) as env:
        event = env["event.event"].browse(trades.id)
        assert [slot.stop - slot.start for slot in event.meeting_slot_ids] == [timedelta(minutes=25)] * 6
        assert event.meeting_space_ids.filtered(lambda space: space.location == "B7").name == "Ida Blanc"
        assert event._get_meeting_mail_kinds() >= {"request", "accepted", "cancelled"}
        assert not event._get_meeting_mail_kinds() & {"refused", "reminder"}
        quotas = {sponsor.name: sponsor._get_meeting_quota() for sponsor in event.sponsor_ids}
        assert quotas["Ateliers Roux"] == (2, "partner")
        assert quotas["Verrerie Noir"] == (7, "event")


@pytest.fixture(scope="module")
def pair(site):
    """A partner and a participant of the demo fair who may meet, but have not asked each other yet."""
    with lab.environment(site.database) as env:
        sponsor = env.ref(f"{OURS}.demo_sponsor_toitures")
        found, _total = sponsor._search_meeting_participants(asked=False, limit=None)
        for registration in found:
            common = env["business.meeting"]._get_common_slots(sponsor, registration)
            if len(common) > 2:
                slots = env["business.meeting.slot"].browse([offer.slot_id for offer in common[:2]])
                slots = slots.with_context(lang="en_US")
                return SimpleNamespace(
                    event=sponsor.event_id.name,
                    event_id=sponsor.event_id.id,
                    partner=sponsor.name,
                    participant=registration.name,
                    registration_id=registration.id,
                    slots=slots.mapped("display_name"),
                )
    pytest.fail("nobody is left to meet at the demo fair")


def test_watch(visit, site, organiser, pair):
    """I13: how full slots and spaces are, what is accepted, who has no meeting yet; the list as a file."""
    with lab.environment(site.database) as env:
        mine = [("event_id", "=", pair.event_id)]
        confirmed = [*mine, ("state", "=", "confirmed")]
        count = env["business.meeting"].search_count(confirmed)
        alone = env["event.sponsor"].search_count([*mine, ("meeting_ids", "not any", confirmed)])
        ((places, taken),) = env["business.meeting.capacity"]._read_group(mine, [], ["places:sum", "taken:sum"])
        ((rate,),) = env["business.meeting.report"]._read_group(mine, [], ["accepted_rate:avg"])
    page = visit(viewport=WIDE)
    page.set_default_timeout(SLOW)
    open_event(page, organiser, pair.event_id)
    form = page.locator(".o_form_view")

    press(form, "Use of slots and spaces")
    total = page.locator(".o_pivot tbody tr").first
    expect(total.locator(".o_pivot_cell_value").nth(0)).to_have_text(str(places))
    expect(total.locator(".o_pivot_cell_value").nth(1)).to_have_text(str(taken))
    expect(total.locator(".o_pivot_cell_value").nth(2)).to_contain_text(f"{100 * taken / places:.1f}"[:-2])
    page.locator(".o_switch_view.o_graph").click()
    page.locator(".o_graph_canvas_container canvas").wait_for()
    go_back(page, pair.event)
    form = back_to_meetings(page)
    press(form, "Requests and outcomes")
    total = page.locator(".o_pivot tbody tr").first
    expect(total).to_contain_text(f"{100 * rate:.1f}"[:-2])
    go_back(page, pair.event)
    form = back_to_meetings(page)
    press(form, "Partners")
    expect(page.locator(".o_data_row")).to_have_count(12)
    page.locator(".o_searchview_dropdown_toggler").click()
    page.get_by_role("menuitemcheckbox", name="Without confirmed meetings").click()
    expect(page.locator(".o_data_row")).to_have_count(alone)
    go_back(page, pair.event)

    page.get_by_role("button", name="More").click()
    page.locator("button[name=action_view_meetings]").click()
    page.locator(".o_data_row").first.wait_for()
    page.locator(".o_searchview_dropdown_toggler").click()
    page.get_by_role("menuitemcheckbox", name="Confirmed", exact=True).click()
    page.keyboard.press("Escape")
    expect(page.locator(".o_facet_value").filter(has_text="Confirmed")).to_have_count(1)
    expect(page.locator(".o_data_cell[name=state]").filter(has_text="Requested")).to_have_count(0)
    page.locator("thead .o_list_record_selector input").click()
    expect(page.locator(".o_selection_box")).to_contain_text(str(count))
    page.get_by_role("button", name="Actions").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="Export as CSV file").click()
    with open(download.value.path(), encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == count
    assert {(row["Event"], row["State"]) for row in rows} == {(pair.event, "Confirmed")}


def test_act(visit, site, organiser, pair):
    """I13: book for two who agreed, move, tell the outcome and cancel, by the rules of the sides."""
    page = visit(viewport=WIDE)
    page.set_default_timeout(SLOW)
    open_event(page, organiser, pair.event_id)
    press(page.locator(".o_form_view"), "Book a meeting")
    dialog = window(page, "Book the meeting")
    choose(dialog, "sponsor_id", pair.partner)
    choose(dialog, "registration_id", pair.participant)
    choose(dialog, "slot_id", pair.slots[0])
    finish(dialog, "Book the meeting")
    form = page.locator(".o_form_view")
    state = form.locator("[name=state] .o_arrow_button_current")
    expect(state).to_have_text("Confirmed")
    expect(form.locator(".o_field_widget[name=slot_id]")).to_contain_text(pair.slots[0])

    press(form, "Move")
    dialog = window(page, "Move the meeting")
    choose(dialog, "slot_id", pair.slots[1])
    finish(dialog, "Move the meeting")
    expect(form.locator(".o_field_widget[name=slot_id]")).to_contain_text(pair.slots[1])
    expect(page.locator(".o_breadcrumb").get_by_text(pair.participant)).to_have_count(1)

    form.get_by_role("tab", name="Outcome").click()
    form.locator("[name=outcome] input").click()
    page.locator(".o_select_menu_item", has_text=re.compile("^Held$")).click()
    save(page)

    press(form, "Cancel the meeting")
    dialog = window(page, "Cancel the meeting")
    dialog.locator("[name=message] textarea").fill("Ill today")
    finish(dialog, "Cancel the meeting")
    expect(state).to_have_text("Cancelled")
    with lab.environment(site.database) as env:
        meeting = env["business.meeting"].search(
            [("registration_id", "=", pair.registration_id)], limit=1, order="id desc"
        )
        assert (meeting.state, meeting.outcome) == ("cancelled", "held")
        free = env["business.meeting"]._get_common_slots(meeting.sponsor_id, meeting.registration_id)
        assert meeting.slot_id.id in [offer.slot_id for offer in free], "the slot is free again"
        said = " ".join(meeting.message_ids.mapped("body"))
        for deed in ("Book a meeting", "Move", "Cancel"):
            assert f"{deed}: done by Odile Granger in the name of: The partner" in said
