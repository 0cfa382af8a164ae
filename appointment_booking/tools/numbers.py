"""Numbers as people type them."""

import re
import unicodedata

_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,15})?|[+-]?\.[0-9]{1,15}")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}([.,])[0-9]{3}(\1[0-9]{3})*")


def parse_number(text, decimal_point="."):
    """Return the number that a text is, or ``None`` for anything else.

    :param decimal_point: ``"."`` or ``","``, as the language of who typed it has it

    >>> parse_number("1 234,5", ","), parse_number("1,234.5"), parse_number("-3.5", ","), parse_number("1e5")
    (1234.5, 1234.5, -3.5, None)
    """
    text = "".join(unicodedata.normalize("NFKC", text).split())
    text = text.replace("\u2212", "-").replace("\u2019", "").replace("'", "")
    grouping = "," if decimal_point == "." else "."
    if "," in text and "." in text:
        # The one that stands last is the decimal point, whatever the language says.
        last = max(",", ".", key=text.rfind)
        text = text.replace("," if last == "." else ".", "").replace(last, ".")
    elif (match := _GROUPED.fullmatch(text)) and (match[1] == grouping):
        text = text.replace(grouping, "")
    else:
        text = text.replace(",", ".")
    return float(text) if _NUMBER.fullmatch(text) else None
