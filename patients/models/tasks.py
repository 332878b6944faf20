"""What somebody of the clinic has to do for a patient, until it is done."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from patients.models.alerts import Alert
from patients.models.owned import HealthQuerySet
from patients.models.people import Patient


class TaskQuerySet(HealthQuerySet):
    staff_right = "task.view"

    def for_own(self, user):
        """Nobody's own: tasks are the clinic's work."""
        return self.none()

    def open(self):
        return self.filter(done_at=None, patient__deceased_on=None)

    def due(self, day=None):
        return self.open().filter(due_on__lte=day or timezone.localdate())


class Task(models.Model):
    """One thing to do for a patient, with a day by which; closed by somebody with what came of it."""

    class Kind(models.TextChoices):
        REFER = "refer", _("Medical referral")
        IMAGING = "imaging", _("Imaging decision")
        EXAM = "exam", _("Examination")
        SAFETY = "safety", _("Safety of the plan")
        REVIEW = "review", _("Read the health history")
        CONTACT = "contact", _("Get in touch")
        OTHER = "other", _("Something else")

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="tasks", verbose_name=_("patient"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    title = models.CharField(_("what to do"), max_length=200)
    detail = models.TextField(_("detail"), blank=True)
    alert = models.ForeignKey(Alert, models.PROTECT, null=True, blank=True, related_name="tasks")
    key = models.CharField(max_length=120)  # what the task is about, so that it is opened once
    due_on = models.DateField(_("due on"))
    opened_at = models.DateTimeField(_("opened at"), default=timezone.now)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    outcome = models.CharField(_("what came of it"), max_length=300, blank=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        ordering = ["due_on", "pk"]
        indexes = [models.Index(fields=["due_on"], name="task_open_by_day", condition=Q(done_at=None))]
        constraints = [
            models.UniqueConstraint(fields=["patient", "key"], condition=Q(done_at=None), name="task_is_opened_once"),
            models.CheckConstraint(
                name="task_is_done_with_an_outcome",
                condition=Q(done_at=None, done_by=None, outcome="")
                | (Q(done_at__isnull=False, done_by__isnull=False) & ~Q(outcome="")),
            ),
        ]

    def __str__(self):
        return self.title
