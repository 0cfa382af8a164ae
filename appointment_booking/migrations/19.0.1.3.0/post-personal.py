def migrate(cr, version):
    """Mark the contacts that a booking has created, as those are that come from now on."""
    cr.execute(
        """
        UPDATE res_partner SET from_booking = TRUE
         WHERE id IN (SELECT partner_id FROM booking_appointment WHERE partner_match = 'created')
        """
    )
