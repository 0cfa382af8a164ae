"""A Zoom for tests: a real HTTP server that keeps meetings, and can misbehave."""

import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from urllib.parse import urlsplit


class ZoomPeer:
    """Listens inside ``with``.

    :ivar meetings: ``{number: what it was made or changed with}`` of those that are there
    :ivar asked: ``["POST /v2/users/me/meetings", ...]``, oldest first, without the tokens
    :ivar mode: ``"fine"``, or how it misbehaves: ``"down"`` (503), ``"deaf"`` (makes the meeting, never answers),
        ``"strict"`` (400), ``"locked"`` (no token), ``"busy"`` (429: come back later)
    :ivar retry_after: after how many seconds to come back
    :ivar pause: seconds that it takes to make a meeting
    """

    def __init__(self):
        self.meetings, self.asked, self.mode, self.pause = {}, [], "fine", 0
        self.made, self.retry_after = 0, 600
        self._numbers, self._over, self._lock = count(800), threading.Event(), threading.Lock()

    def __enter__(self):
        peer = self

        class Handler(BaseHTTPRequestHandler):
            def _serve(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                path = urlsplit(self.path).path
                status, answer, headers = peer._answer(self.command, path, body)
                if status is None:
                    peer._over.wait(5)
                    return
                content = json.dumps(answer).encode() if answer is not None else b""
                self.send_response(status)
                for name, value in {"Content-Length": str(len(content)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PATCH = do_DELETE = _serve

            def log_message(self, *args):
                """Stay quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def _answer(self, method, path, body):
        """Return ``(status, JSON, headers)``; no status for no answer."""
        if path == "/oauth/token":
            if self.mode in ("down", "locked"):
                return (503 if self.mode == "down" else 401), {"reason": "Invalid client_id or client_secret"}, {}
            return 200, {"access_token": "token", "expires_in": 3600}, {}
        self.asked.append(f"{method} {path}")
        if self.mode == "busy":
            return 429, {"message": "Too many requests"}, {"Retry-After": str(self.retry_after)}
        if self.mode in ("down", "strict"):
            return (503, None, {}) if self.mode == "down" else (400, {"message": "Invalid host"}, {})
        if re.fullmatch(r"/v2/users/[^/]+/meetings", path):
            return self._list() if method == "GET" else self._make(json.loads(body))
        number = int(re.fullmatch(r"/v2/meetings/(\d+)", path)[1])
        if number not in self.meetings:
            return 404, {"code": 3001, "message": "Meeting does not exist"}, {}
        if method == "DELETE":
            del self.meetings[number]
        else:
            self.meetings[number].update(json.loads(body))
        return 204, None, {}

    def _make(self, values):
        time.sleep(self.pause)
        with self._lock:
            number = next(self._numbers)
            self.meetings[number] = values
            self.made += 1
        if self.mode == "deaf":
            return None, None, {}
        return 201, self._tell(number), {}

    def _list(self):
        return 200, {"meetings": [self._tell(number) for number in self.meetings]}, {}

    def _tell(self, number):
        agenda = self.meetings[number]["agenda"]
        return {"id": number, "join_url": f"https://example.zoom.us/j/{number}", "agenda": agenda}
