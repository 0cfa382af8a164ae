from . import test_meeting_deeds
from . import test_meeting_rules
from . import test_meeting_messages
from . import test_meeting_quota
from . import test_meeting_backoffice
from . import test_meeting_rights
from . import test_meeting_grid
from . import test_meeting_leaving
