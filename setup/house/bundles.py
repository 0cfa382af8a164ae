"""Scripts and style sheets, put together once in a template instead of anew in each of its copies.

Odoo does this when a browser first asks for them, and keeps the result in the database. It takes half a minute for the
back office: every journey through it would begin with that.

Run as ``python -m house.bundles DATABASE`` by Odoo's own Python.
"""

import sys

from . import commands, places
from .runner import Odoo

_WEBSITE = ("web.assets_frontend.css", "web.assets_frontend_minimal.js", "web.assets_frontend_lazy.js")
_OFFICE = (
    "web.assets_web.css",
    "web.assets_web_print.css",
    "web.assets_web.js",
    "web.assets_backend_lazy.js",
    "bus.websocket_worker_assets.js",
)
# Asked for by both, each from its own address, where pages are tested by tours.
_TOURS = ("web.assets_tests.js",)


def prepare(engine: Odoo, database: str) -> None:
    """Put together what pages of the website and of the back office ask for."""
    commands.run(
        [engine.python, "-m", __name__, database],
        doing="Putting scripts and style sheets together",
        log=places.log_file(f"bundles-{database}"),
        env=engine.environment(),
        cwd=places.PROJECT,
    )


def _put_together(database: str) -> None:
    from . import lab

    with lab.environment(database) as env:
        website = {"website_id": env.ref("website.default_website").id}
        for params, names in ((website, _WEBSITE + _TOURS), ({}, _OFFICE + _TOURS)):
            for name, _dot, kind in (name.rpartition(".") for name in names):
                is_css = kind == "css"
                bundle = env["ir.qweb"]._get_asset_bundle(name, css=is_css, js=not is_css, assets_params=params)
                bundle.css() if is_css else bundle.js()


if __name__ == "__main__":
    _put_together(sys.argv[1])
