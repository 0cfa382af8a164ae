"""Many who confirm business meetings at the same moment, each by a connection to the database of their own."""

import threading
from datetime import datetime, timedelta

import pytest
from psycopg2 import errors

from house import lab

CROWD = 50


@pytest.fixture(scope="module")
def database():
    with lab.database(demo=True) as name:
        yield name


def open_fair(env, *, spaces, participants, quota=None, sponsors=1):
    """Create an event with one rule for all, three slots, and partners with spaces of no person's.

    :return: ``(slots, spaces, registrations)``
    """
    quiet = env(context={"tracking_disable": True, "mail_create_nolog": True, "lang": "en_US"})
    start = datetime.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=7)
    event = quiet["event.event"].create(
        {
            "name": "Race",
            "date_begin": start,
            "date_end": start + timedelta(days=1),
            "date_tz": "UTC",
            "meeting_enabled": True,
            "meeting_has_quota": quota is not None,
            "meeting_quota": quota or 0,
            "meeting_partner_request_limit": 0,
            "meeting_participant_request_limit": 0,
            "event_mail_ids": [],
        }
    )
    quiet["business.meeting.rule"].create({"name": "All", "event_id": event.id})
    slots = quiet["business.meeting.slot"].create(
        [
            {
                "event_id": event.id,
                "start": start + timedelta(minutes=30 * number),
                "stop": start + timedelta(minutes=30 * number + 30),
            }
            for number in range(3)
        ]
    )
    partners = quiet["event.sponsor"].create(
        [
            {
                "event_id": event.id,
                "partner_id": quiet["res.partner"].create({"name": f"Partner {number}", "is_company": True}).id,
            }
            for number in range(sponsors)
        ]
    )
    tables = quiet["business.meeting.space"].create(
        [{"sponsor_id": partner.id, "name": f"Table {number}"} for partner in partners for number in range(spaces)]
    )
    registrations = quiet["event.registration"].create(
        [
            {"event_id": event.id, "name": f"P{number}", "email": f"p{number}@{event.id}.example.com", "state": "open"}
            for number in range(participants)
        ]
    )
    return slots, tables, registrations


def accept_at_once(database, meeting_ids):
    """Let the participants of meetings accept at the same moment, each on a snapshot that shows all of them waiting.

    :return: ``["confirmed" or the code of the refusal, its offers]`` of each, and how many lost by the database alone
    """
    with lab.environment(database) as env:
        signal = threading.Barrier(len(meeting_ids))
        results, beaten = [None] * len(meeting_ids), []
        refused_error = env.registry["business.meeting"]._in_own_transaction.__globals__["MeetingRefused"]

        def run(number, meeting_id):
            try:
                meeting = env["business.meeting"].browse(meeting_id)
                try:
                    with env.registry.cursor() as cursor:
                        mine = meeting.with_env(env(cr=cursor))
                        assert mine.state == "requested"  # the snapshot of this connection is taken
                        signal.wait(timeout=60)
                        mine._accept("participant")
                        mine.env.flush_all()
                except (errors.OperationalError, errors.IntegrityError) as error:
                    beaten.append(error)
                    meeting._in_own_transaction("_accept", "participant")
                results[number] = ("confirmed", [])
            except refused_error as refused:
                results[number] = (refused.code, refused.offers)
            except Exception as error:  # shown by the comparison at the end
                results[number] = (repr(error), [])
                signal.abort()

        threads = [threading.Thread(target=run, args=entry, daemon=True) for entry in enumerate(meeting_ids)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=120)
        return results, len(beaten)


def count(database, sql, *values):
    with lab.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()


def test_last_unit_of_a_quota(database):
    """I04, X01: of 50 connections that confirm against the last unit of a quota exactly one succeeds."""
    with lab.environment(database) as env:
        slots, tables, registrations = open_fair(env, spaces=CROWD + 1, participants=CROWD + 1, quota=2)
        sponsor, meetings = tables[0].sponsor_id, env["business.meeting"]
        first = meetings._request(sponsor, registrations[0], "participant", slots[0], tables[0])
        first._accept("partner")
        sponsor.event_id.meeting_has_quota = False  # so that more may be asked than can be confirmed
        waiting = [
            meetings._request(sponsor, registration, "partner", slots[0], table).id
            for registration, table in zip(registrations[1:], tables[1:], strict=True)
        ]
        sponsor.event_id.meeting_has_quota = True
        env.cr.commit()
    results, beaten = accept_at_once(database, waiting)
    assert sorted(code for code, _offers in results) == ["confirmed"] + ["quota"] * (CROWD - 1)
    assert beaten, "the race was one: PostgreSQL itself failed some of them"
    in_database = count(
        database,
        "SELECT count(*) FILTER (WHERE state = 'confirmed'), count(*) FILTER (WHERE state = 'requested'),"
        " (SELECT count(*) FROM business_meeting_seat s JOIN business_meeting m ON m.id = s.meeting_id"
        " WHERE m.sponsor_id = %s AND m.state != 'confirmed') FROM business_meeting WHERE sponsor_id = %s",
        sponsor.id,
        sponsor.id,
    )
    assert in_database == (2, CROWD - 1, 0)


def test_one_person_at_many_partners(database):
    """I11, X01: twelve partners whose requests for one hour are accepted at once: one meets, eleven get offers."""
    with lab.environment(database) as env:
        slots, tables, registrations = open_fair(env, spaces=1, participants=1, sponsors=12)
        meetings = env["business.meeting"]
        waiting = [meetings._request(table.sponsor_id, registrations, "partner", slots[0]).id for table in tables]
        later = set(slots[1:].ids)
        taken = slots[0].id
        env.cr.commit()
    results, _beaten = accept_at_once(database, waiting)
    assert sorted(code for code, _offers in results) == ["confirmed"] + ["taken"] * 11
    offered = [{offer.slot_id for offer in offers} for code, offers in results if code == "taken"]
    assert offered == [later] * 11
    double = count(
        database,
        "SELECT count(*) FROM business_meeting_seat a JOIN business_meeting_seat b ON a.who = b.who AND a.id < b.id"
        " AND tsrange(a.start, a.stop) && tsrange(b.start, b.stop)",
    )
    assert double == (0,)
    confirmed = count(database, "SELECT count(*) FROM business_meeting WHERE state='confirmed' AND slot_id=%s", taken)
    assert confirmed == (1,)


def test_both_ask_at_once(database):
    """I15, X01: both sides ask each other at the same moment: one request is sent, the other is told so."""
    with lab.environment(database) as env:
        slots, tables, registrations = open_fair(env, spaces=1, participants=1)
        sponsor = tables.sponsor_id
        env.cr.commit()
        signal, results = threading.Barrier(2), []

        def ask(side):
            signal.wait(timeout=60)
            try:
                env["business.meeting"]._in_own_transaction("_request", sponsor, registrations, side, slots[:1])
                results.append("sent")
            except Exception as error:  # shown by the comparison at the end
                results.append(getattr(error, "code", repr(error)))

        threads = [threading.Thread(target=ask, args=(side,), daemon=True) for side in ("partner", "participant")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=120)
    assert sorted(results) == ["already", "sent"]
    assert count(database, "SELECT count(*) FROM business_meeting WHERE sponsor_id = %s", sponsor.id) == (1,)
