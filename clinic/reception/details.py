"""Contact and other details that a patient gave in a health history: the desk accepts them or leaves the record.

Nothing about health: `patients.person_updates` reads these answers only.
"""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clinic.accounts.access import get_or_404, reception_only
from clinic.accounts.roles import require
from patients import person_updates
from patients.joined import kept_of
from patients.models import Patient

ALL = "all"


@reception_only
@require_http_methods(["GET", "HEAD", "POST"])
def details(request, pk):
    """List what differs from the record; POST accepts or refuses one of it, or all."""
    require(request.user, "person.accept")
    rows = Patient.objects.for_user(request.user).select_related("merged_into")
    person = kept_of(get_or_404(request, rows, pk=pk))
    return _decide(request, person) if request.method == "POST" else _show(request, person)


def _show(request, person, status=200, **wrong):
    rows = person_updates.waiting(person)
    context = {"patient": person, "rows": rows, "must_check": any(row.needs_check for row in rows), **wrong}
    return render(request, "reception/details.html", context, status=status)


def _decide(request, person):
    """`do` is a word and a key, or a word and "all": accept:phone, refuse:all."""
    word, _colon, key = request.POST.get("do", "").partition(":")
    is_checked = "is_checked" in request.POST
    keys = _keys(person, word, is_checked) if key == ALL else [key]
    try:
        if word == "accept":
            person_updates.accept(person, keys, by=request.user, is_checked=is_checked)
        else:
            person_updates.refuse(person, keys if word == "refuse" else [], by=request.user)
    except person_updates.NotChecked:
        return _show(request, person, 422, unchecked=True)
    except person_updates.BadDetail as bad:
        return _show(request, person, 422, wrong=bad)
    except person_updates.NothingToDecide:
        messages.error(request, _("This was decided before; nothing was changed."))
    else:
        messages.success(
            request, _("The record is up to date.") if word == "accept" else _("The record stays as it is.")
        )
    return _next(person)


def _keys(person, word, is_checked):
    """All that wait; without the tick, "accept all" leaves out what needs it."""
    rows = person_updates.waiting(person)
    free = [row.key for row in rows if word != "accept" or is_checked or not row.needs_check]
    return free or [row.key for row in rows]  # all need the tick: the deed says so


def _next(person):
    """Back to the list while something waits, else to the patient."""
    person.refresh_from_db()
    return redirect("desk:details" if person_updates.waiting(person) else "desk:patient", person.pk)
