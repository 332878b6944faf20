"""Rows that belong to a patient: one choke point for who sees them."""

from django.db import models

from clinic.accounts.roles import Role, can


class OwnedQuerySet(models.QuerySet):
    """Subclasses (via `owned_by`) name the path to the patient and the staff right that opens the rows."""

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


def owned_by(path="patient", *, staff, scope="record"):
    """Return an `OwnedQuerySet` class for rows whose patient stands at `path`, opened to staff by the right `staff`."""
    return type("OwnedQuerySet", (OwnedQuerySet,), {"owner": path, "staff_right": staff, "proxy_scope": scope})
