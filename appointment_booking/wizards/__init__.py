from . import booking_desk
from . import booking_diagnosis
from . import booking_embed
from . import booking_forget
from . import booking_reassign
from . import mail_compose_message
