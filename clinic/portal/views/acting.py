"""Who may act for whom: seen and ended by the people themselves; asked for here, given at the desk."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from clinic.accounts.access import get_or_404, patient_only
from clinic.portal import acting
from patients import granting


@patient_only
@require_http_methods(["GET", "HEAD", "POST"])
def acting_for(request):
    """Those who act for me, those I act for; a post asks the clinic to let somebody act for me."""
    own = acting.own_record(request.user)
    if own is None and request.method == "POST":
        raise PermissionDenied("grant.ask")
    form = acting.AskForm(request.POST or None) if own else None
    if form is not None and form.is_bound and form.is_valid():
        return _asked(request, form, own)
    context = {
        "own": own,
        "form": form,
        "given": [(one, acting.may_of(one)) for one in granting.of(own)[: granting.MOST_LISTED]] if own else [],
        "held": acting.held_by(request.user),
    }
    return render(request, "portal/acting.html", context, status=422 if form is not None and form.is_bound else 200)


def _asked(request, form, own):
    try:
        form.ask(own)
        messages.success(request, _("Thank you. We call you, and ask to see an identity document at your next visit."))
    except acting.AskedAlready:
        messages.info(request, _("We have your wish already and will call you."))
    return redirect("portal:acting")


@patient_only
@require_POST
def end(request, pk):
    """End leave at once: that somebody acts for me, or that I act for somebody."""
    given = get_or_404(request, acting.endable(request.user), pk=pk)
    try:
        granting.revoke(given, by=request.user)
        messages.success(request, _("Ended, from now on."))
    except granting.AlreadyRevoked:
        messages.info(request, _("This was ended before."))
    return redirect("portal:acting")
