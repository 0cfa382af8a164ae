"""The demo fair tells a story that holds: what is confirmed there, the rules would let people agree on."""

from collections import Counter
from datetime import timedelta

import pytest

from house import lab


@pytest.fixture(scope="module")
def demo():
    with lab.database(demo=True) as name, lab.environment(name) as env:
        yield env


@pytest.fixture(scope="module")
def fair(demo):
    return demo.ref("appointment_business_meeting.demo_event")


@pytest.fixture(scope="module")
def past(demo):
    return demo.ref("appointment_business_meeting.demo_past_event")


def test_size_of_the_fair(fair):
    """X07, I13: twelve exhibitors of four levels, sixty participants, two days of slots to come, eighty meetings."""
    sponsors = fair.env["event.sponsor"].search([("event_id", "=", fair.id)])
    assert Counter(sponsors.sponsor_type_id.mapped("name")).keys() == {"Platinum", "Gold", "Silver", "Bronze"}
    assert len(sponsors) == 12
    assert len(fair.registration_ids) == 60
    assert len({slot.start.date() for slot in fair.meeting_slot_ids}) == 2
    ahead = min(fair.meeting_slot_ids.mapped("start")) - fair.create_date
    assert timedelta(days=7) < ahead < timedelta(days=21)
    assert len(fair.meeting_ids) >= 80
    states = Counter(fair.meeting_ids.mapped("state"))
    assert states.keys() == {"requested", "confirmed", "refused", "cancelled", "expired"}
    assert min(states.values()) >= 3
    assert not fair.meeting_problem


def test_edition_that_is_over(past):
    """X07, I15: a smaller edition of last season is over, with meetings in all states and outcomes of each kind."""
    assert past.is_finished
    ago = past.create_date - past.date_end
    assert timedelta(days=90) < ago < timedelta(days=240)
    assert {slot.start.date() for slot in past.meeting_slot_ids} == {past.date_begin.date()}
    assert (len(past.meeting_space_ids.sponsor_id), len(past.registration_ids)) == (5, 20)
    states = Counter(past.meeting_ids.mapped("state"))
    assert states.keys() == {"confirmed", "refused", "cancelled", "expired"}
    assert states["confirmed"] >= 15
    outcomes = Counter(past.meeting_ids.mapped("outcome"))
    assert outcomes.keys() == {"held", "partner", "participant", "both", "disputed", False}
    assert outcomes["held"] >= 10
    assert not past.meeting_problem


def test_what_the_sides_told(past):
    """X07, I15: both sides rate and note meetings that were held, and tell nothing of any other."""
    told = past.meeting_ids.filtered(lambda meeting: meeting.partner_outcome or meeting.participant_outcome)
    assert set(told.mapped("state")) == {"confirmed"}
    for side in ("partner", "participant"):
        rated = past.meeting_ids.filtered(f"{side}_rating")
        assert len(rated) >= 10
        assert len(set(rated.mapped(f"{side}_rating"))) >= 3
        assert len(past.meeting_ids.filtered(f"{side}_notes")) >= 8
    present = past.registration_ids.filtered(lambda registration: registration.state == "done")
    held = past.meeting_ids.filtered(lambda meeting: meeting.outcome == "held")
    assert held.registration_id <= present < past.registration_ids


def test_hours_of_the_past(past):
    """X07: what became of a request came after it and before the fair, and what was said has the hour it was said."""
    opening = min(past.meeting_slot_ids.mapped("start"))
    for meeting in past.meeting_ids:
        ended = meeting.answered_at or meeting.expires_at
        assert meeting.create_date < (ended or opening)
        assert not ended or ended < opening
        assert all(meeting.create_date <= message.date < opening for message in meeting.message_ids)
        assert all(6 <= message.date.hour <= 18 for message in meeting.message_ids), "people write by day"
    statistics = past.env["business.meeting.report"].search([("event_id", "=", past.id)])
    assert len(statistics) == len(past.meeting_ids)
    assert all(0 < row.hours_to_answer <= 48 for row in statistics if row.state in ("confirmed", "refused"))


@pytest.mark.parametrize("edition", ["fair", "past"])
def test_meetings_keep_the_rules(request, edition):
    """X07, I04, I06, I11: nobody is in two at once, no quota is passed, and all who meet may do so."""
    fair = request.getfixturevalue(edition)
    for sponsor in fair.meeting_space_ids.sponsor_id:
        quota, _level = sponsor._get_meeting_quota()
        confirmed = sponsor.meeting_ids.filtered(lambda meeting: meeting.state == "confirmed")
        assert quota is None or len(confirmed) <= quota
        seen, _count = sponsor._search_meeting_participants(limit=None)
        assert sponsor.meeting_ids.registration_id <= seen
        assert sponsor.meeting_space_ids
    confirmed = fair.meeting_ids.filtered(lambda meeting: meeting.state == "confirmed")
    assert confirmed.seat_ids
    for who in ("registration_id", "space_id", "contact_id"):
        taken = Counter((meeting[who].id, meeting.slot_id.id) for meeting in confirmed if meeting[who])
        assert max(taken.values()) == 1, who
    closed = {(closure.space_id, closure.slot_id) for closure in fair.meeting_space_ids.closure_ids}
    assert not closed & {(meeting.space_id, meeting.slot_id) for meeting in confirmed}


def test_levels_see_what_the_source_says(fair):
    """I06: gold and platinum see who is registered and has an account, silver and bronze all who are registered."""
    for sponsor in fair.meeting_space_ids.sponsor_id:
        seen, count = sponsor._search_meeting_participants(limit=None)
        if sponsor.sponsor_type_id.name in ("Gold", "Platinum"):
            assert 0 < count < 60
            assert all(seen.mapped("meeting_has_account"))
        else:
            assert count == 60


def test_people_to_sign_in_as(demo, fair):
    """X07: the two accounts of the portal are a gold exhibitor's contact and a participant, both with meetings."""
    habitat = demo["res.users"].search([("login", "=", "habitat")])
    visiteur = demo["res.users"].search([("login", "=", "visiteur")])
    assert habitat.share and visiteur.share
    sponsor = demo["event.sponsor"]._search_run_by(habitat).filtered(lambda one: one.event_id == fair)
    assert (sponsor.sponsor_type_id.name, sponsor.event_id) == ("Gold", fair)
    assert len(set(sponsor.meeting_ids.mapped("state"))) >= 4
    registration = fair.registration_ids.filtered(lambda one: one.partner_id == visiteur.partner_id)
    assert len(registration.meeting_ids) >= 3


def test_people_to_sign_in_as_were_there(demo, fair, past):
    """X07, I15: both were at the edition that is over, find it after the one ahead, and have told of their meetings."""
    for login, side in (("habitat", "partner"), ("visiteur", "participant")):
        sides = demo["res.users"].search([("login", "=", login)])._get_meeting_sides()
        assert [(one_side, one.event_id) for one_side, one in sides] == [(side, fair), (side, past)]
        _side, then = sides[1]
        cards = demo["business.meeting.page"]._search_meetings(side, then, "past")
        assert len(cards) >= 3
        assert any(card.meeting._get_notes(side)["notes"] for card in cards)


def test_nobody_is_written_to(demo, fair, past):
    """X07: no message leaves because of the demo data, and no address or number could be somebody's."""
    assert not fair.meeting_ids.message_log_ids
    assert not past.meeting_ids.message_log_ids
    assert not demo["mail.mail"].search([("model", "in", ["business.meeting", "business.meeting.message"])])
    people = fair.registration_ids.partner_id | fair.meeting_space_ids.contact_id
    assert all(person.email.endswith((".example.com", "@example.com", "@example.org")) for person in people)
    assert all(person.phone.startswith(("+33 6 39 98", "+33 4 65 71")) for person in people)
