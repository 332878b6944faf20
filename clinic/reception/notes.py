"""Notes that colleagues pin to a patient: the list, a new one, taking one down."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from clinic.accounts.access import get_or_404, reception_only
from clinic.accounts.roles import require
from clinic.reception.around_forms import NoteForm
from clinic.reception.going_back import go_back
from patients import sticking
from patients.models import Patient, StickyNote


@reception_only
@require_http_methods(["GET", "HEAD", "POST"])
def notes(request, pk):
    """The notes that are up; a post puts one up."""
    require(request.user, "note.stick")
    patient = get_or_404(request, Patient.objects.for_user(request.user), pk=pk)
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and form.put_up(patient, by=request.user):
        messages.success(request, _("The note is up."))
        return redirect("desk:notes", pk)
    up = StickyNote.objects.of(patient).for_user(request.user).up().select_related("put_up_by")
    context = {"form": form, "patient": patient, "notes": up[: sticking.MOST_UP * 2]}
    return render(request, "reception/notes.html", context, status=422 if form.is_bound else 200)


@reception_only
@require_POST
def take_down(request, pk):
    """Take a note down; a second time changes nothing."""
    note = get_or_404(request, StickyNote.objects.for_user(request.user), pk=pk)
    try:
        sticking.take_down(note, by=request.user)
        messages.success(request, _("The note is down."))
    except sticking.AlreadyDown:
        messages.info(request, _("The note was taken down before."))
    return go_back(request)
