def migrate(cr, version):
    """Give types and appointments the category of clients, and let the contacts of appointments take part in them."""
    cr.execute("SELECT res_id FROM ir_model_data WHERE module = 'appointment_booking' AND name = 'category_client'")
    for (category,) in cr.fetchall():
        cr.execute(
            "UPDATE booking_type SET appointment_category_id = %s WHERE appointment_category_id IS NULL", [category]
        )
        cr.execute("UPDATE booking_appointment SET category_id = %s WHERE category_id IS NULL", [category])
    cr.execute(
        """
        INSERT INTO booking_participant (appointment_id, partner_id, answer, create_date, write_date)
        SELECT id, partner_id, 'accepted', now() AT TIME ZONE 'utc', now() AT TIME ZONE 'utc'
          FROM booking_appointment
         WHERE partner_id IS NOT NULL AND state != 'hold'
        ON CONFLICT DO NOTHING
        """
    )
