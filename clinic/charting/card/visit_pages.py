"""Pages of one visit note: opening it from today's list, the travel card while it is open, the note once signed."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from clinic.accounts.access import get_or_404, refuse
from clinic.accounts.roles import can
from clinic.audit.recording import record
from clinic.charting import notes, plain_words
from clinic.charting.card import autosaving, card_view, mark_pages, note_rows
from clinic.charting.card.card_refusals import Refused
from clinic.charting.card.on_file import OnFile
from clinic.charting.card.travel_card import TravelCard
from clinic.charting.forms import AddendumForm, ReleaseForm
from clinic.charting.models import Visit
from clinic.scheduling.models import Appointment
from clinic.scheduling.models.appointments import Status

TEMPLATE = "admin/charting/visit/change_form.html"
SIGNED = "admin/charting/visit/signed.html"


def open_from_list(request, pk):
    """POST: open the note of an appointment (or go to the one that is open)."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    _needs(request, "visit.view")
    rows = Appointment.objects.for_user(request.user).exclude(patient=None).select_related("kind", "patient")
    appointment = get_or_404(request, rows, pk=pk)
    visit = notes.open_visit(appointment, by=request.user)
    return redirect(visit)


def _needs(request, right):
    if not can(request.user, right):
        refuse(request, "role")
        raise PermissionDenied(right)


def _visit(request, pk):
    rows = Visit.objects.for_user(request.user).select_related(
        "patient", "episode", "practitioner__location", "appointment__room", "appointment__check_in", "saved_by"
    )
    visit = get_or_404(request, note_rows.with_rows_named(rows.with_errors_named()), pk=pk)
    note_rows.read(visit)
    if visit.practitioner.user_id == request.user.pk:  # mostly; then the page asks nothing about whoever writes
        request.user.practitioner = visit.practitioner
    return visit


def _is_closed(visit):
    """Signed, or entered in error: then it is read, not written."""
    return visit.is_signed or visit.is_in_error


def card(request, pk, site):
    """GET shows the note and writes that it was read; POST keeps what was typed and does what the button says."""
    _needs(request, "visit.view")
    visit = _visit(request, pk)
    if request.method == "POST":
        return _pressed_signed(request, visit, site) if _is_closed(visit) else _pressed(request, visit, site)
    record("chart.read", visit, by=request.user, patient=visit.patient)
    if _is_closed(visit):
        return _show_signed(request, visit, site)
    asked = {name: request.GET.get(name, "") for name in ("kind", "planned", "waiting", "opened")}
    shown = TravelCard(visit, request.user, **asked)
    shown.new_segment.initial["segment"] = request.GET.get("segment", "")[:40]
    return _show(request, shown, site)


def _context(request, visit, site):
    trail = _("Visit note, %(patient)s") % {"patient": visit.patient}
    return {**site.each_context(request), "title": trail, "opts": Visit._meta, "visit": visit}


def _show(request, card, site, status=200):
    context = {**_context(request, card.visit, site), **card_view.open_card(card)}
    request.current_app = site.name
    return TemplateResponse(request, TEMPLATE, context, status=status)


def _pressed(request, visit, site):
    """Do what the pressed button says; a refusal shows the same page with everything typed."""
    if request.POST.get("do") == "autosave":
        return autosaving.answer(request, visit)
    if request.POST.get("do") == "sign_as_it_stands":
        return _sign_from_home(request, visit)
    card = TravelCard(visit, request.user, data=_chosen(request, visit))
    do = request.POST.get("do", "save")
    try:
        goes_to = card.press("save" if do.startswith("theirs:") else do)
    except Refused as refused:
        return _show(request, card.again(_visit(request, visit.pk)), site, refused.status)
    except notes.AlreadySigned:
        return _too_late(request, visit.pk, site)
    if request.headers.get("Chart-Swap"):  # static/js/spine.js takes the parts it needs from the page
        return _show(request, card.again(_visit(request, visit.pk)), site)
    if do.startswith("sign"):
        messages.success(request, _("Signed. The note of %(patient)s stays as it is.") % {"patient": visit.patient})
        return _next(request, visit) if goes_to == "next" else redirect(visit)
    return redirect(card.address(goes_to))


def _sign_from_home(request, visit):
    """Sign a finished note as it stands and go back to the list; what is missing is said on the note itself."""
    card = TravelCard(visit, request.user)
    try:
        card.sign_as_it_stands(request.POST.get("version", ""))
    except Refused:
        words = card.errors.get("sign") or _("Look at the note first: it was changed, or something is missing.")
        messages.error(request, words)
        return redirect(f"{visit.get_absolute_url()}#sign")
    except notes.AlreadySigned:
        messages.info(request, _("This note was signed before."))
    else:
        messages.success(request, _("Signed. The note of %(patient)s stays as it is.") % {"patient": visit.patient})
    return redirect(f"{reverse('admin:index')}#unsigned")


def _chosen(request, visit):
    """What was posted, with a text of the other version where "keep theirs" was pressed."""
    do, data = request.POST.get("do", ""), request.POST
    name = do.removeprefix("theirs:")
    if do.startswith("theirs:") and name in notes.FIELDS:
        data = data.copy()
        data[name] = "" if getattr(visit, name) is None else str(getattr(visit, name))
    return data


def _next(request, visit):
    """Open the note of whoever has waited longest for the same practitioner; home when nobody waits."""
    waiting = Appointment.objects.for_user(request.user).filter(
        practitioner=visit.practitioner_id, status__in=[Status.ARRIVED, Status.IN_ROOM], visit__signed_at=None
    )
    row = waiting.exclude(patient=None).select_related("kind", "patient").order_by("arrived_at", "pk").first()
    return redirect(notes.open_visit(row, by=request.user) if row else reverse("admin:index"))


# --- the signed note


def _too_late(request, pk, site):
    """The note was signed before this arrived: nothing is changed, and what was typed waits as an addendum."""
    visit = _visit(request, pk)
    typed = [request.POST.get(name, "").strip() for name in ("subjective", "objective", "assessment", "plan")]
    stored = {getattr(visit, name).strip() for name in ("subjective", "objective", "assessment", "plan")}
    text = "\n\n".join(part for part in typed if part and part not in stored)
    told = (
        _("This note was entered in error and stays as it is.")
        if visit.is_in_error
        else _("This note is signed and stays as it is. What you add is an addendum.")
    )
    messages.error(request, told)
    return _show_signed(request, visit, site, addendum=AddendumForm(initial={"text": text}), status=409)


def _show_signed(request, visit, site, addendum=None, release=None, status=200, **more):
    marks = mark_pages.context(request, visit)
    is_open = visit.is_signed and not visit.is_in_error
    may_release = is_open and marks["released"] is None and can(request.user, "visit.sign")
    on_file = OnFile(visit)
    context = {
        **_context(request, visit, site),
        **card_view.header(on_file),
        **card_view.known(on_file),
        **card_view.signed_note(visit),
        "is_whole": notes.is_whole(visit),
        "addenda": visit.addenda.select_related("written_by"),
        "addendum_form": addendum or AddendumForm(),
        "release_form": (release or ReleaseForm(initial={"summary": plain_words.summary_of(visit)}))
        if may_release
        else None,
        "may_add": is_open and can(request.user, "addendum.add"),
        **marks,
        **more,
    }
    request.current_app = site.name
    return TemplateResponse(request, SIGNED, context, status=status)


def _pressed_signed(request, visit, site):
    """An addendum or a release; anything else finds the note closed."""
    do = request.POST.get("do", "")
    if do == "autosave":
        return autosaving.signed_meanwhile(visit)
    if do == "addendum":
        return _add_addendum(request, visit, site)
    if do == "release":
        return _release(request, visit, site)
    if do == "preview":
        return _preview(request, visit, site)
    if do == "in_error":
        _needs(request, "visit.enter_in_error")
        wrong = mark_pages.strike(request, visit)
        return _show_signed(request, visit, site, status=422, error_wrong=wrong) if wrong else redirect(visit)
    if do == "co_sign":
        mark_pages.co_sign(request, visit)
        return redirect(visit)
    if do.startswith("sign"):
        _needs(request, "visit.sign")
    return _too_late(request, visit.pk, site)


def _add_addendum(request, visit, site):
    form = AddendumForm(request.POST)
    if not form.is_valid():
        return _show_signed(request, visit, site, addendum=form, status=422)
    notes.add_addendum(visit, by=request.user, **form.cleaned_data)
    messages.success(request, _("Added. The note itself is unchanged."))
    return redirect(visit)


def _preview(request, visit, site):
    """Show the summary as the patient would read it; nothing is released yet."""
    form = ReleaseForm(request.POST)
    shown = form.cleaned_data["summary"] if form.is_valid() else ""
    return _show_signed(request, visit, site, release=form, status=200 if shown else 422, preview=shown)


def _release(request, visit, site):
    form = ReleaseForm(request.POST)
    if not form.is_valid():
        return _show_signed(request, visit, site, release=form, status=422)
    try:
        notes.release(visit, by=request.user, **form.cleaned_data)
        messages.success(request, _("The patient can read this summary now."))
    except notes.EnteredInError:
        messages.error(request, _("This note was entered in error; it is not shown to the patient."))
    return redirect(visit)
