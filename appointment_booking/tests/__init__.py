from . import test_access
from . import test_advisor_choice
from . import test_appointment
from . import test_availability_import
from . import test_backoffice
from . import test_backoffice_tour
from . import test_backoffice_week
<<<<<<< HEAD
from . import test_diagnosis
from . import test_distribution
=======
from . import test_calendar_privacy
>>>>>>> 1051a4a (appointment_booking: drag hours in the week picture, import them from a file, and say who may)
from . import test_geocoding
from . import test_hold
from . import test_journey
from . import test_places
from . import test_postcodes
from . import test_public_places
from . import test_public_reading
from . import test_public_refusals
from . import test_public_way
from . import test_rate_limit
from . import test_rights_matrix
from . import test_schedule
from . import test_slots
from . import test_type
from . import test_week_change
