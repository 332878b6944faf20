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
from patients import (
    chart_tabs,
    consent_pages,
    coverages,
    documents,
    health_records,
    intake,
    review_pages,
    review_view,
    risk_pages,
    task_pages,
)
from patients.document_forms import DocumentForm
from patients.document_pages import handed_out
from patients.health_forms import FACTS, EndAlertForm
from patients.joined import kept_of, to_kept
from patients.models import Alert, Allergy, Condition, Document, Medication, Patient, Procedure

TEMPLATE = "admin/patients/patient/change_form.html"
TABS = (
    ("overview", gettext_lazy("Overview")),
    ("history", gettext_lazy("History")),
    ("intake", gettext_lazy("Intake")),
    ("visits", gettext_lazy("Visits")),
    ("risks", gettext_lazy("Risks and self-care")),
    ("consents", gettext_lazy("Consents")),
    ("documents", gettext_lazy("Documents")),
    ("alerts", gettext_lazy("Alerts")),
)
RIGHT = {"overview": "patient.view", "consents": "consent.view"}  # the other tabs: health.view
PER_PAGE, MOST_FACTS = 20, 100


def overview(request, pk, site):
    """GET shows one tab and writes that the chart was read; POST does the deed of the button."""
    if not can(request.user, "patient.view"):
        refuse(request, "role")
        raise PermissionDenied
    found = get_or_404(request, Patient.objects.for_user(request.user).select_related("merged_into"), pk=pk)
    patient = kept_of(found)
    if patient.pk != found.pk and request.method != "POST":
        return to_kept(request, patient.get_absolute_url())
    if request.method == "POST":
        return _pressed(request, patient, site)
    if can(request.user, "health.view"):
        record("chart.read", patient, by=request.user, patient=patient)
    return _show(request, patient, site, request.GET.get("tab", "overview"))


def _show(request, patient, site, tab, status=200, **changed):
    clinical = can(request.user, "health.view")
    tabs = [(name, label) for name, label in chart_tabs.placed(TABS) if can(request.user, _right(name))]
    tab = tab if tab in dict(tabs) else "overview"
    context = {
        **site.each_context(request),
        "title": patient.full_name,
        "opts": Patient._meta,
        "patient": patient,
        "tab": tab,
        "tabs": tabs,
        "tab_template": f"admin/patients/patient/_{tab}.html",
        "is_clinical": clinical,
        "may_write": can(request.user, "health.change"),
        "may_propose": can(request.user, "patient.merge_propose"),
        **_details(patient),
        **(_context_of(tab)(request, patient) if clinical or tab != "overview" else {}),
        **changed,
    }
    request.current_app = site.name
    return TemplateResponse(request, TEMPLATE, context, status=status)


def _right(tab):
    """The right that opens a tab."""
    registered = chart_tabs.REGISTERED.get(tab)
    return registered.right if registered else RIGHT.get(tab, "health.view")


def _context_of(tab):
    registered = chart_tabs.REGISTERED.get(tab)
    return registered.context if registered else TAB[tab]


def _details(patient):
    rows = patient.rows("appointments").select_related("kind", "practitioner")
    return {"appointments": rows.order_by("-starts_at")[:6]}


def overview_facts(request, patient):
    """What the records know of a patient, for the overview."""
    return {
        "alerts": Alert.objects.of(patient).open()[:MOST_FACTS],
        "conditions": Condition.objects.of(patient).active()[:12],
        "medications": Medication.objects.of(patient).filter(stopped_on=None, entered_in_error_at=None)[:12],
        "episodes": patient.rows("episodes").for_user(request.user).filter(closed_at=None)[:6],
        "last_visits": _visits(request, patient)[:5],
        "cover": coverages.current(patient),
        **task_pages.open_tasks(request, patient),
    }


def _visits(request, patient):
    rows = patient.rows("visits").for_user(request.user).select_related("practitioner", "episode")
    return rows.defer("document", "subjective", "objective", "assessment", "plan").with_errors_named()


def _history(request, patient):
    return {
        "facts": [
            ("condition", _("Conditions"), Condition.objects.of(patient)[:MOST_FACTS]),
            ("medication", _("Medicines"), Medication.objects.of(patient)[:MOST_FACTS]),
            ("allergy", _("Allergies"), Allergy.objects.of(patient)[:MOST_FACTS]),
            ("procedure", _("Procedures"), Procedure.objects.of(patient)[:MOST_FACTS]),
        ],
        "forms": {name: form(prefix=name) for name, (form, _deed) in FACTS.items()},
    }


def _intake(request, patient):
    return {**review_view.context(request, patient), **review_pages.correction(request, patient)}


def _visits_tab(request, patient):
    return {"page": Paginator(_visits(request, patient), PER_PAGE).get_page(request.GET.get("page"))}


def _alerts(request, patient):
    rows = Alert.objects.of(patient).for_user(request.user).select_related("acknowledged_by", "ended_by")
    return {"all_alerts": rows.order_by("ended_at", "-raised_at")[:MOST_FACTS], "end_form": EndAlertForm()}


def _documents(request, patient):
    rows = Document.objects.of(patient).for_user(request.user).select_related("uploaded_by")
    return {
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "document_form": DocumentForm(),
        "may_add": can(request.user, "document.add"),
        "may_release": can(request.user, "document.change"),
    }


TAB = {
    "overview": overview_facts,
    "history": _history,
    "intake": _intake,
    "visits": _visits_tab,
    "risks": risk_pages.context,
    "consents": consent_pages.context,
    "documents": _documents,
    "alerts": _alerts,
}


# --- the deeds


def _pressed(request, patient, site):
    """`do` is a word and an id: add:condition, end:condition:4, error:allergy:2, review:3, end_alert:7."""
    word, _colon, what = request.POST.get("do", "").partition(":")
    deed = DEEDS.get(word) or _registered(word)
    if deed is None or not can(request.user, "health.view"):
        refuse(request, "role")
        raise PermissionDenied
    return deed(request, patient, what, site)


def _registered(word):
    """The deed of a tab of a higher floor, or None."""
    for tab in chart_tabs.REGISTERED.values():
        if word in tab.deeds:
            return _on_tab(tab.deeds[word], tab.name, tab.refusal or ())
    return None


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
    rows = {"medication": Medication.objects, "allergy": Allergy.objects, "procedure": Procedure.objects}
    return get_or_404(request, rows.get(name, Condition.objects).of(patient).for_user(request.user), pk=pk)


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


def _on_tab(deed, tab, refusal):
    """A button of a tab that has a module of its own; what it refuses comes back on the same tab."""

    def press(request, patient, what, site):
        try:
            return deed(request, patient, what)
        except refusal as refused:
            return _show(request, patient, site, tab, 422, **refused.context)

    return press


def _acknowledge(request, patient, pk, site):
    intake.acknowledge(get_or_404(request, Alert.objects.of(patient).for_user(request.user), pk=pk), by=request.user)
    return _back(patient, "alerts")


def _end_alert(request, patient, pk, site):
    alert = get_or_404(request, Alert.objects.of(patient).for_user(request.user).open(), pk=pk)
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
    documents.release(get_or_404(request, Document.objects.of(patient).for_user(request.user), pk=pk), by=request.user)
    messages.success(request, _("The patient can see this document now."))
    return _back(patient, "documents")


def _document_error(request, patient, pk, site):
    try:
        documents.enter_in_error(
            get_or_404(request, Document.objects.of(patient).for_user(request.user), pk=pk), by=request.user
        )
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
    **risk_pages.DEEDS,
    "add_document": _add_document,
    "release_document": _release_document,
    "error_document": _document_error,
    "add": _add,
    "end": _end,
    "error": _error,
    "acknowledge": _acknowledge,
    "end_alert": _end_alert,
    **{word: _on_tab(deed, "intake", review_pages.Refused) for word, deed in review_pages.DEEDS.items()},
    **{word: _on_tab(deed, task_pages.TAB, task_pages.Refused) for word, deed in task_pages.DEEDS.items()},
    **{word: _on_tab(deed, "consents", consent_pages.Refused) for word, deed in consent_pages.DEEDS.items()},
}
