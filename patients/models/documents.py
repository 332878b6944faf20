"""Documents in the chart: imaging, reports, letters, forms. The file lies outside every public folder."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from patients.models.owned import HealthQuerySet
from patients.models.people import Patient

LARGEST = 10 * 1024 * 1024  # bytes


def unguessable(_document, filename):
    """Return where a file is kept: a random name, of the sender's only the checked ending remains."""
    return f"patients/{secrets.token_hex(16)}.{filename.rsplit('.', 1)[-1]}"


class DocumentQuerySet(HealthQuerySet):
    staff_right = "document.view"

    def for_own(self, user):
        """What a patient sees: what they sent themselves, and what the clinic has released to them."""
        return super().for_own(user).valid().filter(Q(by_patient=True) | Q(released_at__isnull=False))

    def valid(self):
        return self.filter(entered_in_error_at=None)


class Document(models.Model):
    """One file of one patient, checked and (a picture) drawn anew before it was kept."""

    class Kind(models.TextChoices):
        IMAGING = "imaging", _("Imaging")
        REPORT = "report", _("Report or finding")
        LETTER = "letter", _("Letter")
        FORM = "form", _("Form")
        OTHER = "other", _("Other")

    class MediaType(models.TextChoices):
        JPEG = "image/jpeg", "JPEG"
        PNG = "image/png", "PNG"
        WEBP = "image/webp", "WebP"
        PDF = "application/pdf", "PDF"

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="documents", verbose_name=_("patient"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.REPORT)
    title = models.CharField(_("title"), max_length=120)
    dated_on = models.DateField(_("dated"), null=True, blank=True)
    file = models.FileField(upload_to=unguessable, max_length=100)
    media_type = models.CharField(max_length=20, choices=MediaType)
    size = models.PositiveIntegerField()  # bytes
    sha256 = models.CharField(max_length=64)
    by_patient = models.BooleanField(default=False)
    uploaded_at = models.DateTimeField(default=timezone.now)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    entered_in_error_at = models.DateTimeField(null=True, blank=True)
    entered_in_error_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["-uploaded_at", "-pk"]
        indexes = [models.Index(fields=["patient", "-uploaded_at"], name="document_by_patient")]
        constraints = [
            models.CheckConstraint(name="document_is_not_too_large", condition=Q(size__gte=1, size__lte=LARGEST)),
            models.CheckConstraint(
                name="document_is_a_picture_or_a_pdf",
                condition=Q(media_type__in=["image/jpeg", "image/png", "image/webp", "application/pdf"]),
            ),
            models.CheckConstraint(
                name="document_is_released_by_somebody",
                condition=Q(released_at=None, released_by=None)
                | Q(released_at__isnull=False, released_by__isnull=False),
            ),
            models.CheckConstraint(
                name="document_in_error_is_marked_by_somebody",
                condition=Q(entered_in_error_at=None, entered_in_error_by=None)
                | Q(entered_in_error_at__isnull=False, entered_in_error_by__isnull=False),
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def file_name(self):
        """A harmless name for the reader's disk: the number, never what the sender called it."""
        return f"document-{self.pk}.{str(self.file.name).rsplit('.', 1)[-1]}"
