"""A62: reminders while servers die and the mail server is down: real processes, signals, SMTP."""

import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from house import lab

from .reminders import plan_reminders

MESSAGES = 240
KILLS = 10
PATIENCE = 240  # seconds: what is left after the last kill takes long on a busy machine


class Bank:
    """Two servers that both run scheduled actions, and what the database says of the messages."""

    def __init__(self, database, servers, peer):
        self.database, self.servers, self.peer = database, servers, peer
        self._connection = lab.connect(database)
        self._connection.autocommit = True
        # A server dies with the thread that started it: these live as long as the test.
        self._keepers = ThreadPoolExecutor(max_workers=1)
        self._starting = None

    def query(self, sql):
        with self._connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else None

    def count(self, condition):
        return self.query(f"SELECT count(*) FROM booking_message WHERE {condition}")[0][0]

    def wake(self):
        """Let the scheduled actions run now, as if their minutes had passed; so has the time until the next try."""
        self.query("UPDATE booking_message SET next_try = '2020-01-01' WHERE next_try IS NOT NULL AND state = 'queued'")
        self.query(
            """
            INSERT INTO ir_cron_trigger (cron_id, call_at)
            SELECT d.res_id, now() AT TIME ZONE 'UTC' FROM ir_model_data d
             WHERE d.model = 'ir.cron' AND d.name IN ('ir_cron_send_messages', 'ir_cron_mail_scheduler_action')
            """
        )
        connection = lab.connect("postgres")
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify('cron_trigger', %s)", [self.database])
        connection.close()

    def kill(self, number):
        """kill -9 one server; it comes up again while the other one goes on."""
        if self._starting:
            self._starting.result()
        server = self.servers[number % 2]
        server.kill()
        self._starting = self._keepers.submit(server.start)

    def close(self):
        self._keepers.shutdown()
        self._connection.close()


@pytest.fixture
def bank(smtp_peer):
    with lab.database() as database:
        with lab.environment(database) as env:
            plan_reminders(env, users=4, each=MESSAGES // 4)
            # Others write e-mails too when their day has come, such as Odoo's daily digest.
            ours = env.ref("appointment_booking.ir_cron_send_messages") | env.ref("mail.ir_cron_mail_scheduler_action")
            (env["ir.cron"].search([]) - ours).active = False
        with (
            lab.servers(database, smtp_port=smtp_peer.port) as (one,),
            lab.servers(database, smtp_port=smtp_peer.port) as (two,),
        ):
            bank = Bank(database, [one, two], smtp_peer)
            yield bank
            bank.close()


def wait_for_change(bank, before):
    """Wait until something was queued or sent since, so that the next kill comes in the middle of more."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        now = bank.count("prepared_at IS NOT NULL") + len(bank.peer.messages)
        if now != before:
            return now
        time.sleep(0.02)
    bank.wake()
    return before


def test_every_reminder_once(bank):
    """A62: ten kills -9 of two servers in the middle of it, the mail server refusing for half of the time: every
    reminder arrives, none is written twice.

    What no program can rule out is a death between the moment when the mail server says that it has an e-mail and the
    moment when that is written down. Such an e-mail is sent again, as the very same one (Message-Id), by which mail
    systems drop it: there are at most as many as kills.
    """
    dice = random.Random(62)
    bank.peer.refuse = "451 4.3.0 come back later"
    bank.wake()
    seen = 0
    for number in range(KILLS):
        seen = wait_for_change(bank, seen)
        time.sleep(dice.random() * 0.3)
        bank.kill(number)
        if number == KILLS // 2:
            bank.peer.refuse = None
        bank.wake()
    deadline = time.monotonic() + PATIENCE
    while bank.count("state = 'sent'") < MESSAGES and time.monotonic() < deadline:
        bank.wake()
        time.sleep(1)

    states = dict(bank.query("SELECT state, count(*) FROM booking_message GROUP BY state"))
    assert states == {"sent": MESSAGES}, "none lost, none beside"
    assert bank.query("SELECT count(DISTINCT appointment_id) FROM booking_message") == [(MESSAGES,)]
    arrived = Counter(message["Message-Id"] for message in bank.peer.messages)
    told = Counter(message["To"] for message in {m["Message-Id"]: m for m in bank.peer.messages}.values())
    assert len(told) == MESSAGES, "every booker was told"
    assert set(told.values()) == {1}, "no booker was written to twice"
    again = sum(arrived.values()) - len(arrived)
    assert again <= KILLS, "only what was just being handed over when the server died is handed over again"
