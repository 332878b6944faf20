"""Giving an article to a patient, and noting that it was read."""

from django.db import transaction
from django.utils import timezone

from clinic.accounts.roles import require
from clinic.audit.recording import record
from clinic.messaging import outbox
from content.models import Article, Assignment
from patients.languages import writing_to


class NotPublished(Exception):
    """Only a published article can be given."""


@transaction.atomic
def assign(*, article, patient, by, because):
    """Give one article with its reason and return the assignment; giving it twice unread is one assignment."""
    require(by, "article.assign")
    if not Article.objects.filter(pk=article.pk, status=Article.Status.PUBLISHED).exists():  # the row, not the copy
        raise NotPublished
    if known := Assignment.objects.of(patient).filter(article=article, first_read_at=None).first():
        return known
    given, created = Assignment.objects.get_or_create(
        article=article, patient=patient, first_read_at=None, defaults={"assigned_by": by, "because": because[:300]}
    )
    if created:
        if patient.email:
            with writing_to(patient):
                outbox.queue(
                    "content/assigned",
                    to=patient.email,
                    key=f"assignment-{given.pk}",
                    patient=patient,
                    context={"patient": patient},
                )
        record("article.assigned", given, by=by, patient=patient, article=article.pk)
    return given


@transaction.atomic
def note_reading(assignment, *, by):
    """Keep when the patient first and last opened the article; return the assignment."""
    row = Assignment.objects.select_for_update(no_key=True, of=("self",)).get(pk=assignment.pk)
    now = timezone.now()
    first = row.first_read_at is None
    row.first_read_at, row.last_read_at = row.first_read_at or now, now
    row.save(update_fields=["first_read_at", "last_read_at"])
    if first:
        record("article.read", row, by=by, patient=row.patient_id, article=row.article_id)
    return row
