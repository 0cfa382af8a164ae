"""The routes of our addons that the world may call, as Odoo merges them: a new one is found without being named."""

import importlib
from typing import NamedTuple

import werkzeug.routing

from house import runner

PUBLIC = {"public", "user", "none", "booking_anonymous"}


class Route(NamedTuple):
    """One way to call one address: ``GET /booking/<string:slug>``."""

    method: str
    rule: str
    reads_only: bool  # GET of ordinary pages: nothing may change

    def __str__(self) -> str:
        return f"{self.method} {self.rule}"


def find_routes() -> list[Route]:
    """All routes for visitors and people with an account, sorted."""
    return sorted(
        Route(method, rule, method == "GET")
        for rule, methods in _endpoints()
        for method in methods or ("GET", "POST")
        if method in ("GET", "POST")
    )


def url_map() -> werkzeug.routing.Map:
    """What tells to which rule an address belongs."""
    return werkzeug.routing.Map(
        [
            werkzeug.routing.Rule(rule, endpoint=rule, merge_slashes=False)
            for rule in {rule for rule, _m in _endpoints()}
        ]
    )


def _endpoints():
    import odoo.http

    modules = runner.own_modules()
    for module in modules:
        importlib.import_module(f"odoo.addons.{module}")
    for rule, endpoint in odoo.http._generate_routing_rules(modules, nodb_only=False):
        if endpoint.routing["auth"] in PUBLIC:
            yield rule, endpoint.routing.get("methods")
