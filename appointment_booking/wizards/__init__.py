from . import booking_diagnosis
