from . import booking_diagnosis
from . import booking_embed
