"""Text that goes into files which spreadsheets and other programs open."""

import re

# What a spreadsheet may take for a formula at the start of a cell, also when it comes in full-width characters
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
# Characters that XML 1.0 does not know
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NOT_IN_FILE_NAMES = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')


def is_formula(text: str) -> bool:
    """Tell whether a spreadsheet may take the text for something to work out.

    >>> [is_formula(text) for text in ("=1+1", "+33612345678", "Anne", "")]
    [True, True, False, False]
    """
    return text.startswith(_FORMULA)


def csv_text(text: str) -> str:
    """The text as a cell of a CSV file that no spreadsheet works out: an apostrophe says that it is text.

    >>> csv_text('=HYPERLINK("http://example.com")')
    '\\'=HYPERLINK("http://example.com")'
    """
    text = text.replace("\x00", "")
    return f"'{text}" if is_formula(text) else text


def xml_text(text: str) -> str:
    """The text without what no XML file may hold.

    >>> xml_text("Anne\\x00\\x0b\\ud800 <Martin>")
    'Anne <Martin>'
    """
    return _NOT_IN_XML.sub("", text)


def file_name(text: str) -> str:
    """The text as the name of a file on any system.

    >>> file_name("Rendez-vous 03/2026\\r\\n")
    'Rendez-vous 03-2026'
    """
    return _NOT_IN_FILE_NAMES.sub("-", text.strip()).strip("-. ") or "file"
