"""The health history without a phone: on paper from the desk, or typed in by a clinician."""

from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from clinic.accounts.access import clinical_only, get_or_404, reception_only
from clinic.accounts.roles import can, require
from clinic.anatomy.body_marks import drawing
from patients import paper as papers
from patients import typing_in
from patients.answer_meaning import age_on
from patients.languages import language_of, writing_to
from patients.models import Intake, Patient


def _patient(request, pk):
    return get_or_404(request, Patient.objects.for_user(request.user), pk=pk)


@reception_only
@require_safe
def paper(request, pk):
    """The empty questions of this patient, to be filled in by hand: nothing that was ever answered stands on it."""
    require(request.user, "intake.send")
    person = _patient(request, pk)
    age = age_on(person.birth_date, timezone.localdate())
    sex = "" if person.sex == Patient.Sex.OTHER else person.sex
    is_first = not Intake.objects.of(person).submitted().exists()
    with writing_to(person):  # the page is the desk's, the sheet the patient's
        pages = papers.pages(age=age, sex=sex, is_first=is_first)
    context = {"patient": person, "pages": pages, "drawing": drawing([]), "spoken": language_of(person)}
    context["may_type_in"] = can(request.user, "intake.view")
    return render(request, "reception/intake_paper.html", context)


@clinical_only
@require_POST
def type_in(request, pk):
    """Open the patient's health history here, to type in what they say."""
    return redirect("intake", typing_in.type_in(_patient(request, pk), by=request.user))
