"""The patient in the chart: an overview with tabs, read first; each button is one deed."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.accounts.access import get_or_404, refuse
from clinic.accounts.roles import can
from clinic.audit.recording import record
from patients import documents, health_records, intake
from patients.document_forms import DocumentForm
from patients.document_pages import handed_out
from patients.health_forms import FACTS, EndAlertForm
from patients.intake_words import answers_in_words
from patients.models import Alert, Document, Patient

TEMPLATE = "admin/patients/patient/change_form.html"
TABS = (
    ("overview", gettext_lazy("Overview")),
    ("history", gettext_lazy("History")),
    ("intake", gettext_lazy("Intake")),
    ("visits", gettext_lazy("Visits")),
    ("documents", gettext_lazy("Documents")),
    ("alerts", gettext_lazy("Alerts")),
)
PER_PAGE, MOST_FACTS, MOST_VERSIONS = 20, 100, 12


def overview(request, pk, site):
    """GET shows one tab and writes that the chart was read; POST does the deed of the button."""
    if not can(request.user, "patient.view"):
        refuse(request, "role")
        raise PermissionDenied
    patient = get_or_404(request, Patient.objects.for_user(request.user), pk=pk)
    if request.method == "POST":
        return _pressed(request, patient, site)
    if can(request.user, "health.view"):
        record("chart.read", patient, by=request.user, patient=patient)
    return _show(request, patient, site, request.GET.get("tab", "overview"))


def _show(request, patient, site, tab, status=200, **changed):
    clinical = can(request.user, "health.view")
    tab = tab if clinical and tab in dict(TABS) else "overview"
    context = {
        **site.each_context(request),
        "title": patient.full_name,
        "opts": Patient._meta,
        "patient": patient,
        "tab": tab,
        "tabs": TABS if clinical else TABS[:1],
        "is_clinical": clinical,
        "may_write": can(request.user, "health.change"),
        **_details(patient),
        **(TAB[tab](request, patient) if clinical else {}),
        **changed,
    }
    request.current_app = site.name
    return TemplateResponse(request, TEMPLATE, context, status=status)


def _details(patient):
    return {"appointments": patient.appointments.select_related("kind", "practitioner").order_by("-starts_at")[:6]}


def _overview(request, patient):
    return {
        "alerts": Alert.objects.open().filter(patient=patient)[:MOST_FACTS],
        "conditions": patient.conditions.active()[:12],
        "medications": patient.medications.filter(stopped_on=None, entered_in_error_at=None)[:12],
        "episodes": patient.episodes.for_user(request.user).filter(closed_at=None)[:6],
        "last_visits": _visits(request, patient)[:5],
    }


def _visits(request, patient):
    rows = patient.visits.for_user(request.user).select_related("practitioner", "episode")
    return rows.defer("document", "subjective", "objective", "assessment", "plan")


def _history(request, patient):
    return {
        "facts": [
            ("condition", _("Conditions"), patient.conditions.all()[:MOST_FACTS]),
            ("medication", _("Medicines"), patient.medications.all()[:MOST_FACTS]),
            ("allergy", _("Allergies"), patient.allergies.all()[:MOST_FACTS]),
            ("procedure", _("Procedures"), patient.procedures.all()[:MOST_FACTS]),
        ],
        "forms": {name: form(prefix=name) for name, (form, _deed) in FACTS.items()},
    }


def _intake(request, patient):
    versions = list(patient.intakes.for_user(request.user).submitted().prefetch_related("reviews__by")[:MOST_VERSIONS])
    chosen = next((v for v in versions if str(v.version) == request.GET.get("v")), versions[0] if versions else None)
    return {"versions": versions, "intake": chosen, "answers": answers_in_words(chosen.answers) if chosen else []}


def _visits_tab(request, patient):
    return {"page": Paginator(_visits(request, patient), PER_PAGE).get_page(request.GET.get("page"))}


def _alerts(request, patient):
    rows = patient.alerts.for_user(request.user).select_related("acknowledged_by", "ended_by")
    return {"all_alerts": rows.order_by("ended_at", "-raised_at")[:MOST_FACTS], "end_form": EndAlertForm()}


def _documents(request, patient):
    rows = patient.documents.for_user(request.user).select_related("uploaded_by")
    return {
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "document_form": DocumentForm(),
        "may_add": can(request.user, "document.add"),
        "may_release": can(request.user, "document.change"),
    }


TAB = {
    "overview": _overview,
    "history": _history,
    "intake": _intake,
    "visits": _visits_tab,
    "documents": _documents,
    "alerts": _alerts,
}


# --- the deeds


def _pressed(request, patient, site):
    """`do` is a word and an id: add:condition, end:condition:4, error:allergy:2, review:3, end_alert:7."""
    word, _colon, what = request.POST.get("do", "").partition(":")
    deed = DEEDS.get(word)
    if deed is None or not can(request.user, "health.view"):
        refuse(request, "role")
        raise PermissionDenied
    return deed(request, patient, what, site)


def _back(patient, tab):
    return redirect(f"{patient.get_absolute_url()}?tab={tab}")


def _add(request, patient, name, site):
    form_class, deed = FACTS.get(name, FACTS["condition"])
    form = form_class(request.POST, prefix=name)
    if not form.is_valid():
        forms = {**_history(request, patient)["forms"], name: form}
        return _show(request, patient, site, "history", 422, forms=forms, open_form=name)
    values = {key: value for key, value in form.cleaned_data.items() if value not in ("", None)}
    deed(patient, by=request.user, **values)
    messages.success(request, _("Added to the history."))
    return _back(patient, "history")


def _fact(request, patient, what):
    name, _colon, pk = what.partition(":")
    related = {"condition": "conditions", "medication": "medications", "allergy": "allergies"}
    rows = getattr(patient, {**related, "procedure": "procedures"}.get(name, "conditions"))
    return get_or_404(request, rows.for_user(request.user), pk=pk)


def _end(request, patient, what, site):
    try:
        health_records.end(_fact(request, patient, what), by=request.user)
    except (health_records.AlreadyEnded, KeyError):
        messages.error(request, _("This was ended before; nothing was changed."))
    except health_records.EndsBeforeItBegan:
        messages.error(request, _("It would end before it began; check the first day."))
    return _back(patient, "history")


def _error(request, patient, what, site):
    try:
        health_records.enter_in_error(_fact(request, patient, what), by=request.user)
    except health_records.AlreadyEnded:
        messages.error(request, _("This was marked as an error before."))
    return _back(patient, "history")


def _review(request, patient, pk, site):
    row = get_or_404(request, patient.intakes.for_user(request.user).submitted(), pk=pk)
    intake.review(row, by=request.user, note=request.POST.get("note", "")[:200])
    messages.success(request, _("Reviewed. Your name and the time stand beside this version."))
    return _back(patient, "intake")


def _acknowledge(request, patient, pk, site):
    intake.acknowledge(get_or_404(request, patient.alerts.for_user(request.user), pk=pk), by=request.user)
    return _back(patient, "alerts")


def _end_alert(request, patient, pk, site):
    alert = get_or_404(request, patient.alerts.for_user(request.user).open(), pk=pk)
    form = EndAlertForm(request.POST)
    if not form.is_valid():
        return _show(request, patient, site, "alerts", 422, end_form=form, ending=alert.pk)
    intake.end_alert(alert, because=form.cleaned_data["because"], by=request.user)
    return _back(patient, "alerts")


def _add_document(request, patient, _what, site):
    form = DocumentForm(request.POST, request.FILES)
    if form.keep(documents.add, patient, by=request.user) is None:
        return _show(request, patient, site, "documents", 422, document_form=form)
    messages.success(request, _("The document is in the chart. The patient sees it once you release it."))
    return _back(patient, "documents")


def _release_document(request, patient, pk, site):
    documents.release(get_or_404(request, patient.documents.for_user(request.user), pk=pk), by=request.user)
    messages.success(request, _("The patient can see this document now."))
    return _back(patient, "documents")


def _document_error(request, patient, pk, site):
    try:
        documents.enter_in_error(get_or_404(request, patient.documents.for_user(request.user), pk=pk), by=request.user)
    except documents.AlreadyMarked:
        messages.error(request, _("This was marked as an error before."))
    return _back(patient, "documents")


def document_file(request, pk):
    """Hand out a document's file to those who may read the chart."""
    rows = Document.objects.for_user(request.user) if can(request.user, "document.view") else None
    if rows is None:
        refuse(request, "role")
        raise PermissionDenied
    return handed_out(request, get_or_404(request, rows, pk=pk))


DEEDS = {
    "add_document": _add_document,
    "release_document": _release_document,
    "error_document": _document_error,
    "add": _add,
    "end": _end,
    "error": _error,
    "review": _review,
    "acknowledge": _acknowledge,
    "end_alert": _end_alert,
}
