from . import booking_appointment
from . import booking_type
from . import res_users
