"""How an appointment was, and what the form says of personal data: in a real browser on the demo bank."""

from playwright.sync_api import expect

from house import lab

from .test_booking_way import PHONE, check_accessible, choose_what_comes_first, ready, take_a_slot
from .test_change import MORTGAGE, heading

TO_RATE = """
    SELECT a.access_token FROM booking_appointment a
      JOIN ir_model_data d ON d.model = 'booking.type' AND d.res_id = a.type_id
       AND d.name IN ('type_mortgage', 'type_account')
     WHERE a.state = 'done' AND a.attendance = 'came' AND a.rating_last_value = 0 AND a.partner_id IS NOT NULL
     ORDER BY a.id DESC
"""

PARTICIPANT = """
    UPDATE booking_participant SET access_token = %s
     WHERE appointment_id = (SELECT res_id FROM ir_model_data WHERE name = 'appointment_site_visit')
       AND answer = 'tentative'
"""


def rating_page(site, number=0):
    with lab.connect(site.database) as connection, connection.cursor() as cursor:
        cursor.execute(TO_RATE)
        return f"/en/booking/appointment/{cursor.fetchall()[number][0]}/rating"


def test_rate_on_a_phone_without_scripts(visit, site):
    """A72, A38: a face in the message, a comment, sent; changed by the keyboard alone; nothing by opening it."""
    page = visit(java_script_enabled=False, **PHONE)
    url = rating_page(site)
    page.goto(f"{url}?rate=4")
    expect(page.get_by_role("radio", name="Good", exact=True)).to_be_checked()
    page.goto(url)
    expect(heading(page)).to_have_text("How was your appointment?")
    expect(page.get_by_role("radio", checked=True)).to_have_count(0)
    page.get_by_role("button", name="Send my answer").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose one of the five answers")
    page.locator("label", has_text="Poor").last.click()
    page.get_by_label("What was good").fill("I waited <b>long</b>")
    page.get_by_role("button", name="Send my answer").click()
    expect(heading(page)).to_have_text("Thank you for your answer")
    expect(page.locator("blockquote")).to_have_text("I waited <b>long</b>")
    page.get_by_role("link", name="Change my answer").click()
    page.locator("input[name=rate]:checked").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text("Thank you for your answer")
    expect(page.locator(".lead")).to_contain_text("Fair")


def test_rating_is_accessible(visit, site):
    """X06, A72: the page, its error, the thanks and the farewell, wide and at 320 pixels."""
    url = rating_page(site, 0)
    for options in ({}, {"viewport": {"width": 320, "height": 640}}):
        page = visit(**options)
        page.goto(f"{url}?rate=4")
        ready(page)
        check_accessible(page, "rating")
    page.evaluate("for (const i of document.querySelectorAll('[name=rate]')) i.checked = i.required = false")
    page.get_by_role("button", name="Send my answer").click()
    expect(page.get_by_role("alert")).to_be_visible()
    check_accessible(page, "rating without an answer")
    page.locator("label", has_text="Very good").click()
    page.get_by_role("button", name="Send my answer").click()
    expect(heading(page)).to_have_text("Thank you for your answer")
    check_accessible(page, "thanks")
    page.goto(f"{url}?change=1")
    page.get_by_role("button", name="Do not ask me after appointments any more").click()
    expect(heading(page)).to_have_text("We will not ask you any more")
    check_accessible(page, "declined")


def test_participant_answers(visit, site):
    """O06, X06: a participant answers without an account, changes it, and finds the page accessible in both languages,
    wide and at 360 pixels.
    """
    token = "p" * 43
    with lab.connect(site.database) as connection, connection.cursor() as cursor:
        cursor.execute(PARTICIPANT, [token])
    for lang, options in (("en", {}), ("fr", PHONE)):
        page = visit(**options)
        page.goto(f"/{lang}/booking/participant/{token}")
        ready(page)
        check_accessible(page, f"participant in {lang}")
    page = visit(java_script_enabled=False, **PHONE)
    page.goto(f"/en/booking/participant/{token}")
    expect(heading(page)).to_have_text("You said maybe")
    page.get_by_role("button", name="Yes, I am coming").click()
    expect(heading(page)).to_have_text("You are coming")
    page.goto(f"/en/booking/participant/{'q' * 43}")
    expect(heading(page)).to_have_text("This invitation does not exist any more")


def test_text_about_personal_data(visit):
    """A73, X06: the form says what becomes of the answers, above its button."""
    page = visit(**PHONE)
    page.goto(MORTGAGE)
    choose_what_comes_first(page)
    take_a_slot(page)
    expect(page.locator(".o_booking_consent")).to_contain_text("thirteen months")
    check_accessible(page, "form with a text about personal data")
