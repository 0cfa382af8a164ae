from . import business_meeting_demo
from . import business_meeting_demo_past
