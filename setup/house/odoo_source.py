"""Finding Odoo 19: the one that is named, the one that is installed, else Debian's package unpacked into the cache."""

import hashlib
import importlib.util
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from . import console, debian, places
from .errors import Problem

SERIES = "19.0"

# Odoo, and what it links to inside Debian's file system.
_PACKAGES = (
    "odoo-19",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-glyphicons-halflings",
    "fonts-inconsolata",
    "fonts-montserrat",
    "fonts-ocr-b",
    "fonts-roboto-unhinted",
)
_DEBIAN_PYTHON = Path("usr/lib/python3/dist-packages")


@dataclass(frozen=True)
class OdooSource:
    """An Odoo on disk.

    :param root: the folder to put on Python's path: it holds ``odoo/``
    """

    root: Path

    @property
    def release(self) -> str:
        return (self.root / "odoo" / "release.py").read_text()

    @property
    def series(self) -> str:
        found = re.search(r"^version_info\s*=\s*\(\s*['\"]?([^,'\"]+)['\"]?\s*,\s*(\d+)", self.release, re.M)
        return f"{found[1]}.{found[2]}" if found else "unknown"

    @property
    def addons(self) -> list[Path]:
        """The addons folder of a source checkout, beside the package; ``odoo/addons`` needs no mention."""
        beside = self.root / "addons"
        return [beside] if (beside / "web").is_dir() else []

    @property
    def identity(self) -> str:
        """Changes when this is another Odoo, so that databases made with it are made anew."""
        return f"{self.root}\n{self.release}\n{(self.root / 'odoo' / 'release.py').stat().st_mtime}"


def find() -> OdooSource:
    if named := os.environ.get("ODOO_PATH"):
        return _named(Path(named).expanduser().resolve())
    return _importable() or _fetched()


def _named(path: Path) -> OdooSource:
    for root in (path, path / _DEBIAN_PYTHON, path.parent):
        if (root / "odoo" / "release.py").is_file() and (root != path.parent or path.name == "odoo"):
            source = OdooSource(root)
            if source.series != SERIES:
                raise Problem(f"ODOO_PATH names Odoo {source.series} ({path}); this project needs Odoo {SERIES}.")
            return source
    raise Problem(f"ODOO_PATH names no Odoo: {path} has no odoo/release.py.")


def _importable() -> OdooSource | None:
    """An Odoo 19 that the Python running this can import. Looked for on disk only: importing it would change Python."""
    spec = importlib.util.find_spec("odoo")
    for place in (spec and spec.submodule_search_locations) or ():
        source = OdooSource(Path(place).resolve().parent)
        if (source.root / "odoo" / "release.py").is_file() and source.series == SERIES:
            return source
    return None


def _fetched() -> OdooSource:
    recipe = hashlib.sha256(" ".join(_PACKAGES).encode()).hexdigest()[:8]
    tree = places.cache("odoo") / f"{SERIES}-{recipe}"
    if not tree.exists():
        if not debian.available():
            raise Problem(f"Odoo {SERIES} was not found and can be fetched on Debian only: name one with ODOO_PATH.")
        with places.alone("odoo"):
            if not tree.exists():
                with console.step(f"Fetching Odoo {SERIES} (117 MB)"):
                    partial = tree.with_suffix(".partial")
                    shutil.rmtree(partial, ignore_errors=True)
                    partial.mkdir()
                    debian.unpack(_PACKAGES, partial, doing=f"Fetching Odoo {SERIES}")
                    partial.rename(tree)
    return OdooSource(tree / _DEBIAN_PYTHON)


def complete_icons(source: OdooSource, site_packages: Path) -> None:
    """Give Odoo the icon font its style sheets are written for.

    Debian's package links to the font of another package, which has since moved on to a release with other file names
    and other icons. Only links that lead nowhere are replaced, and only in our own copy.
    """
    if not source.root.is_relative_to(places.cache_path()):
        return
    fonts = site_packages / "xstatic" / "pkg" / "font_awesome" / "data" / "fonts"
    for link in (source.root / "odoo" / "addons" / "web" / "static").glob("**/fontawesome/fonts/*"):
        if link.is_symlink() and not link.exists():
            if not (fonts / link.name).exists():
                console.say(f"The icon font {link.name} is missing: Odoo's pages will lack icons.")
                return
            partial = link.with_suffix(".partial")
            shutil.copyfile(fonts / link.name, partial)
            partial.replace(link)


def complete_scripts(source: OdooSource) -> None:
    """Put an empty file in place of a script that Debian's package leaves out, in our own copy.

    It blurs the background of video calls, which Odoo does without when it is missing. But every page of the back
    office complains of it in the browser's console, and that alone fails a browser test.
    """
    script = source.root / "odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
    if source.root.is_relative_to(places.cache_path()) and not script.exists():
        script.parent.mkdir(exist_ok=True)
        script.write_text("/* left out by Debian's package of Odoo */\n")
