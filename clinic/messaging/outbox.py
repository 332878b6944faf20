"""Queue in the caller's transaction; claim with a lease; send; or try again later."""

from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import connection, transaction
from django.db.models import F
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.utils import timezone

from clinic.messaging.models import Message

LEASE = timedelta(minutes=5)
BATCH = 20
CALENDAR = "text/calendar; method=PUBLISH"


def queue(event, *, to, key, context=None, patient=None, due_at=None, sensitive=False, attachment=("", "")):
    """Write one message and return it; a second call with the same `key` returns the first message.

    `event` names the template `emails/<app>/<name>.txt`, whose first line is the subject; an `.html` beside it is
    optional. `attachment` is the name and the text of a calendar file. Call it inside the deed's transaction: if the
    deed is rolled back, nothing is sent. About a patient who has died nothing is written to anybody: None.
    """
    if getattr(patient, "deceased_on", None):
        return None
    context = {"site_url": settings.SITE_URL, **(context or {})}
    subject, _, text = render_to_string(f"emails/{event}.txt", context).strip().partition("\n")
    try:
        html = str(render_to_string(f"emails/{event}.html", context))
    except TemplateDoesNotExist:
        html = ""
    name, content = attachment
    message, _ = Message.objects.get_or_create(
        key=key,
        defaults={
            "event": event,
            "to": to,
            "patient_id": getattr(patient, "pk", patient),
            "subject": subject.strip()[:200],
            "text": text.strip(),
            "html": html,
            "attachment_name": name,
            "attachment": content,
            "due_at": due_at or timezone.now(),
            "is_sensitive": sensitive,
        },
    )
    return message


def withdraw(key, *, now=None):
    """Cancel the message with this key; return whether it was still waiting (nobody has read it or is about to)."""
    now = now or timezone.now()
    waiting = Message.objects.unsent().filter(key=key).exclude(claimed_until__gte=now)
    return bool(waiting.update(cancelled_at=now))


def withdraw_all(patient_ids, *, now=None):
    """Cancel what waits to be sent about these patients; return how many (those under way are left to the worker)."""
    now = now or timezone.now()
    waiting = Message.objects.unsent().filter(patient_id__in=patient_ids).exclude(claimed_until__gte=now)
    return waiting.update(cancelled_at=now)


@transaction.atomic
def claim(now, limit=BATCH):
    """Take up to `limit` due messages for the length of a lease and return them."""
    due = Message.objects.due(now)
    if connection.features.has_select_for_update_skip_locked:
        due = due.select_for_update(skip_locked=True)
    ids = list(due.values_list("pk", flat=True)[:limit])
    Message.objects.filter(pk__in=ids).update(claimed_until=now + LEASE, attempts=F("attempts") + 1)
    return list(Message.objects.filter(pk__in=ids))


def deliver(message):
    """Hand one claimed message to the mail server; an error is kept on the row and tried again later."""
    mail = EmailMultiAlternatives(
        message.subject,
        message.text,
        settings.DEFAULT_FROM_EMAIL,
        [message.to],
        headers={"Message-ID": f"<{message.key}@{settings.SITE_URL.split('://')[-1].split(':')[0]}>"},
    )
    if message.html:
        mail.attach_alternative(message.html, "text/html")
    if message.attachment:
        mail.attach(message.attachment_name, message.attachment, CALENDAR)
    try:
        mail.send()
    except Exception as error:
        _put_back(message, error)
        return False
    _mark_sent(message)
    return True


def _put_back(message, error):
    wait = timedelta(minutes=2**message.attempts)
    Message.objects.filter(pk=message.pk).update(
        due_at=timezone.now() + wait, claimed_until=None, last_error=f"{type(error).__name__}: {error}"[:300]
    )


def _mark_sent(message):
    wiped = {"text": "", "html": "", "attachment_name": "", "attachment": ""} if message.is_sensitive else {}
    Message.objects.filter(pk=message.pk).update(sent_at=timezone.now(), claimed_until=None, last_error="", **wiped)


def send_due(now=None):
    """Send what is due; return how many went out. Messages cancelled after the claim are left alone."""
    sent = 0
    for message in claim(now or timezone.now()):
        if Message.objects.unsent().filter(pk=message.pk).exists():
            sent += deliver(message)
    return sent
