"""The outbox: what is to be sent, written in the same transaction as the deed it speaks of."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

MAX_ATTEMPTS = 8


class MessageQuerySet(models.QuerySet):
    def unsent(self):
        return self.filter(sent_at=None, cancelled_at=None)

    def due(self, now):
        """Those whose hour has come and which no worker holds."""
        free = Q(claimed_until=None) | Q(claimed_until__lt=now)
        return self.unsent().filter(free, due_at__lte=now, attempts__lt=MAX_ATTEMPTS)

    def dead(self):
        """Dead letters: tried as often as we try; staff must look."""
        return self.unsent().filter(attempts__gte=MAX_ATTEMPTS)


class Message(models.Model):
    """One e-mail to one address. Delivered at least once; `key` is also its Message-ID, so a twin is recognised."""

    key = models.CharField(max_length=120, unique=True)
    event = models.CharField(max_length=60)  # template: emails/<event>.txt
    to = models.EmailField()
    patient_id = models.BigIntegerField(null=True, blank=True)  # messaging lies below patients: a number, not a link
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField(blank=True)
    attachment_name = models.CharField(max_length=60, blank=True)
    attachment = models.TextField(blank=True)  # a calendar file: the only thing we attach
    is_sensitive = models.BooleanField(default=False)  # holds a code or link: the body is wiped once sent
    due_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(auto_now_add=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["due_at", "pk"]
        indexes = [models.Index(F("due_at"), name="message_waiting", condition=Q(sent_at=None, cancelled_at=None))]
        constraints = [
            models.CheckConstraint(
                name="message_is_sent_or_cancelled_not_both", condition=Q(sent_at=None) | Q(cancelled_at=None)
            ),
            models.CheckConstraint(
                name="message_attachment_has_a_name",
                condition=Q(attachment="", attachment_name="") | ~Q(attachment="") & ~Q(attachment_name=""),
            ),
        ]

    def __str__(self):
        return f"{self.event} {self.key}"
