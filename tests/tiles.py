"""A tile server for tests: real HTTP, plain pictures of 256 by 256 pixels at ``/{z}/{x}/{y}.png``."""

import re
import struct
import threading
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SIDE = 256
PATH = re.compile(r"/[0-9]+/[0-9]+/[0-9]+\.png")


class TilePeer:
    """Listens inside ``with``.

    :ivar served: the paths of the tiles that were fetched, oldest first
    :ivar headers: those of the last request
    :ivar broken: while true, every answer is an error
    """

    def __init__(self):
        self.served = []
        self.headers = {}
        self.broken = False

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
        self._server.shutdown()
        self._server.server_close()

    @property
    def origin(self):
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def url(self):
        return self.origin + "/{z}/{x}/{y}.png"

    def _answer(self, handler):
        self.headers = dict(handler.headers)
        if self.broken or not PATH.fullmatch(handler.path):
            handler.send_error(503 if self.broken else 404)
            return
        self.served.append(handler.path)
        handler.send_response(200)
        handler.send_header("Content-Type", "image/png")
        handler.send_header("Content-Length", str(len(TILE)))
        handler.end_headers()
        try:
            handler.wfile.write(TILE)
        except (BrokenPipeError, ConnectionResetError):
            return  # the page was left


def _picture(red, green, blue):
    """A PNG of one colour, with a darker edge, so that tiles are told apart."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    light, dark = bytes((red, green, blue)), bytes((red - 30, green - 30, blue - 30))
    edge, row = b"\0" + dark * SIDE, b"\0" + dark + light * (SIDE - 1)
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    data = zlib.compress(edge + row * (SIDE - 1))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


TILE = _picture(222, 230, 220)
