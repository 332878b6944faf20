"""One click on an appointment: its next step, cancelled with a reason, and taken back."""

from django.contrib import messages
from django.db import IntegrityError
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from clinic.accounts.access import get_or_404, reception_only
from clinic.accounts.roles import require
from clinic.reception import moving, waiting
from clinic.reception.cards import STEP_WORD
from clinic.reception.forms import CancelForm, LateCancelForm
from clinic.reception.going_back import UNDO, go_back, remember, remembered
from clinic.scheduling import booking, fees, steps
from clinic.scheduling.models import Appointment
from clinic.scheduling.models.appointments import Status


def _appointment(request, pk):
    rows = Appointment.objects.for_user(request.user).select_related("patient", "practitioner", "kind")
    return get_or_404(request, rows, pk=pk)


def _moved_meanwhile(request, appointment, error):
    """Somebody else was faster: say where the visit stands now."""
    name = appointment.patient or _("This visit")
    messages.warning(
        request,
        _("%(name)s was moved meanwhile and is now: %(status)s. Nothing was changed.")
        % {"name": name, "status": error.status.label},
    )


@reception_only
@require_POST
def step(request, pk):
    """Move a visit to the status the button names."""
    appointment, to = _appointment(request, pk), request.POST.get("to", "")
    if to not in STEP_WORD:
        raise Http404
    try:
        steps.step(appointment, to=to, by=request.user)
        remember(request, appointment)
    except steps.StepNotPossible as error:
        _moved_meanwhile(request, appointment, error)
    return go_back(request)


def _proposed_fee(appointment):
    """What the rule of its kind proposes if this visit is cancelled now, or None; nothing for a time only held."""
    if appointment.is_held:
        return None
    return fees.proposed(appointment.kind, appointment.starts_at, timezone.now(), Status.CANCELLED)


@reception_only
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request, pk):
    """Ask for the reason, and what the late fee is to become; then cancel; the row stays."""
    require(request.user, "appointment.change")
    appointment = _appointment(request, pk)
    fee = _proposed_fee(appointment)
    form = (LateCancelForm if fee else CancelForm)(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("because", "waived_because") if name in form.fields}
        try:
            steps.cancel(appointment, **said, by=request.user)
            remember(request, appointment)
            waiting.tell_who_waits(request, appointment)
        except steps.StepNotPossible as error:
            _moved_meanwhile(request, appointment, error)
        return go_back(request)
    back = request.POST.get("back", request.GET.get("back", ""))
    context = {"form": form, "appointment": appointment, "fee": fee, "back": back}
    return render(request, "reception/cancel.html", context, status=422 if form.is_bound else 200)


@reception_only
@require_POST
def undo(request, pk):
    """Take back the last step of a visit, or its move to another place."""
    require(request.user, "appointment.change")
    appointment, kept = _appointment(request, pk), remembered(request)
    was = kept["was"] if kept and kept["visit"] == pk else None
    request.session.pop(UNDO, None)
    try:
        if was:
            _say_put_back(request, moving.put_back(appointment, was, by=request.user))
        else:
            row = steps.undo(appointment, by=request.user)
            words = {"name": appointment.patient, "status": row.get_status_display()}
            messages.success(request, _("Taken back: %(name)s is %(status)s again.") % words)
    except steps.StepNotPossible as error:
        _moved_meanwhile(request, appointment, error)
    except (IntegrityError, booking.SlotTaken, booking.NotOpen, booking.InThePast):
        messages.error(request, _("This time was given to somebody else meanwhile. Book a new time instead."))
    except booking.MovedMeanwhile as met:
        told = _("%(name)s was moved meanwhile to %(when)s. Nothing was changed.")
        messages.warning(request, told % {"name": appointment.patient, "when": moving.when(met.appointment)})
    return go_back(request)


def _say_put_back(request, row):
    messages.success(request, _("Taken back: %(name)s, %(when)s.") % {"name": row.patient, "when": moving.when(row)})
