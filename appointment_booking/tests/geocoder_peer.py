"""A geocoder for tests: a real HTTP server that speaks the protocols of Nominatim and Google, and can misbehave."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

PLACES = {
    "unknown": None,
    "republique": (45.7638, 4.8362),
    "villeurbanne": (45.7719, 4.8902),
    "69100": (45.7719, 4.8902),
    "paris": (48.8566, 2.3522),
    "bron": (45.7335, 4.9117),
}


class GeocoderPeer:
    """Listens inside ``with``.

    :ivar places: ``{word: (latitude, longitude)}``: a question that contains the word is answered so
    :ivar queries: what was asked, oldest first
    :ivar mode: ``"fine"``, or how it misbehaves: ``"busy"`` (429), ``"broken"`` (500), ``"garbage"``, ``"nonsense"``
        (JSON of the wrong shape), ``"moon"`` (a place that is not on the globe), ``"slow"`` (never answers), ``"drip"``
        (a byte a second)
    """

    def __init__(self):
        self.places = dict(PLACES)
        self.queries = []
        self.agents = []
        self.mode = "fine"
        self._over = threading.Event()

    def __enter__(self):
        peer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                peer._answer(self)

            def log_message(self, *args):
                """Stay quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_exc):
        self._over.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_port}"

    def _answer(self, handler):
        parts = urlsplit(handler.path)
        asked = parse_qs(parts.query)
        query = (asked.get("q") or asked.get("address") or [""])[0]
        self.queries.append(query)
        self.agents.append(handler.headers.get("User-Agent"))
        found = next((place for word, place in self.places.items() if word in query.lower()), None)
        if self.mode == "moon":
            found = (123.0, 456.0)
        status = {"busy": 429, "broken": 500}.get(self.mode, 200)
        if self.mode == "slow":
            self._over.wait(60)
            return
        body = {
            "garbage": b"<html>Service \xff",
            "nonsense": b'{"lat": []}',
        }.get(self.mode) or json.dumps(
            self._as_google(found) if "/maps/api/" in parts.path else self._as_nominatim(found)
        ).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        if self.mode == "drip":
            with _gone():
                for byte in body:
                    handler.wfile.write(bytes([byte]))
                    handler.wfile.flush()
                    if self._over.wait(1):
                        return
            return
        with _gone():
            handler.wfile.write(body)

    def _as_nominatim(self, found):
        return [{"lat": str(found[0]), "lon": str(found[1]), "display_name": "Somewhere"}] if found else []

    def _as_google(self, found):
        if not found:
            return {"status": "ZERO_RESULTS", "results": []}
        return {"status": "OK", "results": [{"geometry": {"location": {"lat": found[0], "lng": found[1]}}}]}


@contextmanager
def _gone():
    """Whoever asked has hung up."""
    try:
        yield
    except (BrokenPipeError, ConnectionResetError):
        return
