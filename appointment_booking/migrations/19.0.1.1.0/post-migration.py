import logging

from odoo import SUPERUSER_ID, api
from odoo.exceptions import ValidationError

_logger = logging.getLogger(__name__)


def migrate(cr, version):
    """Bring what exists in step with how agencies are found now.

    Visitors went on choosing the agency wherever there were several: the switch for it is on by default. Positions that
    are there were entered by hand; the others are looked up in the background.
    """
    env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
    agencies = env["booking.agency"].search([])
    placed = agencies.filtered(lambda agency: agency._get_position())
    placed._note_position(geo_state="manual")
    (agencies - placed)._queue_for_geocoding()
    for agency in agencies.filtered("postcodes"):
        try:
            with cr.savepoint():
                agency._index_postcodes()
        except ValidationError as error:
            _logger.warning("Postcodes of the agency %s are to be corrected: %s", agency.name, error)
