"""What happened: one row per deed, per reading of a chart and per refusal."""

from django.db import models

from clinic.database.frozen import Frozen


class AuditEvent(models.Model):
    """One thing that somebody did. No foreign keys: the log outlives what it speaks of, and holds no health data."""

    at = models.DateTimeField()
    action = models.CharField(max_length=60)  # "appointment.booked", "chart.read", "access.denied"
    actor_id = models.BigIntegerField(null=True)
    actor_roles = models.CharField(max_length=120, blank=True)
    object_type = models.CharField(max_length=60, blank=True)
    object_id = models.CharField(max_length=60, blank=True)
    patient_id = models.BigIntegerField(null=True)
    route = models.CharField(max_length=120, blank=True)
    request_id = models.CharField(max_length=36, blank=True)
    details = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [Frozen(name="audit_log_is_append_only")]
        indexes = [
            models.Index(fields=["patient_id", "-at"], name="audit_by_patient"),
            models.Index(fields=["actor_id", "-at"], name="audit_by_actor"),
        ]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.action} {self.object_type} {self.object_id}".strip()
