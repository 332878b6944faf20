"""The buttons of the clinician's review of a health history; each is one deed, and what it shows is `review_view`."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.accounts.access import get_or_404
from clinic.accounts.roles import can
from patients import intake, judging
from patients.models import Alert, Condition, Intake
from patients.review_forms import CorrectionForm
from patients.review_view import here

FLAGS, DECIDED, LISTS, STAMP = "flags", "to-confirm", "named", "stamp"
TOO_LATE = gettext_lazy("This was decided before; nothing was changed.")


class Refused(Exception):
    """Something typed cannot be kept: the page comes back with this in its context."""

    def __init__(self, **context):
        super().__init__()
        self.context = context


def _back(request, patient, part):
    return redirect(f"{here(request, patient)}#{part}")


def _condition(request, patient, pk):
    return get_or_404(request, Condition.objects.of(patient).for_user(request.user), pk=pk)


def _judged(deed, told, **fields):
    """A button that judges one condition and says what it did."""

    def press(request, patient, pk):
        try:
            deed(_condition(request, patient, pk), by=request.user, **fields)
            messages.success(request, str(told))
        except (judging.AlreadyJudged, judging.NotJudged):
            messages.error(request, str(TOO_LATE))
        return _back(request, patient, DECIDED)

    return press


def correction(request, patient):
    """The form of the condition that `correct` names, for the page; nothing when it no longer waits."""
    asked = request.GET.get("correct", "")
    if not can(request.user, "health.change"):
        return {}
    rows = Condition.objects.of(patient).for_user(request.user).to_confirm()
    row = rows.filter(pk=asked).first() if asked.isdecimal() and len(asked) < 19 else None
    return {"correct_form": CorrectionForm(condition=row)} if row else {}


def _correct(request, patient, pk):
    row = _condition(request, patient, pk)
    form = CorrectionForm(request.POST, condition=row)
    if not form.is_valid():
        raise Refused(correct_form=form)
    return _judged(judging.correct, _("Recorded as corrected. What was said stays in its history."), **form.given())(
        request, patient, pk
    )


def _add(request, patient, what):
    """`what` is the intake, the list and the place among its answers: 7:medicine:0."""
    pk, _colon, rest = what.partition(":")
    kind, _colon, which = rest.partition(":")
    row = get_or_404(request, Intake.objects.of(patient).for_user(request.user).submitted(), pk=pk)
    try:
        judging.add_to_list(row, kind=kind, which=which, by=request.user)
        messages.success(request, _("Added to the list."))
    except (judging.OnTheList, judging.NotNamed):
        messages.error(request, _("This stands on the list already; nothing was changed."))
    return _back(request, patient, LISTS)


def _allergy_not_so(request, patient, code):
    """An allergy that is named and is none: the condition that says so is ruled out."""
    rows = list(Condition.objects.of(patient).for_user(request.user).to_confirm().filter(code=code)) if code else []
    try:
        with transaction.atomic():
            for row in rows:
                judging.rule_out(row, by=request.user)
    except judging.AlreadyJudged:
        rows = []
    if rows:
        messages.success(request, _("Noted as not so."))
    else:
        messages.error(request, str(TOO_LATE))
    return _back(request, patient, LISTS)


def _seen(request, patient, pk):
    intake.acknowledge(get_or_404(request, Alert.objects.of(patient).for_user(request.user), pk=pk), by=request.user)
    return _back(request, patient, FLAGS)


def _stamp(request, patient, pk):
    """Note who read this version and when; twice a day by the same person is once."""
    row = get_or_404(request, Intake.objects.of(patient).for_user(request.user).submitted(), pk=pk)
    intake.stamp(row, by=request.user, note=request.POST.get("note", "").strip()[:200])
    messages.success(request, _("Reviewed. Your name and the time stand beside this version."))
    return _back(request, patient, STAMP)


DEEDS = {
    "confirm": _judged(judging.confirm, gettext_lazy("Recorded.")),
    "over": _judged(judging.over, gettext_lazy("Recorded as over.")),
    "not_so": _judged(judging.rule_out, gettext_lazy("Noted as not so. It can be put back below.")),
    "put_back": _judged(judging.put_back, gettext_lazy("Put back: it waits to be decided again.")),
    "yes": _judged(judging.answer_open, gettext_lazy("Recorded."), yes=True),
    "no": _judged(judging.answer_open, gettext_lazy("Noted as not so. It can be put back below."), yes=False),
    "correct": _correct,
    "list": _add,
    "no_allergy": _allergy_not_so,
    "seen": _seen,
    "review": _stamp,
}
