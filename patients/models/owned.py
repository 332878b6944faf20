"""Rows that belong to a patient: one choke point for who sees them."""

from django.db import models

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


class HealthQuerySet(OwnedQuerySet):
    """Rows of the health history: open to those who treat."""

    staff_right = "health.view"
