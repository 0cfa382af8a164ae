"""A mail server for tests: real SMTP, and what came in."""

import logging
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from .postgres import free_port


class SmtpPeer:
    """Listens from ``with`` on.

    :ivar messages: what was delivered, oldest first; the envelope is in the headers X-Envelope-From and -To
    :ivar refuse: while set, each message gets this answer, such as "451 4.3.0 come back later"
    """

    def __init__(self) -> None:
        self.port = free_port()
        self.messages: list[EmailMessage] = []
        self.refuse: str | None = None
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    def __enter__(self) -> "SmtpPeer":
        logging.getLogger("mail.log").setLevel(logging.WARNING)  # else each line of the dialogue is in the report
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.refuse:
            return self.refuse
        message = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        assert isinstance(message, EmailMessage)
        message["X-Envelope-From"] = envelope.mail_from
        message["X-Envelope-To"] = ", ".join(envelope.rcpt_tos)
        self.messages.append(message)
        return "250 OK"
