"""Asking with a survey of Odoo, in a database that has the addon ``survey``: ours does without it."""

from datetime import timedelta

import pytest

from house import lab


@pytest.fixture
def env():
    with lab.database(modules=["appointment_booking", "survey"]) as name, lab.environment(name) as env:
        yield env


@pytest.fixture
def survey(env):
    return env["survey.survey"].create(
        {
            "title": "Your visit",
            "access_mode": "public",
            "question_and_page_ids": [
                (0, 0, {"title": "How was it?", "question_type": "scale", "scale_min": 0, "scale_max": 10}),
                (0, 0, {"title": "What else?", "question_type": "text_box"}),
            ],
        }
    )


@pytest.fixture
def appointment(env, survey):
    now = env.cr.now().replace(microsecond=0)
    booking_type = env["booking.type"].create(
        {
            "name": "Mortgage advice",
            "channel": "phone",
            "ask_satisfaction": True,
            "satisfaction_survey": str(survey.id),
            "advisor_ids": [(0, 0, {"user_id": env.ref("base.user_admin").id})],
        }
    )
    appointment = env["booking.appointment"].create(
        {
            "type_id": booking_type.id,
            "user_id": env.ref("base.user_admin").id,
            "start": now - timedelta(hours=2),
            "stop": now - timedelta(hours=1),
            "partner_id": env["res.partner"].create({"name": "Zebulon", "email": "zebulon@example.com"}).id,
        }
    )
    appointment.action_done()
    return appointment


def answer(appointment, value, words):
    given = appointment._get_survey_answer()
    scale, text = appointment.type_id._get_survey().question_ids
    given._mark_in_progress()
    given._save_lines(scale, value)
    given._save_lines(text, words)
    given._mark_done()


def test_survey(env, survey, appointment):
    """A72: the booker is led to one answer of the survey; what it says counts as satisfaction, once."""
    mail = env.ref("appointment_booking.mail_template_satisfaction")._generate_template(
        appointment.ids, ("body_html",)
    )[appointment.id]
    assert "Answer a few questions" in mail["body_html"]
    assert "rate=5" not in mail["body_html"]
    url = appointment._start_survey()
    assert url == appointment._start_survey()
    assert survey.access_token in url
    given = appointment._get_survey_answer()
    assert given.deadline == appointment._get_rating_end()
    assert not appointment._collect_surveys()
    answer(appointment, 8, "The violet submarine")
    assert appointment._collect_surveys() == 1
    assert not appointment._collect_surveys()
    assert appointment.rating_last_value == pytest.approx(1 + 4 * 0.8)
    assert appointment.type_id.satisfaction_count == 1
    assert given.access_token in appointment.action_view_survey()["url"]
    # A73: whose answer it was goes, and what was written in words; the grade stays.
    appointment._forget_personal_data(also_found=True)
    assert (given.partner_id.id, given.email, given.nickname) == (False, False, False)
    assert not any(given.user_input_line_ids.mapped("value_text_box"))
    assert given.user_input_line_ids.filtered("value_scale").value_scale == 8
    assert appointment.rating_ids.rating == pytest.approx(4.2)
    env.flush_all()
    env.cr.execute("SELECT count(*) FROM survey_user_input u WHERE u::text ~* 'zebulon'")
    assert env.cr.fetchone() == (0,)


def test_scored(env, survey, appointment):
    """A72: where a survey has a score, the score counts."""
    scale = survey.question_ids[0]
    scale.write(
        {
            "question_type": "simple_choice",
            "suggested_answer_ids": [
                (0, 0, {"value": "Good", "answer_score": 10, "is_correct": True}),
                (0, 0, {"value": "So so", "answer_score": 5}),
            ],
        }
    )
    survey.scoring_type = "scoring_without_answers"
    appointment._start_survey()
    answer(appointment, scale.suggested_answer_ids[1].id, "")
    appointment._collect_surveys()
    assert appointment.rating_last_value == pytest.approx(3)


def test_survey_that_is_gone(env, survey, appointment):
    """A72: where the survey was closed or deleted, the faces take its place."""
    survey.active = False
    assert appointment.type_id._get_survey() is None
    assert appointment._start_survey() is None
    survey.unlink()
    assert appointment.type_id._get_survey() is None
    assert appointment.type_id.read(["satisfaction_survey", "has_surveys"])
    mail = env.ref("appointment_booking.mail_template_satisfaction")._generate_template(
        appointment.ids, ("body_html",)
    )[appointment.id]
    assert "rate=5" in mail["body_html"]
