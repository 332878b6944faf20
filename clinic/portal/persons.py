"""Whose record is open in the portal: one's own, or that of a person one may read for, within the grant's dates."""

from functools import cached_property, wraps

from django.shortcuts import render

from clinic.accounts.access import get_or_404
from content.models import Assignment
from patients.models import Patient, ProxyGrant


def readable(user):
    """Patients whose record this account may read today: its own and granted ones (also when it works here)."""
    return Patient.objects.in_care_of(user, "record").order_by("birth_date", "pk")


def open_record(request):
    """Return the patient of this page: `?for=<id>` within a grant (else 404), one's own, or the first granted; or None.

    Only plain digits name a patient: anything else is a 404 like an unknown number.
    """
    rows, wanted = readable(request.user), request.GET.get("for")
    if wanted is not None:
        return get_or_404(request, rows, pk=wanted if wanted.isascii() and wanted.isdigit() else None)
    return rows.filter(user=request.user).first() or rows.first()


def with_person(view):
    """Hand the view the patient whose record is open, and put the switcher's facts on the request."""

    @wraps(view)
    def opened(request, *args, **kwargs):
        person = open_record(request)
        if person is None:
            return render(request, "portal/nobody.html")
        request.portal = Portal(request.user, person)
        return view(request, person, *args, **kwargs)

    return opened


class Portal:
    """What the portal's frame says on every page: whose record this is, who else can be chosen, what is unread."""

    def __init__(self, user, person):
        self.user, self.person = user, person
        self.is_own = person.user_id == user.pk

    @cached_property
    def others(self):
        """The other people whose record this account may open (a family, so a short list)."""
        return [one for one in readable(self.user)[:20] if one.pk != self.person.pk]

    @cached_property
    def grant(self):
        """The grant that opens this record, or None when it is one's own."""
        if self.is_own:
            return None
        return ProxyGrant.objects.current("record").filter(user=self.user, patient=self.person).first()

    @property
    def query(self):
        """What links within the portal carry along, so that the same record stays open."""
        return "" if self.is_own else f"?for={self.person.pk}"

    @cached_property
    def unread_count(self):
        return Assignment.objects.for_own(self.user).filter(patient=self.person).unread().count()
