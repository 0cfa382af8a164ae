from . import test_access
from . import test_appointment
from . import test_hold
from . import test_public_reading
from . import test_public_refusals
from . import test_public_way
from . import test_slots
from . import test_type
