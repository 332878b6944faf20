"""Clinical tables of this app: loaded by a migration from `patients/data`, editable by the clinic."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords


class SafetyTerm(models.Model):
    """One word of the safety vocabulary: a condition, device, medicine or state that rules can speak of."""

    slug = models.SlugField(max_length=60, primary_key=True)
    label = models.CharField(_("label"), max_length=120)
    kind = models.CharField(_("kind"), max_length=12)  # disease, state, device, medication, sign, history, allergy
    snomed = models.CharField(_("SNOMED CT ids"), max_length=300, blank=True)
    icd10cm = models.CharField(_("ICD-10-CM prefixes"), max_length=600, blank=True)
    medication_terms = models.TextField(_("ingredient names"), blank=True)
    medication_form = models.CharField(_("form of the medicine"), max_length=10, blank=True)
    history_counts = models.BooleanField(_("counts even when resolved"), default=False)
    intake_question = models.CharField(_("question"), max_length=300, blank=True)
    note = models.TextField(_("note"), blank=True)
    source = models.CharField(_("source"), max_length=200)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("safety term")
        verbose_name_plural = _("safety vocabulary")
        ordering = ["label"]

    def __str__(self):
        return self.label


class RedFlagRule(models.Model):
    """One red-flag question and what its answer asks of the clinic (rules are read by `patients.red_flags`)."""

    id = models.CharField(max_length=10, primary_key=True)
    question = models.CharField(_("question"), max_length=300)
    answer_type = models.CharField(max_length=20)
    points_to = models.CharField(_("points to"), max_length=120)
    level = models.CharField(_("level"), max_length=1)
    rule = models.CharField(_("rule"), max_length=300)
    escalates_when = models.CharField(_("rises when"), max_length=300, blank=True)
    unsure_means = models.CharField(_("unsure means"), max_length=10, blank=True)
    patient_advice = models.TextField(_("advice to the patient"))
    staff_action = models.TextField(_("what staff do"))
    blocks_booking = models.CharField(max_length=10, blank=True)
    blocks_treatments = models.CharField(max_length=200, blank=True)
    exam_required = models.CharField(max_length=100, blank=True)
    source = models.CharField(_("source"), max_length=200)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("red flag")
        verbose_name_plural = _("red flags")
        ordering = ["id"]

    def __str__(self):
        return f"{self.id} {self.points_to}"
