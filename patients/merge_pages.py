"""The pages on which two records of one person are reviewed, joined and taken apart, and likely pairs looked for."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from clinic.accounts import recent
from clinic.accounts.access import get_or_404, refuse
from clinic.accounts.recent import recently_signed_in
from clinic.accounts.roles import can
from patients import duplicates, merge_view, merging
from patients.models import Merge, Patient

RIGHT = "patient.merge"


def address_of(merge):
    return reverse("admin:patients_merge_change", args=[merge.pk])


def _allowed(request):
    if not can(request.user, RIGHT):
        refuse(request, "role")
        raise PermissionDenied(RIGHT)


def review(request, pk, site):
    """GET shows the two side by side; POST does the deed of the button, soon after signing in."""
    _allowed(request)
    merge = get_or_404(request, Merge.objects.select_related("kept", "absorbed", "proposed_by"), pk=pk)
    return _pressed(request, merge, site) if request.method == "POST" else _show(request, merge, site)


def _show(request, merge, site, status=200, **more):
    context = {
        **site.each_context(request),
        **merge_view.review(merge),
        "title": _("One person?"),
        "opts": Merge._meta,
        "sign_in": "" if recent.is_recent(request) else recent.address(request, address_of(merge)),
        **more,
    }
    request.current_app = site.name
    return TemplateResponse(request, "admin/patients/merge/review.html", context, status=status)


@recently_signed_in
def _pressed(request, merge, site):
    word, _colon, what = request.POST.get("do", "").partition(":")
    if word not in DEEDS:
        raise Http404
    try:
        DEEDS[word](request, merge, what)
    except merging.NoReason:
        return _show(request, merge, site, 422, no_reason=word)
    except merging.CannotMerge as refused:
        messages.error(request, refused.told)
    except (merging.AlreadyDecided, merging.NotMerged, merging.NothingToTakeOver):
        messages.error(request, _("Somebody was faster; nothing was changed. This is how it stands now."))
    return redirect(address_of(merge))


def _because(request):
    return request.POST.get("because", "")


def _join(request, merge, _what):
    merging.carry_out(merge, by=request.user)
    messages.success(request, _("The two records read as one now. You can take them apart again at any time."))


def _refuse(request, merge, _what):
    merging.refuse(merge, because=_because(request), by=request.user)
    messages.success(request, _("They stay two people. The reason stands here."))


def _turn(request, merge, _what):
    merging.turn_round(merge, by=request.user)


def _undo(request, merge, _what):
    merging.undo(merge, because=_because(request), by=request.user)
    messages.success(request, _("The two records are apart again, each as it was."))


def _take(request, merge, what):
    merging.take_over(merge, what=what, by=request.user)
    messages.success(request, _("Copied to the record that is kept."))


DEEDS = {"join": _join, "refuse": _refuse, "turn": _turn, "undo": _undo, "take": _take}


# --- looking for likely pairs


def likely(request, site):
    """GET looks through the file, newest records first; POST proposes one pair."""
    _allowed(request)
    if request.method == "POST":
        return _propose(request)
    below = request.GET.get("below", "")
    look = duplicates.across(int(below) if below.isascii() and below.isdigit() and len(below) < 19 else None)
    context = {**site.each_context(request), "title": _("Likely duplicates"), "opts": Merge._meta, "look": look}
    request.current_app = site.name
    return TemplateResponse(request, "admin/patients/merge/likely.html", context)


def _propose(request):
    """Propose what the button names: the record to keep and the other one; the reasons are those that were shown."""
    kept, absorbed = (_record(request, name) for name in ("kept", "absorbed"))
    likeness = duplicates.matching.compare(duplicates.person_of(kept), duplicates.person_of(absorbed))
    try:
        because = likeness.in_words or _("Thought to be one person")
        merge = merging.propose(kept=kept, absorbed=absorbed, because=because, by=request.user)
    except merging.CannotMerge as refused:
        messages.error(request, refused.told)
        return redirect("admin:patients_merge_likely")
    return redirect(address_of(merge))


def _record(request, name):
    return get_or_404(request, Patient.objects.for_user(request.user), pk=request.POST.get(name, ""))
