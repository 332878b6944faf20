"""Consents in the chart: how each stands, what the practitioner records or takes back, and the paper to print."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from clinic.accounts.access import get_or_404, refuse
from clinic.accounts.roles import can
from clinic.anatomy.regions import BY_CODE
from clinic.audit.recording import record
from patients import consents, signatures
from patients.consent_forms import TakeBackForm, TakenForm
from patients.consent_standing import Standing, standings
from patients.consent_words import blocks, body_of, title_of
from patients.models import Consent

TEMPLATE, TAB = "admin/patients/patient/consent.html", "consents"
CSS = {"given": "ok", "refused": "no", "withdrawn": "no", "ended": "due", "missing": "due"}


class Refused(Exception):
    """Something typed cannot be kept: the tab comes back with this in its context."""

    def __init__(self, **context):
        super().__init__()
        self.context = context


@dataclass(frozen=True)
class Answer:
    """One answer as the chart tells it."""

    row: Consent

    @property
    def path(self):
        """The drawn signature as the data of an SVG path."""
        return signatures.path(self.row.drawing)

    @property
    def language(self):
        return _("Spanish") if self.row.language == "es" else _("English")

    @property
    def regions(self):
        """What a consent to adjustment covers, in words; nothing for a no."""
        if not self.row.is_given or self.row.text.kind != "manipulation":
            return ""
        return ", ".join(str(BY_CODE[code].label) for code in self.row.regions if code in BY_CODE) or _("all regions")

    @property
    def origin(self):
        """Where the answer came from: the practitioner, the portal, the intake."""
        if self.row.explained_by:
            return _("recorded by %(who)s") % {"who": self.row.explained_by}
        if self.row.recorded_by:
            return _("by %(who)s") % {"who": self.row.recorded_by}
        return _("with the health history")


@dataclass(frozen=True)
class Shown:
    """One kind of consent on the tab: how it stands, and every answer to it, newest first."""

    standing: Standing
    take_back: TakeBackForm | None

    @property
    def css(self):
        return CSS[self.standing.state]

    @property
    def answers(self):
        return [Answer(row) for row in self.standing.answers]


def context(request, patient):
    """What the tab shows; a reader who does not treat is written down here, as the tab's own reader."""
    if not can(request.user, "health.view"):
        record("chart.read", patient, by=request.user, patient=patient, via=TAB)
    may_add = can(request.user, "consent.add")
    rows = [
        Shown(one, TakeBackForm(prefix=f"back-{one.answer.pk}") if may_add and one.state == "given" else None)
        for one in standings(patient)
    ]
    form = TakenForm(patient=patient, initial={"kind": request.GET.get("kind", "")})
    return {"consent_rows": rows, "may_add_consent": may_add, "taken_form": form}


def _back(patient):
    return redirect(f"{patient.get_absolute_url()}?tab={TAB}")


def _taken(request, patient, _what):
    form = TakenForm(request.POST, patient=patient)
    if not form.is_valid():
        raise Refused(taken_form=form)
    text = consents.texts_in_force()[form.cleaned_data["kind"]]
    consents.record_taken(patient, text=text, by=request.user, **form.values())
    messages.success(request, _("Kept, with your name and the day."))
    return _back(patient)


def _take_back(request, patient, pk):
    row = get_or_404(request, Consent.objects.of(patient).for_user(request.user), pk=pk)
    form = TakeBackForm(request.POST, prefix=f"back-{row.pk}")
    if not form.is_valid():
        raise Refused(taking_back=row.pk, take_back_form=form)
    try:
        consents.withdraw(row, because=form.cleaned_data["because"], by=request.user)
        messages.success(request, _("Taken back. From now on the answer is no."))
    except consents.NothingToTakeBack:
        messages.error(request, _("This was answered again meanwhile; nothing was changed."))
    return _back(patient)


DEEDS = {"consent_taken": _taken, "consent_back": _take_back}


def paper(request, pk, site):
    """One answer to print: the words that were read, the answer, the signature."""
    if not can(request.user, "consent.view"):
        refuse(request, "role")
        raise PermissionDenied
    rows = Consent.objects.for_user(request.user).select_related("text", "patient", "explained_by", "recorded_by")
    row = get_or_404(request, rows, pk=pk)
    record("chart.read", row.patient, by=request.user, patient=row.patient, via="consent")
    request.current_app = site.name
    told = {
        **site.each_context(request),
        "title": title_of(row.text, row.language),
        "blocks": blocks(body_of(row.text, row.language)),
        "consent": row,
        "answer": Answer(row),
        "patient": row.patient,
    }
    return TemplateResponse(request, TEMPLATE, told)
