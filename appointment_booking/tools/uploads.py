"""Files that strangers send: what they may be called and what they may be."""

import io
import re
import unicodedata
import zipfile
from typing import NamedTuple

LONGEST_NAME = 100
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)", re.IGNORECASE)
_EXTENSION = re.compile(r"\.([A-Za-z0-9]{1,5})")
_MACROS = re.compile(r"(^|/)(vbaproject\.bin|basic/.+)$", re.IGNORECASE)

_OOXML = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."


class Kind(NamedTuple):
    group: str
    mimetypes: tuple  # by content; the first one is kept
    extensions: tuple  # the first one is given to a file that has none


KINDS = (
    Kind("images", ("image/jpeg",), ("jpg", "jpeg", "jpe", "jfif")),
    Kind("images", ("image/png",), ("png",)),
    Kind("images", ("image/webp",), ("webp",)),
    Kind("images", ("image/gif",), ("gif",)),
    Kind("images", ("image/heic", "image/heif"), ("heic", "heif")),
    Kind("pdf", ("application/pdf",), ("pdf",)),
    Kind("documents", (f"{_OOXML}wordprocessingml.document",), ("docx",)),
    Kind("documents", (f"{_OPEN}text",), ("odt",)),
    Kind("documents", ("application/msword",), ("doc",)),
    Kind("documents", ("text/rtf", "application/rtf"), ("rtf",)),
    Kind("documents", ("text/plain",), ("txt",)),
    Kind("spreadsheets", (f"{_OOXML}spreadsheetml.sheet",), ("xlsx",)),
    Kind("spreadsheets", (f"{_OPEN}spreadsheet",), ("ods",)),
    Kind("spreadsheets", ("application/vnd.ms-excel",), ("xls",)),
    Kind("spreadsheets", ("text/csv", "application/csv", "text/plain"), ("csv",)),
)
GROUPS = tuple(dict.fromkeys(kind.group for kind in KINDS))


class File(NamedTuple):
    """A file that may be kept: under this name, as this type."""

    name: str
    mimetype: str


def clean_name(name):
    """Return a file name without a path, control or direction characters, and not too long; never an empty one.

    >>> clean_name("C:\\\\photos\\\\my \\u202egnp.pdf")
    'my gnp.pdf'
    """
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", name or "")[-1])
    name = "".join(" " if letter in "\t\n\r" else letter for letter in name)
    name = "".join(letter for letter in name if letter.isspace() or unicodedata.category(letter)[0] != "C")
    name = " ".join(_FORBIDDEN.sub("_", name).split()).rstrip(". ")
    stem, extension = split_name(name)
    stem = stem.strip(". ") or "file"
    if _RESERVED.match(stem):
        stem = f"_{stem}"
    return stem[: LONGEST_NAME - len(extension)].rstrip(". ") + extension


def split_name(name):
    """Return ``(stem, extension)``; the extension is in lower case with its dot, or empty.

    >>> split_name("Pay slip.May.PDF")
    ('Pay slip.May', '.pdf')
    """
    stem, dot, extension = name.rpartition(".")
    if not dot or not _EXTENSION.fullmatch(dot + extension):
        return name, ""
    return stem, f".{extension.lower()}"


def recognise(name, mimetype, groups):
    """Return the :class:`File` that a file may be kept as, or nothing when it is none of those asked for.

    What the content is and what the name says must be of one kind. Photos alone get the right extension: phones and
    messengers often give them a wrong one.

    :param name: a name that :func:`clean_name` returned
    :param mimetype: what the content is, never what the sender says
    :param groups: names of the groups that are accepted
    """
    stem, extension = split_name(name)
    accepted = [kind for kind in KINDS if kind.group in groups and mimetype in kind.mimetypes]
    for kind in accepted:
        if extension[1:] in kind.extensions:
            return File(name, kind.mimetypes[0])
    images = {extension for kind in KINDS if kind.group == "images" for extension in kind.extensions}
    for kind in accepted:
        if not extension or (kind.group == "images" and extension[1:] in images):
            return File(f"{stem}.{kind.extensions[0]}", kind.mimetypes[0])
    return None


def has_macros(content):
    """Tell whether an office document carries a program."""
    if not content.startswith(b"PK"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return any(_MACROS.search(name) for name in archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError):
        return True  # a document that cannot be looked into is none


def get_accept(groups):
    """Return the ``accept`` attribute of a file field, so that the window for choosing shows what can be sent.

    >>> get_accept(["pdf"])
    '.pdf,application/pdf'
    """
    kinds = [kind for kind in KINDS if kind.group in groups]
    found = [f".{extension}" for kind in kinds for extension in kind.extensions]
    found += [mimetype for kind in kinds for mimetype in kind.mimetypes]
    return ",".join(dict.fromkeys(found))
