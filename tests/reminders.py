"""Many planned appointments whose reminders are due now, inserted in SQL: the ORM would take minutes."""

from .bank import open_bank

USERS = """
    WITH partners AS (
        INSERT INTO res_partner (name, active, email)
        SELECT 'Advisor ' || n, true, 'advisor-' || n || '@example.com' FROM generate_series(1, %(users)s) n
        RETURNING id
    )
    INSERT INTO res_users (login, partner_id, company_id, active, notification_type)
    SELECT 'reminders-' || id, id, %(company)s, true, 'email' FROM partners
    RETURNING id
"""
APPOINTMENTS = """
    INSERT INTO booking_appointment (name, state, type_id, user_id, start, stop, busy_stop, channel, company_id,
        booker_name, booker_email, lang, planned_since, access_token, ics_sequence)
    SELECT 'R' || u.id || '-' || n, 'planned', %(type)s, u.id, t.start, t.start + %(length)s * interval '1 second',
        t.start + %(length)s * interval '1 second', 'other', %(company)s, 'Anne Martin',
        'booker-' || u.id || '-' || n || '@example.com', 'en_US', now() AT TIME ZONE 'UTC' - interval '3 days',
        encode(sha256(('token' || u.id || '-' || n)::bytea), 'hex'), 0
      FROM unnest(%(ids)s) u(id)
     CROSS JOIN generate_series(1, %(each)s) n
     CROSS JOIN LATERAL (
        SELECT date_trunc('second', now() AT TIME ZONE 'UTC') + interval '1 day' - n * %(step)s * interval '1 second'
     ) t(start)
"""


def plan_reminders(env, *, users, each, hour=3600):
    """Plan ``users * each`` appointments whose reminder of a day before came due within the last ``hour`` seconds.

    :return: the ``booking.type``
    """
    booking_type, _starts = open_bank(env)
    parameters = {
        "users": users,
        "each": each,
        "type": booking_type.id,
        "company": env.company.id,
        "step": hour / (each + 1),
        "length": hour / (each + 1) / 2,
    }
    env.flush_all()
    env.cr.execute(USERS, parameters)
    parameters["ids"] = [user_id for (user_id,) in env.cr.fetchall()]
    env.cr.execute(APPOINTMENTS, parameters)
    # They were set up long ago.
    env.cr.execute("UPDATE booking_notification SET since = now() AT TIME ZONE 'UTC' - interval '9 days'")
    env.invalidate_all()
    return booking_type
