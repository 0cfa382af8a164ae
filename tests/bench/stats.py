"""The overview of statistics on a million appointments, against Odoo's pipeline analysis on a million leads.

Both are what opens at a click: our dashboard with its figures, chart, lists and comparison for this month; of CRM the
one query of the graph with which "Pipeline Analysis" opens. The same user asks, with all record rules. The dashboard
over three years, which scans nearly everything, is told beside it.
"""

import argparse
import json
import statistics
import time
from datetime import date, datetime, timedelta

from house import console, lab

MANY = 1_000_000
USERS, TYPES, REASONS, AGENCIES = 200, 20, 3, 30
RUNS = 7


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    parser.add_argument("--explain", action="store_true", help="show how PostgreSQL runs the scan of the dashboard")
    parser.add_argument("--rows", type=int, default=MANY, help="appointments and leads")
    options = parser.parse_args()
    with lab.database(modules=["appointment_booking", "crm"]) as name, lab.environment(name) as env:
        with console.step(f"{options.rows:,} appointments"):
            add_appointments(env, options.rows)
            env.cr.commit()
        with console.step(f"{options.rows:,} leads"):
            add_leads(env, options.rows)
            env.cr.commit()
            analyse(name)
        admin = env(user=env.ref("base.user_admin"), context={"lang": "en_US", "tz": "Europe/Paris"})
        figures = measure(admin, options.rows)
        if options.explain:
            explain(admin)
    print(f"Median of {RUNS} in milliseconds")
    for key, value in figures.items():
        print(f"  {key:20}{value:>10}")
    if options.json:
        print(json.dumps(figures))


def add_appointments(env, rows):
    """Insert appointments of three years and a month ahead, six a working day and advisor, in SQL."""
    env = env(context={"tracking_disable": True, "no_reset_password": True})
    agencies = env["booking.agency"].create([{"name": f"Agency {n}", "tz": "Europe/Paris"} for n in range(AGENCIES)])
    users = env["res.users"].create(
        [
            {"name": f"Advisor {n}", "login": f"advisor-{n}", "tz": "Europe/Paris", "company_id": env.company.id}
            for n in range(USERS)
        ]
    )
    types = env["booking.type"].create(
        [
            {
                "name": f"Type {n}",
                "tz": "Europe/Paris",
                "reason_ids": [(0, 0, {"name": f"Reason {n}-{m}"}) for m in range(REASONS)],
                "agency_ids": [(6, 0, agencies.ids)],
                "advisor_ids": [(0, 0, {"user_id": user.id}) for user in users[n::TYPES]],
            }
            for n in range(TYPES)
        ]
    )
    env["booking.availability"].create(
        [
            {
                "user_id": user.id,
                "agency_id": agencies[n % AGENCIES].id,
                "tz": "Europe/Paris",
                "hours_ids": [(0, 0, {"hour_from": 9, "hour_to": 18})],
            }
            for n, user in enumerate(users)
        ]
    )
    env.flush_all()
    today = date.today()
    env["booking.occupancy"]._fill(users.ids, today - timedelta(days=92), today + timedelta(days=92))
    each = rows // USERS
    days = -(-each // 6)
    last = datetime.combine(today + timedelta(days=30 - today.weekday()), datetime.min.time())
    first = last - timedelta(days=days // 5 * 7)
    # The constraint is worked out once at the end, as a restored database does.
    constraint = "booking_appointment_no_double_booking"
    env.cr.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [constraint])
    (definition,) = env.cr.fetchone()
    env.cr.execute(f"ALTER TABLE booking_appointment DROP CONSTRAINT {constraint}")
    env.cr.execute(
        """
        INSERT INTO booking_appointment (name, state, attendance, company_id, type_id, reason_id, agency_id, channel,
                                         user_id, start, stop, busy_stop, gap, booker_name, move_count,
                                         rating_last_value, create_uid, create_date, access_token)
        SELECT 'A' || number, state,
               CASE WHEN state = 'done'
                    THEN (ARRAY['came', 'came', 'came', 'came', 'excused', 'absent'])[number %% 6 + 1] END,
               %(company)s, types[type], reasons[(type - 1) * %(per_type)s + number %% %(per_type)s + 1],
               agencies[one %% CARDINALITY(agencies) + 1], 'in_person', users[one], start, start + interval '30 min',
               start + interval '30 min', 0, 'Booker ' || number, (number %% 9 = 0)::int,
               CASE WHEN state = 'done' AND number %% 4 = 0 THEN number %% 5 + 1 ELSE 0 END,
               %(booker)s, start - (number %% 40) * interval '11 hours', md5(number::text)
          FROM (SELECT number, one, one %% CARDINALITY(types) + 1 AS type, start, users, types, reasons, agencies,
                       CASE WHEN number %% 8 = 0 THEN 'cancelled' WHEN start > NOW() THEN 'planned'
                            ELSE 'done' END AS state
                  FROM (SELECT one * %(each)s + n AS number, one,
                               %(first)s + (n / 6 / 5 * 7 + n / 6 %% 5) * interval '1 day'
                                         + (8 + n %% 6) * interval '1 hour' AS start,
                               %(users)s::int[] AS users, %(types)s::int[] AS types, %(reasons)s::int[] AS reasons,
                               %(agencies)s::int[] AS agencies
                          FROM GENERATE_SERIES(1, %(user_count)s) one, GENERATE_SERIES(0, %(each)s - 1) n) row) one
        """,
        {
            "company": env.company.id,
            "types": types.ids,
            "reasons": types.reason_ids.ids,
            "agencies": agencies.ids,
            "users": users.ids,
            "user_count": USERS,
            "each": each,
            "first": first,
            "per_type": REASONS,
            "booker": env.ref("base.public_user").id,
        },
    )
    assert env.cr.rowcount == each * USERS, env.cr.rowcount
    env.cr.execute(f"ALTER TABLE booking_appointment ADD CONSTRAINT {constraint} {definition}")


def add_leads(env, rows):
    """Insert opportunities of as many days, stages and salespeople, in SQL."""
    stages = env["crm.stage"].search([])
    users = env["res.users"].search([("login", "like", "advisor-")])
    teams = env["crm.team"].search([])
    env.cr.execute(
        """
        INSERT INTO crm_lead (name, type, active, stage_id, team_id, user_id, company_id, priority, expected_revenue,
                              probability, prorated_revenue, date_deadline, create_date)
        SELECT 'Lead ' || n, 'opportunity', TRUE, (%(stages)s::int[])[n %% %(stage_count)s + 1],
               (%(teams)s::int[])[n %% %(team_count)s + 1], (%(users)s::int[])[n %% %(user_count)s + 1], %(company)s,
               '1', n %% 5000, n %% 100, n %% 5000 * (n %% 100) / 100.0,
               CURRENT_DATE + 30 - n %% 1100, NOW() - (n %% 1100) * interval '1 day'
          FROM GENERATE_SERIES(1, %(rows)s) n
        """,
        {
            "stages": stages.ids,
            "stage_count": len(stages),
            "teams": teams.ids,
            "team_count": len(teams),
            "users": users.ids,
            "user_count": len(users),
            "company": env.company.id,
            "rows": rows,
        },
    )


def analyse(name):
    """Do what autovacuum would do in a minute."""
    connection = lab.connect(name)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    connection.close()


def open_dashboard(env, **asked):
    return env["booking.report"].get_overview(asked)


def open_pipeline(env):
    """Ask what the graph of ``crm.crm_opportunity_report_action`` asks."""
    revenue = ["company_currency:array_agg_distinct", "prorated_revenue:sum_currency", "prorated_revenue:sum"]
    leads = env["crm.lead"].with_context(fill_temporal=True)
    return leads.formatted_read_group(
        [("type", "=", "opportunity")], ["stage_id", "date_deadline:month"], ["__count", *revenue]
    )


def clock(env, ask, *args, **kwargs):
    """Return the median time of some runs with a cold cache of the ORM, in milliseconds, and the queries of one."""
    times, queries = [], 0
    for _run in range(RUNS + 1):
        env.invalidate_all()
        before, begin = env.cr.sql_log_count, time.perf_counter()
        ask(env, *args, **kwargs)
        times.append((time.perf_counter() - begin) * 1000)
        queries = env.cr.sql_log_count - before
    return round(statistics.median(times[1:]), 1), queries


def measure(env, rows):
    today = date.today()
    long = {"period": "custom", "first": str(today - timedelta(days=1090)), "last": str(today)}
    dashboard, queries = clock(env, open_dashboard, period="month")
    last30, _ = clock(env, open_dashboard, period="last30")
    everything, all_queries = clock(env, open_dashboard, **long)
    crm, crm_queries = clock(env, open_pipeline)
    assert open_dashboard(env, **long)["figures"]["booked"]["value"] > rows // 2
    assert queries == all_queries
    return {
        "ratio": round(dashboard / crm, 3),
        "ms_dashboard": dashboard,
        "ms_crm": crm,
        "ms_last30": last30,
        "ms_three_years": everything,
        "ratio_three_years": round(everything / crm, 3),
        "queries": queries,
        "queries_crm": crm_queries,
        "appointments": env["booking.report"].search_count([]),
        "leads": env["crm.lead"].search_count([]),
    }


def explain(env):
    """Print the plans of the slowest queries of the dashboard."""
    report = env["booking.report"]
    execute = env.execute_query

    def explained(query):
        for (line,) in execute(type(query)("EXPLAIN (ANALYZE, BUFFERS) %s", query)):
            print(line)
        print()
        return execute(query)

    type(env).execute_query = lambda _env, query: explained(query)
    report.get_overview({"period": "month"})


if __name__ == "__main__":
    main()
