"""Clinical tables: loaded by a migration from `clinic/charting/data`, with their sources; the clinic may edit them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords


class Level(models.TextChoices):
    ABSOLUTE = "A", _("Absolute")
    RELATIVE = "R", _("Relative")
    PRECAUTION = "P", _("Precaution")


class Contraindication(models.Model):
    """One rule: what speaks against a treatment, where, how strongly, and who says so (see `charting.rules`)."""

    rule_id = models.CharField(_("rule"), max_length=120, unique=True)
    treatment = models.CharField(_("treatment"), max_length=30)
    trigger = models.CharField(_("trigger"), max_length=12)  # condition, sign, site, parameter, age, consent
    subject = models.CharField(_("subject"), max_length=120)
    level = models.CharField(_("level"), max_length=1, choices=Level)
    scope = models.CharField(_("scope"), max_length=14)  # global, region, treated_site, same_region
    regions = models.CharField(_("regions"), max_length=120, blank=True)
    level_when = models.CharField(_("other level when"), max_length=200, blank=True)
    unknown_site = models.CharField(_("unknown site counts as"), max_length=12, blank=True)
    alternative = models.CharField(_("alternative"), max_length=300, blank=True)
    message = models.CharField(_("message"), max_length=400)
    source = models.CharField(_("source"), max_length=200)
    is_enabled = models.BooleanField(_("is in force"), default=True)
    changed_because = models.CharField(_("reason for the change"), max_length=300, blank=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField(_("changed at"), null=True, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("contraindication")
        verbose_name_plural = _("contraindications")
        ordering = ["treatment", "rule_id"]
        indexes = [models.Index(fields=["treatment"], name="contraindication_by_treatment")]
        constraints = [
            models.CheckConstraint(name="contraindication_level_is_known", condition=Q(level__in=Level.values)),
            models.CheckConstraint(
                name="contraindication_change_has_a_reason",
                condition=Q(changed_at=None) | (Q(changed_by__isnull=False) & ~Q(changed_because="")),
            ),
        ]

    def __str__(self):
        return self.rule_id


class TreatmentKind(models.Model):
    """A kind of treatment with the schema of its parameters (name, unit, range, required), as in the data file."""

    slug = models.SlugField(_("short name"), max_length=30, unique=True)
    label = models.CharField(_("label"), max_length=80)
    is_timed = models.BooleanField(_("billed by time"), default=False)
    attendance = models.CharField(_("attendance"), max_length=12, default="none")
    definition = models.JSONField(
        _("definition")
    )  # parameters, contraindication_choose, rules: see charting.parameters
    icon = models.CharField(_("drawing"), max_length=12, default="hand")  # a name of templates/_icon.html
    is_own = models.BooleanField(_("added by the clinic"), default=False)
    evidence_note = models.TextField(_("evidence note"), blank=True)
    is_active = models.BooleanField(_("is in use"), default=True)
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    source = models.CharField(_("source"), max_length=200, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("kind of treatment")
        verbose_name_plural = _("kinds of treatment")
        ordering = ["order", "label"]

    def __str__(self):
        return self.label


class DiagnosisCodeQuerySet(models.QuerySet):
    def picked(self):
        """Those of the pick list: the ones this field of work needs every day."""
        return self.filter(is_picked=True)

    def below(self, header):
        """The billable parts of a heading such as "M54.5"; `header` as it is written, with its point."""
        return self.filter(code__startswith=header).exclude(code=header)

    def matching(self, typed):
        """Codes that begin with what was typed, or whose title holds each of its words; the pick list first."""
        words = typed.split()
        if not words:
            return self.none()
        in_title = Q()
        for word in words:
            in_title &= Q(title__icontains=word)
        return self.filter(Q(code__istartswith=typed.strip()) | in_title).order_by("-is_picked", "code")


class DiagnosisCode(models.Model):
    """A billable ICD-10-CM code: one of the pick list, or one of all that `load_icd10` brings.

    `excludes1` are the codes that it, or a heading above it, names as never standing beside it, as the edition writes
    them: "M51.1-" means every code that begins so.
    """

    code = models.CharField(_("code"), max_length=10, primary_key=True)
    title = models.CharField(_("title"), max_length=250)
    group = models.CharField(_("group"), max_length=60)
    excludes1 = models.JSONField(_("never beside"), default=list, blank=True)
    is_picked = models.BooleanField(_("is on the pick list"), default=True)
    source = models.CharField(_("source"), max_length=120, default="ICD-10-CM, CDC, April 2026 release")

    objects = DiagnosisCodeQuerySet.as_manager()

    class Meta:
        verbose_name = _("diagnosis code")
        verbose_name_plural = _("diagnosis codes")
        ordering = ["code"]

    def __str__(self):
        return f"{self.code} {self.title}"
