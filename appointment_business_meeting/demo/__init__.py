from . import business_meeting_demo
