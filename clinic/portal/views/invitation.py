"""From the invitation in the mail to an account of one's own."""

from django.contrib.auth import login
from django.db import transaction
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from clinic.accounts import links
from clinic.accounts.access import by_link
from clinic.portal.forms import PasswordForm
from patients import registering
from patients.languages import begin_in_their_language
from patients.models import Patient

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@transaction.atomic
def _open(patient, link, password):
    """Open the account and use the link up, both or neither."""
    links.use_up(link)
    return registering.open_account(patient, email=patient.email, password=password)


@sensitive_post_parameters()
@by_link("invitation")
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request, link, token):
    """Ask for a password (GET never acts); then open the account, sign in and go to the portal."""
    patient = Patient.objects.filter(pk=link.subject_id, deceased_on=None).first()
    if patient is None or not patient.email:
        return render(request, "accounts/link_not_valid.html", status=404)
    begin_in_their_language(request, patient)
    form = PasswordForm(request.POST or None, patient=patient)
    if form.is_valid():
        try:
            login(request, _open(patient, link, form.cleaned_data["password1"]), backend=BACKEND)
            return redirect("portal:home")
        except registering.AddressBelongsToAnother:
            form.add_error(None, _("There is already an account with this e-mail address. Sign in, or call us."))
        except links.LinkNotValid:
            return render(request, "accounts/link_not_valid.html", status=404)
    context = {"form": form, "called": patient.called, "token": token}
    return render(request, "portal/invitation.html", context, status=422 if form.is_bound else 200)
