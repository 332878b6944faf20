"""Rows that belong to a patient: one choke point for who sees them."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce

from clinic.accounts.roles import Role, can


class OwnedQuerySet(models.QuerySet):
    """Subclasses name the path to the patient, the staff right that opens the rows, and a proxy's scope."""

    owner = "patient"
    staff_right = "health.view"
    proxy_scope = "record"

    def for_user(self, user):
        """Rows this user may see: all for staff with the right, their own for patients, none when in doubt."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        if can(user, self.staff_right):
            return self.all()
        if Role.PATIENT in user.roles:
            return self.for_own(user)
        return self.none()

    def for_own(self, user):
        """What a patient (or a person with a grant) may see of these rows; narrowed by rows with a release."""
        from patients.models.people import Patient

        return self.filter(**{f"{self.owner}__in": Patient.objects.in_care_of(user, self.proxy_scope)})

    def of(self, patient):
        """This person's rows, and those that still stand under a record merged into this one: rows never move."""
        return self.of_all([patient])

    def of_all(self, patients):
        """The rows of several people at once, merged records included; `patient_id` names the record they stand at."""
        from patients.models.people import Patient

        return self.filter(**{f"{self.owner}__in": Patient.objects.records_of(patients).values("pk")})

    def with_person(self):
        """Each row with `person`, the number of the record that is kept of its patient, in the same query."""
        return self.annotate(person=Coalesce(f"{self.owner}__merged_into", self.owner))

    def of_outer(self, person):
        """Inside a subquery: the rows of the person whose number stands at `person` in the query around it."""
        from patients.models.people import Patient

        number = OuterRef(OuterRef(person))
        records = Patient.objects.filter(Q(pk=number) | Q(merged_into=number)).values("pk")
        return self.filter(**{f"{self.owner}__in": records})

    def has_outer(self, person):
        """Inside a filter: has the person whose number stands at `person` around us such a row?

        Two questions, so that each finds its index: one with "either record" makes PostgreSQL read every row.
        """
        kept = self.filter(**{self.owner: OuterRef(person)})
        joined = self.filter(**{f"{self.owner}__merged_into": OuterRef(person)})
        return Exists(kept) | Exists(joined)


class HealthQuerySet(OwnedQuerySet):
    """Rows of the health history: open to those who treat."""

    staff_right = "health.view"
