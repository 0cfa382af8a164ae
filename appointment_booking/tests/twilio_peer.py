"""A server that speaks Twilio's messages API where Odoo looks for Twilio: behind a proxy, over TLS, on this machine."""

import base64
import json
import os
import ssl
import threading
from datetime import datetime, timedelta, timezone
from http.client import parse_headers
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from tempfile import TemporaryDirectory
from urllib.parse import parse_qsl

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "api.twilio.com"


class TwilioPeer:
    """Between ``with`` and its end, requests for Twilio arrive here.

    :ivar messages: what was accepted: the fields of each message, with ``account`` and ``token``, oldest first
    :ivar refuse: ``{number: (code, text)}`` of Twilio's errors, by the number to which they are the answer
    """

    def __init__(self):
        self.messages = []
        self.refuse = {}
        self.down = False

    def __enter__(self):
        self._folder = TemporaryDirectory()
        certificate = _certify(Path(self._folder.name))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        peer = self

        class Handler(StreamRequestHandler):
            def handle(self):
                line = self.rfile.readline().decode()
                parse_headers(self.rfile)
                if peer.down or line.split()[:2] != ["CONNECT", f"{HOST}:443"]:
                    self.wfile.write(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
                    return
                self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                with context.wrap_socket(self.connection, server_side=True) as secure:
                    stream = secure.makefile("rwb")
                    while peer._answer(stream):
                        pass

        ThreadingTCPServer.daemon_threads = True
        self._server = ThreadingTCPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self._before = {name: os.environ.get(name) for name in ("HTTPS_PROXY", "REQUESTS_CA_BUNDLE")}
        os.environ["HTTPS_PROXY"] = f"http://127.0.0.1:{self._server.server_address[1]}"
        os.environ["REQUESTS_CA_BUNDLE"] = str(certificate)
        return self

    def __exit__(self, *_):
        for name, value in self._before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        self._server.shutdown()
        self._server.server_close()
        self._folder.cleanup()

    def _answer(self, stream):
        """Read one request and answer it; tell whether there was one."""
        line = stream.readline().decode()
        if not line:
            return False
        method, path, _version = line.split()
        headers = parse_headers(stream)
        fields = dict(parse_qsl(stream.read(int(headers.get("Content-Length", 0))).decode(), keep_blank_values=True))
        account, token = base64.b64decode(headers["Authorization"].split()[1]).decode().split(":")
        if method != "POST" or path != f"/2010-04-01/Accounts/{account}/Messages.json":
            status, answer = "404 Not Found", {"code": 20404, "message": "The requested resource was not found"}
        elif fields["To"] in self.refuse:
            code, text = self.refuse[fields["To"]]
            status, answer = "400 Bad Request", {"code": code, "message": text, "status": 400}
        else:
            self.messages.append({**fields, "account": account, "token": token})
            sid = f"SM{len(self.messages):032x}"
            status, answer = "201 Created", {"sid": sid, "status": "queued", "error_code": None, "body": fields["Body"]}
        content = json.dumps(answer).encode()
        head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        stream.write(head.encode() + content)
        stream.flush()
        return True


def _certify(folder):
    """Write a certificate for Twilio's name that vouches for itself, with its key; return the file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # Tests stand still in time, TLS does not.
        .not_valid_before(min(now, datetime(2020, 1, 1, tzinfo=timezone.utc)))
        .not_valid_after(max(now, datetime(2100, 1, 1, tzinfo=timezone.utc)) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "twilio.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + secret)
    return path
