"""The outbox: written with the deed, sent by the worker, at least once, never lost."""

import socket
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller
from django.core import mail
from django.db import IntegrityError, connections, transaction
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


@pytest.fixture
def box(settings):
    """A real mail server on this machine; `box.letters` is what it received."""
    box = _Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_USE_TLS = "127.0.0.1", False
    settings.EMAIL_PORT = port
    yield box
    server.stop()


def test_a_real_mail_server_receives_the_message(db, box):
    put(subject="Your visit — Émile")
    assert outbox.send_due(NOW) == 1
    assert [to for to, _ in box.letters] == [["ana@example.org"]]
    assert "Message-ID: <m-1@localhost>" in box.letters[0][1]


def test_a_calendar_file_travels_with_its_type_and_its_letters(db, box):
    """What the mail server gets is a calendar that is published, byte for byte as it was queued."""
    text = "BEGIN:VCALENDAR\r\nSUMMARY:Visit at Émile’s\r\nEND:VCALENDAR\r\n"
    put(attachment_name="visit.ics", attachment=text)
    put("m-2")
    assert outbox.send_due(NOW) == 2
    letters = [message_from_bytes(letter.encode(), policy=policy.default) for _to, letter in box.letters]
    files = [list(letter.iter_attachments()) for letter in letters]
    assert [len(found) for found in files] == [1, 0]
    file = files[0][0]
    kind = file["Content-Type"]
    assert (kind.content_type, kind.params["method"], kind.params["charset"]) == ("text/calendar", "PUBLISH", "utf-8")
    assert file.get_filename() == "visit.ics"
    assert file.get_payload(decode=True).decode() == text


def test_a_calendar_file_is_queued_with_the_mail_and_wiped_with_a_sensitive_one(db):
    said = {"to": "ana@example.org", "context": {"subject": "Hello", "body": "Text"}}
    kept = outbox.queue("accounts/notice", key="a", attachment=("visit.ics", "BEGIN"), **said)
    assert (kept.attachment_name, kept.attachment) == ("visit.ics", "BEGIN")
    outbox.queue("accounts/notice", key="b", attachment=("visit.ics", "BEGIN"), sensitive=True, **said)
    outbox.send_due(timezone.now())
    rows = Message.objects.order_by("key").values_list("attachment_name", "attachment")
    assert list(rows) == [("visit.ics", "BEGIN"), ("", "")]


@pytest.mark.parametrize("fields", [{"attachment": "BEGIN"}, {"attachment_name": "visit.ics"}])
def test_an_attachment_has_a_name_and_a_name_its_attachment(db, fields):
    with pytest.raises(IntegrityError, match="message_attachment_has_a_name"), transaction.atomic():
        put(**fields)
    put(attachment="BEGIN", attachment_name="visit.ics")


def test_a_waiting_message_is_withdrawn_and_never_sent(db):
    put()
    assert (outbox.withdraw("m-1", now=NOW), outbox.withdraw("m-1", now=NOW)) == (True, False)
    assert (outbox.send_due(NOW), Message.objects.get().cancelled_at) == (0, NOW)


def test_a_message_that_is_out_or_in_a_workers_hands_cannot_be_withdrawn(db):
    put()
    outbox.claim(NOW)
    assert outbox.withdraw("m-1", now=NOW) is False
    Message.objects.update(sent_at=NOW, claimed_until=None)
    assert (outbox.withdraw("m-1", now=NOW), outbox.withdraw("nobody", now=NOW)) == (False, False)


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
