"""What is on record: contact details, the health history as given, and who looked."""

from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clinic.accounts.access import get_or_404, patient_only
from clinic.accounts.roles import Role
from clinic.audit.recording import record as write
from clinic.portal import records
from clinic.portal.persons import with_person
from patients.answer_words import whole_intake
from patients.models import Intake


@patient_only
@require_safe
@with_person
def record(request, person):
    """The record's own page; `?version=` chooses an older health history."""
    given = list(records.handed_in(request.user, person))
    shown = _version(request, person, given)
    context = {
        "person": person,
        "given": given,
        "shown": shown,
        "answers": whole_intake(shown.answers) if shown else [],
        "looks": [(look.at, who(look)) for look in records.looks(request.user, person)],
    }
    write("chart.read", person, by=request.user, patient=person, via="portal")
    return render(request, "portal/record.html", context)


def _version(request, person, given):
    wanted = request.GET.get("version")
    if wanted is None:
        return given[0] if given else None
    rows = Intake.objects.for_own(request.user).of(person).submitted()
    return get_or_404(request, rows, version=wanted if wanted.isascii() and wanted.isdigit() else None)


def who(look):
    """Who opened the record, by their part in the clinic and not by name."""
    roles = [role for role in look.actor_roles.split(",") if role in Role.values]
    if roles == [Role.PATIENT]:
        return _("A person with leave to read this record")
    return ", ".join(str(Role(role).label) for role in roles) or _("The system")
