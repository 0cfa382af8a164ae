def migrate(cr, version):
    """Say of the appointments there are that they are planned since now: no reminder is sent after the fact.

    The column is filled here, at once, rather than by the ORM, record by record.
    """
    cr.execute("ALTER TABLE booking_appointment ADD COLUMN IF NOT EXISTS planned_since timestamp")
    cr.execute("UPDATE booking_appointment SET planned_since = now() AT TIME ZONE 'UTC' WHERE planned_since IS NULL")
