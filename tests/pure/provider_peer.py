"""A server that answers as a provider of video rooms would: what it is asked is kept, what it says is planned."""

import json
import threading
from collections import deque
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from odoo.addons.appointment_videoconf.providers import Timing

FAST = Timing(connect=5, read=5, total=10, retries=2, backoff=0)
IMPATIENT = replace(FAST, read=0.2)
HANG = "hang"  # an answer that never comes


def timing_for(request):
    """Return how long a test waits for answers: not long for one that is known never to come."""
    params = getattr(request.node, "callspec", None)
    return IMPATIENT if params and HANG in repr(params.params) else FAST


class Request(NamedTuple):
    method: str
    path: str
    query: dict  # {name: value}
    headers: dict
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def form(self):
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


class ProviderPeer:
    """Listens inside ``with``.

    :ivar requests: what was asked, oldest first
    """

    def __init__(self):
        self.requests = []
        self._answers = deque()
        self._over = threading.Event()

    def __enter__(self):
        peer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self):
                url = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(url.query, keep_blank_values=True).items()}
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                peer.requests.append(Request(self.command, url.path, query, dict(self.headers), body))
                status, content, headers = peer._next()
                if content == HANG:
                    peer._over.wait(5)
                    self.close_connection = True
                    return
                self.send_response(status)
                for name, value in {"Content-Length": str(len(content)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PATCH = do_DELETE = _answer

            def log_message(self, *args):
                """Stay quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def plan(self, *answers):
        """Say what comes next: each is a status, a dict (JSON), bytes, or ``(status, content, headers)``."""
        for answer in answers:
            if isinstance(answer, int):
                answer = (answer,)
            elif not isinstance(answer, tuple):
                answer = (200, answer)
            status, content, headers = (*answer, b"", {})[:3] if len(answer) == 1 else (*answer, {})[:3]
            if isinstance(content, (dict, list)):
                content = json.dumps(content).encode()
            self._answers.append((status, content, headers))

    def _next(self):
        return self._answers.popleft() if self._answers else (500, b"nothing planned", {})

    @property
    def is_done(self):
        """Whether everything that was planned was asked for."""
        return not self._answers

    def ask(self):
        """Return the method and path of each request, oldest first."""
        return [f"{request.method} {request.path}" for request in self.requests]
