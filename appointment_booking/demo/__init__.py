from . import booking_demo
from . import booking_demo_waiting
