from . import meeting_page
from . import meeting_agenda
from . import meeting_people
from . import meeting_deeds
from . import meeting_calendar
from . import meeting_portal
