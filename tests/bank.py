"""A small bank for tests with real servers: one type, its advisors, and hours that make an exact number of slots."""

from datetime import datetime, timedelta

DURATION = 30  # minutes


def open_bank(env, *, advisors=1, slots=1, later=0, **values):
    """Create a published type whose advisors have as many slots each, from the next Monday on, 16 a day.

    :param later: slots of each on a day three weeks after, to be offered when those asked for are gone
    :param values: more values of the type
    :return: ``(type, [starts])``, the starts as the site's buttons send them
    """
    before = env["res.users"].search_count([("login", "=like", "advisor-%")])
    # Hundreds of visitors come from one machine here.
    for deed in ("hold", "hold_visitor", "booking_address", "refusal"):
        env["ir.config_parameter"].set_param(f"appointment_booking.limit_{deed}", "1000000")
    today = datetime.now().date()
    days = 7 - today.weekday()
    # On a Sunday the one after: tomorrow could be too soon to cancel what was booked.
    monday = today + timedelta(days=days if days > 1 else days + 7)
    users = (
        env["res.users"]
        .with_context(no_reset_password=True)
        .create(
            [
                {
                    "name": f"Advisor {number}",
                    "login": f"advisor-{number}",
                    "email": f"advisor-{number}@example.com",
                    "tz": "UTC",
                }
                for number in range(before, before + advisors)
            ]
        )
    )
    booking_type = env["booking.type"].create(
        {
            "name": "Desk",
            "is_published": True,
            "channel": "other",
            "tz": "UTC",
            "duration": DURATION,
            "slot_step": DURATION,
            "min_notice": 0,
            "show_weekends": True,
            "advisor_ids": [(0, 0, {"user_id": user.id, "sequence": number}) for number, user in enumerate(users)],
            **values,
        }
    )
    starts, hours = [], []
    for day, first in enumerate(range(0, slots, 16)):
        date, count = monday + timedelta(days=day), min(16, slots - first)
        hours.append({"date_from": date, "date_to": date, "stop": 8 + count * DURATION / 60})
        opening = datetime.combine(date, datetime.min.time()) + timedelta(hours=8)
        starts += [opening + timedelta(minutes=DURATION * number) for number in range(count)]
    if later:
        date = monday + timedelta(days=21)
        hours.append({"date_from": date, "date_to": date, "stop": 8 + later * DURATION / 60})
    env["booking.availability"].create(
        [
            {
                "user_id": user.id,
                "kind": "one_off",
                "tz": "UTC",
                "date_from": day["date_from"],
                "date_to": day["date_to"],
                "hours_ids": [(0, 0, {"hour_from": 8, "hour_to": day["stop"]})],
            }
            for user in users
            for day in hours
        ]
    )
    return booking_type, [f"{start.isoformat()}Z" for start in starts]
