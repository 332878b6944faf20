"""Whose record is open in the portal: one's own, or that of a person one may read for, within the grant's dates."""

from functools import cached_property, wraps

from django.db.models import Case, When
from django.db.models.functions import Coalesce
from django.shortcuts import render

from clinic.accounts.access import get_or_404
from content.models import Assignment
from patients.joined import kept_of, to_kept
from patients.languages import begin_in_their_language
from patients.models import Patient, ProxyGrant


def readable(user):
    """The records this account may read today: its own and granted ones (also when it works here).

    Those joined to another are among them; `is_own` says whether the person is the account's own.
    """
    own = Patient.objects.filter(user=user).values(kept=Coalesce("merged_into", "pk"))
    rows = Patient.objects.in_care_of(user, "record").annotate(kept_id=Coalesce("merged_into", "pk"))
    rows = rows.annotate(is_own=Case(When(kept_id__in=own, then=True), default=False))
    return rows.select_related("merged_into").order_by("birth_date", "pk")


def open_record(request):
    """Return the patient of this page: `?for=<id>` within a grant (else 404), one's own, or the first granted; or None.

    Only plain digits name a patient: anything else is a 404 like an unknown number.
    """
    rows, wanted = readable(request.user), request.GET.get("for")
    if wanted is not None:
        return get_or_404(request, rows, pk=wanted if wanted.isascii() and wanted.isdigit() else None)
    return kept(rows.filter(user=request.user).first() or rows.first())


def kept(record):
    """Return the record that is kept of the person of this one of `readable`, which knows whether it is one's own."""
    if record is not None:
        kept_of(record).is_own = record.is_own
    return record and kept_of(record)


def with_person(view):
    """Hand the view the patient whose record is open, and put the switcher's facts on the request."""

    @wraps(view)
    def opened(request, *args, **kwargs):
        person = open_record(request)
        if person is None:
            return render(request, "portal/nobody.html")
        if person.merged_into and request.method != "POST":
            return to_kept(request, request.path, **{"for": person.merged_into_id})
        person = kept(person)
        request.portal = Portal(request.user, person)
        begin_in_their_language(request, person)
        return view(request, person, *args, **kwargs)

    return opened


class Portal:
    """What the portal's frame says on every page: whose record this is, who else can be chosen, what is unread."""

    def __init__(self, user, person):
        self.user, self.person = user, person
        self.is_own = person.is_own

    @cached_property
    def others(self):
        """The other people whose record this account may open (a family, so a short list)."""
        return [one for one in readable(self.user).kept()[:20] if one.pk != self.person.pk]

    @cached_property
    def grant(self):
        """The grant that opens this record, or None when it is one's own."""
        if self.is_own:
            return None
        records = Patient.objects.records_of([self.person])
        return ProxyGrant.objects.current("record").filter(user=self.user, patient__in=records.values("pk")).first()

    @property
    def query(self):
        """What links within the portal carry along, so that the same record stays open."""
        return "" if self.is_own else f"?for={self.person.pk}"

    @cached_property
    def unread_count(self):
        return Assignment.objects.for_own(self.user).of(self.person).unread().count()
