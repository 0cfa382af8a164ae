from . import controllers
from . import models
from . import wizards
from . import demo


def post_init_hook(env):
    env["mail.tracking.email"]._keep_from_tracking_everybody()


def uninstall_hook(env):
    env["mail.tracking.email"]._leave_as_found()
