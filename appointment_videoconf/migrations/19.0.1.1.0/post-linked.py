from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Give the types that there are the messages about video links."""
    api.Environment(cr, SUPERUSER_ID, {})["booking.notification"]._create_missing_link_lines()
