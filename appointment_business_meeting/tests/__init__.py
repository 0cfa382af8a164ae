from . import test_meeting_deeds
from . import test_meeting_rules
from . import test_meeting_messages
