from . import test_access
from . import test_appointment
from . import test_hold
from . import test_slots
from . import test_type
