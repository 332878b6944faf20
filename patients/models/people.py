"""A person in our care, how to find them, and who may act for them."""

from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connections, models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from clinic.accounts.roles import Role, can
from patients import searching

EARLIEST_BIRTH = date(1900, 1, 1)


def check_birth_date(day):
    """Raise `ValidationError` for a birth date before 1900 or after today."""
    if day > timezone.localdate():
        raise ValidationError(_("This birth date is in the future."))
    if day < EARLIEST_BIRTH:
        raise ValidationError(_("This birth date is before 1900. Please check the year."))


class PatientQuerySet(models.QuerySet):
    def for_user(self, user):
        """Patients this user may see: all for staff who treat or book, their own and granted ones for patients."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        if can(user, "patient.view"):
            return self.all()
        return self.in_care_of(user, "record") if Role.PATIENT in user.roles else self.none()

    def in_care_of(self, user, scope):
        """The account's own patient and those it holds a current grant of `scope` for, merged records included."""
        granted = ProxyGrant.objects.current(scope).filter(user=user).values("patient")
        named = Patient.objects.filter(Q(user=user) | Q(pk__in=granted))
        kept = named.values(kept=Coalesce("merged_into", "pk"))
        return self.filter(Q(pk__in=kept) | Q(merged_into__in=kept))

    def records_of(self, patients):
        """Every record these people have (rows, or keys of kept ones): the kept one and those merged into it."""
        kept = {getattr(one, "merged_into_id", None) or getattr(one, "pk", one) for one in patients}
        return self.filter(Q(pk__in=kept) | Q(merged_into__in=kept))

    def kept(self):
        """One record a person: those merged into another are left out."""
        return self.filter(merged_into=None)

    def search(self, text):
        """Patients whose tokens begin with each word of `text`: name in any spelling, phone, birth date, chart no.

        What a merged record says finds the one that is kept: once, and only that.
        """
        words = searching.query_words(text)
        if not words:
            return self.none()
        records = Patient.objects.all()
        for word in words:
            records = records.filter(pk__in=SearchToken.objects.beginning_with(word).values("patient"))
        return self.filter(pk__in=records.values(person=Coalesce("merged_into", "pk")))

    def living(self):
        return self.filter(deceased_on=None)


class Patient(models.Model):
    """A person we treat or are about to treat."""

    class Sex(models.TextChoices):
        FEMALE = "F", _("Female")
        MALE = "M", _("Male")
        OTHER = "X", _("Other or not said")

    class Channel(models.TextChoices):
        PHONE = "phone", _("Phone call")
        SMS = "sms", _("Text message")
        EMAIL = "email", _("E-mail")
        POST = "post", _("Letter")

    chart_number = models.CharField(_("chart number"), max_length=20, unique=True, editable=False)
    given_name = models.CharField(_("first name"), max_length=80)
    family_name = models.CharField(_("last name"), max_length=80, blank=True)
    preferred_name = models.CharField(_("likes to be called"), max_length=80, blank=True)
    birth_date = models.DateField(_("birth date"), validators=[check_birth_date])
    sex = models.CharField(_("sex on the health record"), max_length=1, choices=Sex, default=Sex.OTHER)
    gender = models.CharField(_("gender"), max_length=40, blank=True)
    pronouns = models.CharField(_("pronouns"), max_length=40, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    street = models.CharField(_("street"), max_length=120, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    state = models.CharField(_("state"), max_length=40, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    preferred_channel = models.CharField(_("reach by"), max_length=8, choices=Channel, default=Channel.PHONE)
    language = models.CharField(_("language"), max_length=40, blank=True)
    needs_interpreter = models.BooleanField(_("needs an interpreter"), default=False)
    access_needs = models.CharField(
        _("access needs"), max_length=200, blank=True, help_text=_("Steps, hearing, sight, a helper. Nothing clinical.")
    )
    emergency_name = models.CharField(_("emergency contact"), max_length=120, blank=True)
    emergency_relation = models.CharField(_("relation"), max_length=40, blank=True)
    emergency_phone = models.CharField(_("emergency phone"), max_length=40, blank=True)
    occupation = models.CharField(_("occupation"), max_length=120, blank=True)
    work_demands = models.CharField(_("what the work asks of the back"), max_length=200, blank=True)
    desk_note = models.CharField(_("note for the front desk"), max_length=200, blank=True)
    deceased_on = models.DateField(_("died on"), null=True, blank=True)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="patient")
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged_from")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = PatientQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("patient")
        verbose_name_plural = _("patients")
        ordering = ["family_name", "given_name", "pk"]
        constraints = [
            models.CheckConstraint(
                name="patient_is_not_merged_into_self", condition=Q(merged_into=None) | ~Q(merged_into=models.F("pk"))
            ),
            models.CheckConstraint(
                name="patient_dies_after_birth",
                condition=Q(deceased_on=None) | Q(deceased_on__gte=models.F("birth_date")),
            ),
        ]

    def __str__(self):
        return self.full_name

    def get_absolute_url(self):
        return reverse("admin:patients_patient_change", args=[self.pk])

    @property
    def person_id(self):
        """The number of the record that is kept of this person."""
        return self.merged_into_id or self.pk

    @property
    def full_name(self):
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def called(self):
        """The name to greet with."""
        return self.preferred_name or self.given_name

    def age_on(self, day):
        """Whole years on `day`; somebody born on 29 February turns a year older on 1 March."""
        return day.year - self.birth_date.year - ((day.month, day.day) < (self.birth_date.month, self.birth_date.day))

    @property
    def age(self):
        return self.age_on(timezone.localdate())

    def rows(self, name):
        """Rows that point here under this name ("visits"), merged records included: for apps that lie above us."""
        model: Any = self._meta.get_field(name).related_model
        return model.objects.of(self)

    @property
    def address_lines(self):
        town = ", ".join(p for p in (self.city, f"{self.state} {self.postal_code}".strip()) if p)
        return [line for line in (self.street, town) if line]


class SearchTokenQuerySet(models.QuerySet):
    def beginning_with(self, word):
        """Tokens that begin with `word`, in the form for which the engine has an index.

        PostgreSQL: LIKE 'word%' on the pattern index that `db_index` brings; SQLite: a range, since LIKE scans there.
        """
        if connections[self.db].vendor == "postgresql":
            return self.filter(token__startswith=word)
        return self.filter(token__gte=word, token__lt=word + "\U0010ffff")


class SearchToken(models.Model):
    """One folded word by which a patient is found; written by `indexing.index` with every change of the patient."""

    patient = models.ForeignKey(Patient, models.CASCADE, related_name="search_tokens")
    token = models.CharField(max_length=80, db_index=True)

    objects = SearchTokenQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token", "patient"], name="search_token_once_per_patient")]

    def __str__(self):
        return self.token


class ExternalId(models.Model):
    """The patient's number in another system: what an import recognises them by."""

    patient = models.ForeignKey(Patient, models.CASCADE, related_name="external_ids")
    system = models.CharField(max_length=200)
    value = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["system", "value"], name="external_id_is_one_patient")]

    def __str__(self):
        return f"{self.system}|{self.value}"


class ProxyGrantQuerySet(models.QuerySet):
    def current(self, scope, day=None):
        """Grants that open `scope` today (in the clinic's zone); those for somebody who has died rest."""
        day = day or timezone.localdate()
        return self.filter(
            Q(ends_on=None) | Q(ends_on__gte=day),
            revoked_at=None,
            starts_on__lte=day,
            patient__deceased_on=None,
            **{f"may_{scope}": True},
        )


class ProxyGrant(models.Model):
    """One account may act for one patient, within dates and in what is ticked."""

    patient = models.ForeignKey(Patient, models.CASCADE, related_name="proxy_grants")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="proxy_grants")
    relation = models.CharField(_("relation"), max_length=60)
    may_record = models.BooleanField(_("may read the record"), default=False)
    may_booking = models.BooleanField(_("may book"), default=False)
    may_forms = models.BooleanField(_("may fill in forms"), default=False)
    may_messages = models.BooleanField(_("may write messages"), default=False)
    identity_seen = models.CharField(
        _("identity checked by"), max_length=120, blank=True, help_text=_("What was shown, for example a passport.")
    )
    is_guardian = models.BooleanField(_("parent or guardian of a minor"), default=False)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    granted_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ProxyGrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("grant to act for a patient")
        verbose_name_plural = _("grants to act for a patient")
        constraints = [
            models.CheckConstraint(
                name="grant_ends_after_it_starts", condition=Q(ends_on=None) | Q(ends_on__gte=models.F("starts_on"))
            ),
            models.CheckConstraint(
                name="guardian_grant_has_an_end", condition=Q(is_guardian=False) | Q(ends_on__isnull=False)
            ),
        ]

    def __str__(self):
        return f"{self.user} for {self.patient}"
