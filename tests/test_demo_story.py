"""The demo data tell a story that holds, and an addon that goes leaves nothing behind."""

from datetime import timedelta

import pytest

from house import commands, lab, places, runner

FRENCH_TEXTS = {
    "booking.type": ["name", "short_name", "welcome_text", "description"],
    "booking.type.category": ["name"],
    "booking.reason": ["name", "instructions"],
    "booking.question.option": ["name"],
    "booking.agency": ["opening_notice", "instructions"],
    "booking.team": ["name"],
}
# One row for each thing that an addon may leave in a database.
THINGS = """
    SELECT 'table', tablename FROM pg_tables WHERE schemaname = 'public'
    UNION ALL SELECT 'sequence', sequencename FROM pg_sequences WHERE schemaname = 'public'
    UNION ALL SELECT 'index', indexname FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'column', table_name || '.' || column_name FROM information_schema.columns
               WHERE table_schema = 'public'
    UNION ALL SELECT 'constraint', conrelid::regclass || '.' || conname FROM pg_constraint
    UNION ALL SELECT 'model', model FROM ir_model
    UNION ALL SELECT 'field', model || '.' || name FROM ir_model_fields
    UNION ALL SELECT 'view', id || ' ' || name FROM ir_ui_view
    UNION ALL SELECT 'menu', id::text FROM ir_ui_menu
    UNION ALL SELECT 'website menu', id || ' ' || url FROM website_menu
    UNION ALL SELECT 'action', id || ' ' || (name ->> 'en_US') FROM ir_actions
    UNION ALL SELECT 'scheduled action', cron_name FROM ir_cron
    UNION ALL SELECT 'parameter', key FROM ir_config_parameter
    UNION ALL SELECT 'default', id::text FROM ir_default
    UNION ALL SELECT 'group', id || ' ' || (name ->> 'en_US') FROM res_groups
    UNION ALL SELECT 'access', id || ' ' || name FROM ir_model_access
    UNION ALL SELECT 'rule', id || ' ' || name FROM ir_rule
    UNION ALL SELECT 'template', id || ' ' || (name ->> 'en_US') FROM mail_template
    UNION ALL SELECT 'numbering', code FROM ir_sequence
    UNION ALL SELECT 'attachment', res_model || ' ' || coalesce(res_field, '') FROM ir_attachment
               WHERE res_model ~ '^(booking|business|videoconf)[.]'
    UNION ALL SELECT 'user', login FROM res_users
    UNION ALL SELECT 'contact', id::text FROM res_partner
    UNION ALL SELECT 'event', id::text FROM calendar_event
    UNION ALL SELECT 'fair', id::text FROM event_event
    UNION ALL SELECT 'exhibitor', id::text FROM event_sponsor
    UNION ALL SELECT 'level', id::text FROM event_sponsor_type
    UNION ALL SELECT 'registration', id::text FROM event_registration
    UNION ALL SELECT 'question', id::text FROM event_question
    UNION ALL SELECT 'product', id::text FROM product_template
    UNION ALL SELECT 'activity', res_model FROM mail_activity WHERE res_model ~ '^(booking|business|videoconf)[.]'
    UNION ALL SELECT 'recurrence', id::text FROM calendar_recurrence
    UNION ALL SELECT 'follower', res_model FROM mail_followers
    UNION ALL SELECT 'message', model FROM mail_message
               WHERE model ~ '^(booking|business|videoconf)[.]'
    UNION ALL SELECT 'XML id', module || '.' || name FROM ir_model_data WHERE module = ANY(%s)
"""


@pytest.fixture
def demo(odoo_database):
    with lab.environment(odoo_database) as env:
        yield env


def test_every_type_has_free_slots(demo):
    """X07: a visitor finds a free slot of each reason at each agency within a week."""
    now = demo["booking.type"].env.cr.now()
    types = demo["booking.type"].search([("is_published", "=", True)])
    assert len(types) == 5
    for booking_type in types:
        assert not booking_type.setup_warning
        for reason in booking_type.reason_ids or [None]:
            slots = booking_type._get_slots_by_agency(
                now, now + timedelta(days=7), reason=reason, agencies=booking_type.agency_ids
            )
            assert all(slots.values()), (booking_type.name, reason and reason.name)


def test_appointments_lie_in_the_advisors_hours(demo):
    """X07: each appointment but for two exceptions with their reasons is one that a visitor could have booked: in the
    hours, beside everything else.
    """
    from odoo.addons.appointment_booking.engine import Rules, free_starts

    appointments = demo["booking.appointment"].search([("state", "!=", "cancelled"), ("type_id", "!=", False)])
    assert len(appointments) > 80
    double, evening = appointments.filtered("overbook_reason"), appointments.filtered("outside_reason")
    assert (len(double), len(evening), double.overbooked) == (1, 1, True)
    for appointment in appointments - double - evening:
        booking_type, user = appointment.type_id, appointment.user_id
        day = timedelta(days=1)
        schedule = demo["booking.schedule"]._load(
            user.ids, appointment.start - day, appointment.stop + day, leaving_out=appointment | double
        )
        diary = schedule.diary(user.id, type_id=booking_type.id, agency_id=appointment.agency_id.id or None)
        rules = Rules(duration=appointment.duration, step=booking_type.slot_step, gap=booking_type.gap)
        assert schedule.window.to_minute(appointment.start) in free_starts(diary, rules), appointment.display_name


def test_appointments_are_of_all_kinds(demo):
    """X07: there are appointments to come and past ones, some cancelled, some missed; all are in the calendar."""
    appointments = demo["booking.appointment"].search([])
    assert set(appointments.mapped("state")) == {"planned", "done", "cancelled"}
    assert {"came", "absent", "excused"} <= set(appointments.mapped("attendance"))
    # It may be a while ago that the demo data were loaded.
    loaded = demo.ref("appointment_booking.type_mortgage").create_date
    assert all(a.stop <= loaded for a in appointments if a.state == "done")
    assert all(a.stop > loaded for a in appointments if a.state == "planned")
    for appointment in appointments - appointments.filtered_domain([("state", "=", "cancelled")]):
        event = appointment.calendar_event_id
        assert (event.start, event.stop) == (appointment.start, appointment.stop)
        told = {row.partner_id: row.answer for row in appointment.participant_ids}
        assert all(person.state == told.get(person.partner_id, "accepted") for person in event.attendee_ids)
    assert {"accepted", "tentative", "declined"} <= set(appointments.participant_ids.mapped("answer"))
    assert len(appointments.category_id) == 3
    assert appointments.answer_ids.filtered(lambda answer: not answer.question_id.role)
    assert appointments.filtered(lambda a: a.state == "done" and a.minutes)
    # dragged by its advisor in Odoo's calendar
    assert appointments.filtered(lambda a: a.state == "planned" and a.former_start and not a.move_count)


def test_nobody_is_written_to(demo):
    """X07: no message leaves because of the demo data, and no address could be somebody's."""
    assert not demo["mail.mail"].search([("model", "in", ["booking.appointment", "calendar.event"])])
    people = demo["booking.appointment"].search([]).partner_id | demo["booking.advisor"].search([]).user_id.partner_id
    assert all(person.email.endswith((".example.com", "@example.com", "@example.org")) for person in people)


def test_french_visitors_read_french(demo):
    """X05: every text of the demo data that a visitor reads is translated."""
    for model, names in FRENCH_TEXTS.items():
        for record in demo[model].search([]):
            for name in names:
                english, french = (record.with_context(lang=lang)[name] for lang in ("en_US", "fr_FR"))
                assert english and french and english != french, (model, record.name, name)
    papers = demo.ref("appointment_booking.question_mortgage_papers")
    assert "avis d’impôt" in papers.with_context(lang="fr_FR").note
    mortgage = demo.ref("appointment_booking.type_mortgage")
    assert "Vos réponses" in mortgage.with_context(lang="fr_FR").consent_text
    website = demo.ref("website.default_website")
    assert set(website.language_ids.mapped("code")) >= {"en_US", "fr_FR"}


def test_update_adds_nothing(odoo_database):
    """X07: updating the addons twice leaves their records as they are."""
    before = _counts(odoo_database)
    for _ in range(2):
        runner.Odoo.current().update(odoo_database, runner.own_modules(), watch=lambda line: None)
    assert _counts(odoo_database) == before


def test_uninstalling_leaves_nothing(odoo_database):
    """X07: without the addons a database is what it was before them."""
    with lab.database(demo=True, modules=[]) as untouched:
        before = _things(untouched)
    assert len(_things(odoo_database) - before) > 1000
    _uninstall(odoo_database, "appointment_booking")
    left = _things(odoo_database) - before
    assert not left, sorted(left)[:50]


def _uninstall(database, module):
    engine = runner.Odoo.current()
    commands.run(
        [engine.python, "-m", "odoo", "module", "uninstall", "--config", engine.configuration(database), module],
        doing=f"Uninstalling {module}",
        log=places.log_file(f"uninstall-{database}"),
        env=engine.environment(),
        cwd=places.PROJECT,
    )


def _things(database):
    return set(_query(database, THINGS, (runner.own_modules(),)))


def _counts(database):
    own = "^(booking|business_meeting|videoconf)_"
    tables = [table for (table,) in _query(database, "SELECT tablename FROM pg_tables WHERE tablename ~ %s", (own,))]
    tables += ["event_event", "event_sponsor", "event_registration", "event_question", "product_template"]
    tables += ["calendar_event", "res_users", "res_partner", "ir_ui_menu", "website_menu", "ir_cron", "mail_mail"]
    return {table: _query(database, f'SELECT count(*) FROM "{table}"') for table in tables}


def _query(database, query, parameters=None):
    connection = lab.connect(database)
    try:
        with connection.cursor() as cursor:
            cursor.execute(query, parameters)
            return cursor.fetchall()
    finally:
        connection.close()
