def migrate(cr, version):
    """Tell what the organiser booked from what somebody answered: the same transaction asked and accepted."""
    cr.execute(
        """
        UPDATE business_meeting
           SET is_booked = TRUE
         WHERE is_booked IS NOT TRUE
           AND slot_id IS NOT NULL
           AND answered_at <= create_date + interval '2 seconds'
        """
    )
