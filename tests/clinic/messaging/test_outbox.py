"""The outbox: written with the deed, sent by the worker, at least once, never lost."""

import socket
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from django.core import mail
from django.db import connections, transaction
from django.utils import timezone

from clinic.messaging import outbox
from clinic.messaging.models import MAX_ATTEMPTS, Message

NOW = timezone.now()


def put(key="m-1", **fields):
    return Message.objects.create(
        **{"key": key, "event": "test", "to": "ana@example.org", "subject": "Hello", "text": "Body",
           "due_at": NOW - timedelta(minutes=1), **fields}
    )  # fmt: skip


def test_a_message_is_written_once_per_key(db):
    for _ in range(2):
        outbox.queue("accounts/notice", to="ana@example.org", key="k", context={"subject": "Hello", "body": "Text"})
    assert list(Message.objects.values_list("subject", "text")) == [("Hello", "Text")]


def test_a_deed_that_is_rolled_back_sends_nothing(db):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        outbox.queue("accounts/notice", to="ana@example.org", key="k", context={"subject": "Hello", "body": "Text"})
        1 / 0
    assert Message.objects.count() == 0


def test_what_is_due_is_sent_with_a_stable_message_id(db):
    put()
    put("m-later", due_at=NOW + timedelta(hours=1))
    assert outbox.send_due(NOW) == 1
    assert [m.extra_headers["Message-ID"] for m in mail.outbox] == ["<m-1@localhost>"]
    assert outbox.send_due(NOW) == 0


def test_a_message_with_a_link_is_wiped_once_sent(db):
    put(is_sensitive=True, html="<p>Body</p>")
    outbox.send_due(NOW)
    sent = Message.objects.get()
    assert (sent.text, sent.html, sent.sent_at is not None) == ("", "", True)


def test_a_message_cancelled_after_the_claim_is_not_sent(db, monkeypatch):
    """F8."""
    put()
    claim = outbox.claim

    def claim_then_cancel(*args):
        claimed = claim(*args)
        Message.objects.update(cancelled_at=NOW)
        return claimed

    monkeypatch.setattr(outbox, "claim", claim_then_cancel)
    assert outbox.send_due(NOW) == 0
    assert mail.outbox == []


def test_a_claimed_message_is_free_again_when_its_lease_ends(db):
    """F7: the worker that claimed it died."""
    put()
    assert len(outbox.claim(NOW)) == 1
    assert outbox.claim(NOW) == []
    assert len(outbox.claim(NOW + outbox.LEASE + timedelta(seconds=1))) == 1


def test_an_unreachable_mail_server_delays_and_at_last_makes_a_dead_letter(db, settings):
    """F6: refused; every attempt doubles the wait."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", 1, False
    message = put()
    outbox.send_due(NOW)
    message.refresh_from_db()
    assert message.attempts == 1
    assert message.due_at > timezone.now() + timedelta(minutes=1)
    assert "ConnectionRefusedError" in message.last_error
    Message.objects.update(attempts=MAX_ATTEMPTS)
    assert list(Message.objects.dead()) == [message]
    assert outbox.send_due(NOW + timedelta(days=9)) == 0


class _Mailbox:
    def __init__(self):
        self.letters = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - the library's name
        self.letters.append((envelope.rcpt_tos, envelope.content.decode()))
        return "250 OK"


def test_a_real_mail_server_receives_the_message(db, settings):
    box = _Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    try:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_USE_TLS = "127.0.0.1", False
        settings.EMAIL_PORT = port
        put(subject="Your visit — Émile")
        assert outbox.send_due(NOW) == 1
    finally:
        server.stop()
    assert [to for to, _ in box.letters] == [["ana@example.org"]]
    assert "Message-ID: <m-1@localhost>" in box.letters[0][1]


@pytest.mark.django_db(transaction=True)
def test_four_workers_claim_each_message_exactly_once():
    Message.objects.bulk_create(
        Message(key=f"m-{n}", event="t", to="a@example.org", subject="s", text="t", due_at=NOW - timedelta(minutes=1))
        for n in range(60)
    )

    def work(_):
        try:
            return [m.key for _ in range(4) for m in outbox.claim(NOW)]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        claimed = [key for keys in pool.map(work, range(4)) for key in keys]
    assert sorted(claimed) == sorted(f"m-{n}" for n in range(60))
