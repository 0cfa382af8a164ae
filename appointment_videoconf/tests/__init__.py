from . import test_personal_link
