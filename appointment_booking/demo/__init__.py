from . import booking_demo
from . import booking_demo_waiting
from . import booking_demo_guest
from . import booking_demo_satisfaction
from . import booking_demo_report
from . import booking_demo_participant
from . import booking_demo_desk
