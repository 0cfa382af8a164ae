from . import booking_catalogue
from . import booking_way
from . import booking_hold
from . import booking_photo
from . import booking_appointment
