"""One patient at the desk: the snapshot, contact details, the links we send."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.accounts.access import get_or_404, reception_only
from clinic.accounts.qr_codes import picture_of
from clinic.accounts.roles import can, require
from clinic.reception import snapshot
from clinic.reception.forms import ContactForm
from patients import invitations, registering
from patients.joined import kept_of, to_kept
from patients.models import Patient


def _patient(request, pk):
    """The patient of this number; for a record that was joined to another, the one that is kept."""
    return kept_of(get_or_404(request, Patient.objects.for_user(request.user).select_related("merged_into"), pk=pk))


def _page(request, patient, **more):
    context = {"snapshot": snapshot.read(patient, user=request.user), "rights": _rights(request.user), **more}
    return render(request, "reception/patient.html", context)


def _rights(user):
    return {
        "add": can(user, "appointment.add"),
        "change": can(user, "patient.change"),
        "intake": can(user, "intake.send"),
        "invite": can(user, "patient.invite"),
    }


@reception_only
@require_safe
def patient(request, pk):
    """The snapshot as a page of its own."""
    found = _patient(request, pk)
    if found.pk != pk:
        return to_kept(request, reverse("desk:patient", args=[found.pk]))
    return _page(request, found)


@reception_only
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request, pk):
    """Change how the patient is reached and what the desk should know."""
    require(request.user, "patient.change")
    person = _patient(request, pk)
    form = ContactForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        if form.changed_data:
            registering.change(person, by=request.user, **form.changes())
        messages.success(request, _("The contact details are saved."))
        return redirect("desk:patient", person.pk)
    context = {"form": form, "patient": Patient.objects.get(pk=person.pk)}  # the name as it is, whatever was typed
    return render(request, "reception/contact.html", context, status=422 if form.is_bound else 200)


@reception_only
@require_POST
def send_intake(request, pk):
    """Send the link to the health history, and show it once, so that a tablet at the desk can open it.

    No redirect: the address is shown only now, and would otherwise have to be kept in the session.
    """
    person = _patient(request, pk)
    url = invitations.send_intake(person, by=request.user)
    return _page(request, person, intake_url=url, intake_code=picture_of(url))


@reception_only
@require_POST
def invite(request, pk):
    """Mail an invitation to the portal."""
    person = _patient(request, pk)
    try:
        invitations.invite(person, by=request.user)
    except invitations.NoAddress:
        messages.error(request, _("There is no e-mail address yet. Add one here, then invite again."))
        return redirect("desk:contact", person.pk)
    messages.success(request, _("The invitation is on its way to %(address)s.") % {"address": person.email})
    return redirect("desk:patient", person.pk)
