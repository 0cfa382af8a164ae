from odoo import SUPERUSER_ID, api

# The picture of our own that e-mails carried before ``mail_tracking``: nobody answers at its address any more.
PICTURE = r"<img[^>]*/booking/conference/seen/[^>]*>"


def migrate(cr, version):
    """Track nobody who was not tracked before, and take the former picture out of what is kept or waits to leave."""
    api.Environment(cr, SUPERUSER_ID, {})["mail.tracking.email"]._keep_from_tracking_everybody()
    cr.execute(
        """
        UPDATE mail_message SET body = regexp_replace(body, %(picture)s, '', 'g')
         WHERE model = 'videoconf.conference' AND body LIKE '%%/booking/conference/seen/%%'
        """,
        {"picture": PICTURE},
    )
    cr.execute(
        """
        UPDATE mail_mail m SET body_html = regexp_replace(m.body_html, %(picture)s, '', 'g')
          FROM mail_message e
         WHERE e.id = m.mail_message_id AND e.model = 'videoconf.conference'
           AND m.body_html LIKE '%%/booking/conference/seen/%%'
        """,
        {"picture": PICTURE},
    )
