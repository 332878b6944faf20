"""The first-run wizard at /setup/: there until the clinic is founded, then gone."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from clinic import environment
from clinic.accounts.access import open_to_all
from clinic.accounts.models import User
from clinic.practice.profile import is_set_up
from clinic.scheduling import founding
from clinic.website.setup_forms import SetUpForm


def code():
    """The code that `make run` prints: only who started the server can found the clinic."""
    return environment.secret("SETUP_CODE", settings.VAR_DIR / "setup_code")[:12]


@open_to_all
def set_up(request):
    """Found the clinic, once."""
    if is_set_up() or User.objects.exists():
        raise Http404
    form = SetUpForm(request.POST or None, initial={"code": request.GET.get("code", "")}, expected_code=code())
    if request.method == "POST" and form.is_valid():
        try:
            founding.found(**form.deed())
        except founding.AlreadyFounded as done:
            raise Http404 from done
        messages.success(request, _("The clinic is open. Sign in with the e-mail and password you have just chosen."))
        return redirect("account_login")
    return render(request, "website/setup.html", {"form": form}, status=422 if request.method == "POST" else 200)
