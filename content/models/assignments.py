"""An article given to a patient, and whether it was read."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from content.models.articles import Article
from patients.models import Patient
from patients.models.owned import OwnedQuerySet


class AssignmentQuerySet(OwnedQuerySet):
    staff_right = "visit.view"

    def unread(self):
        return self.filter(first_read_at=None)


class Assignment(models.Model):
    """One article chosen for one patient, with the reason in the practitioner's words."""

    article = models.ForeignKey(Article, models.PROTECT, related_name="assignments", verbose_name=_("article"))
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="assignments", verbose_name=_("patient"))
    because = models.CharField(_("why"), max_length=300)
    assigned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    assigned_at = models.DateTimeField(_("given at"), default=timezone.now)
    first_read_at = models.DateTimeField(_("first read at"), null=True, blank=True)
    last_read_at = models.DateTimeField(_("last read at"), null=True, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assigned article")
        verbose_name_plural = _("assigned articles")
        ordering = ["-assigned_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "article"], condition=Q(first_read_at=None), name="one_unread_assignment_an_article"
            ),
            models.CheckConstraint(
                name="assignment_is_read_after_it_is_given",
                condition=Q(first_read_at=None) | Q(first_read_at__gte=models.F("assigned_at")),
            ),
        ]

    def __str__(self):
        return f"{self.article} for {self.patient}"
