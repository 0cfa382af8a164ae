from . import booking_demo
