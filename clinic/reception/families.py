"""A family books together: who comes on top, when below, each proposal one button that books all of them."""

import uuid
from dataclasses import dataclass, field

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from clinic.accounts.access import reception_only
from clinic.accounts.roles import require
from clinic.reception.finding import hits
from clinic.scheduling import family
from clinic.scheduling.family import Member
from clinic.scheduling.family_forms import FamilyForm
from clinic.scheduling.handing_on import choice_of
from clinic.scheduling.models import Practitioner, VisitKind
from patients.models import Patient

MOST_HITS = 8


@dataclass
class Party:
    """What the page shows: who comes for what, the form, and the times that would suit all of them."""

    form: FamilyForm
    members: list[Member] = field(default_factory=list)
    kinds: list[VisitKind] = field(default_factory=list)
    proposals: list = field(default_factory=list)
    taken: bool = False
    is_full: bool = False

    @property
    def is_ready(self):
        """Are enough people named to look for times?"""
        return len(self.members) >= family.FEWEST


@reception_only
@require_http_methods(["GET", "HEAD", "POST"])
def together(request):
    """Look for times by address (nothing is changed), book by a post."""
    require(request.user, "appointment.add")
    given = request.POST if request.method == "POST" else request.GET
    party = _read(given, request.user)
    if request.method != "POST":
        return _page(request, party)
    choices = _choices(given.get("together", ""))
    if not (party.is_ready and party.form.is_valid() and len(choices) == len(party.members)):
        return _page(request, party, status=422)
    try:
        rows = family.book_together(party.members, choices, by=request.user, key=given.get("key", "")[:58] or None)
    except family.SomeTaken:
        party.taken = True
        return _page(request, party, status=409)
    return _booked(request, rows)


def _booked(request, rows):
    start = timezone.localtime(min(row.starts_at for row in rows))
    told = ngettext("Booked together: %(n)s visit.", "Booked together: %(n)s visits.", len(rows))
    messages.success(request, told % {"n": len(rows)})
    return redirect(f"{reverse('desk:day')}?day={start:%Y-%m-%d}&p={rows[0].patient_id}")


def _read(given, user):
    """Read who comes (`p`, one each; `add` and `drop` are buttons), for which kind (`kind-5`), and the form."""
    form = FamilyForm(given if "day" in given else None, initial={"day": timezone.localdate()})
    kinds = list(VisitKind.objects.filter(is_active=True).prefetch_related("rooms", "practitioners"))
    party = Party(form, kinds=kinds)
    by_key = {str(kind.pk): kind for kind in kinds}
    for patient in _people(given, user) if kinds else []:
        party.members.append(Member(patient, by_key.get(given.get(f"kind-{patient.pk}", "")) or _usual(kinds)))
    party.is_full = len(party.members) >= family.MOST
    return party


def _usual(kinds):
    """Return the kind that most visits are of: the first return visit, else the first of all."""
    return next((kind for kind in kinds if kind.purpose == VisitKind.Purpose.SUBSEQUENT), kinds[0])


def _people(given, user):
    """Return the patients of the address in its order, at most six, each once."""
    numbers = [*given.getlist("p"), given.get("add", "")]
    numbers = [n for n in numbers if n.isdecimal() and len(n) < 19 and n != given.get("drop")]
    numbers = list(dict.fromkeys(numbers))[: family.MOST]
    rows = Patient.objects.for_user(user).kept().living().filter(pk__in=numbers)
    found = {str(row.pk): row for row in rows} if numbers else {}
    return [found[n] for n in numbers if n in found]


def _choices(code):
    """Return the choices of a button, or fewer when it carries something else."""
    people = {p.pk: p for p in Practitioner.objects.active().with_hours()}
    return [choice for part in code[:1000].split(",") if (choice := choice_of(part, people))]


def _page(request, party, *, status=200):
    given = request.POST if request.method == "POST" else request.GET
    text, form = given.get("q", "").strip(), party.form
    if form.is_bound and form.is_valid() and party.is_ready:
        asked = form.cleaned_data
        found = family.propose(party.members, form.practitioners, asked["day"], near=asked["near"])
        party.proposals = [(each, list(zip(party.members, each.choices, strict=True))) for each in found]
    if form.is_bound and form.errors:
        status = 422
    chosen = {member.patient.pk for member in party.members}
    context = {"party": party, "form": form, "q": text, "key": given.get("key") or uuid.uuid4().hex}
    context["hits"] = [p for p in hits(text, request.user) if p.pk not in chosen] if text else []
    context["likely"] = _likely(party, request.user, chosen) if party.members and not party.is_full else []
    return render(request, "reception/family.html", context, status=status)


def _likely(party, user, chosen):
    """Return who shares the phone of the first one: most likely the family."""
    phone = party.members[0].patient.phone
    rows = Patient.objects.for_user(user).kept().living().search(phone) if phone else []
    return [p for p in rows[:MOST_HITS] if p.pk not in chosen]
