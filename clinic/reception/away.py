"""Somebody is away, a place is closed, somebody leaves: what becomes of each visit, decided on one page."""

from urllib.parse import urlencode

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from clinic.accounts.access import get_or_404, reception_only
from clinic.accounts.roles import can, require
from clinic.reception.days import asked_day
from clinic.scheduling import absence, handing_on
from clinic.scheduling.absence_forms import AwayForm
from clinic.scheduling.models import Appointment, Practitioner

CALLS, MOST_CALLS = "calls_to_make", 200
KEPT = ("practitioner", "location", "from_day", "from_time", "to_day", "to_time", "reason", "for_good", "off", "after")


@reception_only
@require_http_methods(["GET", "HEAD", "POST"])
def away(request):
    """Ask who is away, show what would become of each visit, and do it all at once or not at all."""
    require(request.user, "absence.add")
    given = request.POST if request.method == "POST" else request.GET
    if "called" in request.POST:
        return _called(request)
    if "from_day" not in given:
        return _page(request, AwayForm(initial=_asked(given), user=request.user))
    form = AwayForm(given, user=request.user)
    if not form.is_valid():
        return _page(request, form, status=422)
    if request.method != "POST":
        gap, after = form.cleaned_data["gap"], form.cleaned_data["after"]
        return _page(request, form, plan=handing_on.plan(gap, now=timezone.now(), after=after))
    try:
        return _done(request, form, _carry_out(request, form))
    except absence.SomeTaken as refused:
        return _page(request, form, plan=refused.plan, status=409)


def _asked(given):
    """What a link of the day sheet asks for: somebody, and the day on it."""
    who = given.get("practitioner", "")
    return {"from_day": asked_day(given.get("day")), "practitioner": who if who.isdecimal() and len(who) < 19 else ""}


def _carry_out(request, form):
    """Do what the fields `choice-5` say with visit 5, which was moved as often as `seen-5` says."""
    sent, cleaned = request.POST, form.cleaned_data
    numbers = [name.removeprefix("choice-") for name in sent if name.startswith("choice-")]
    numbers = [n for n in numbers if n.isdecimal() and len(n) < 19]
    return absence.carry_out(
        cleaned["gap"],
        {int(n): sent[f"choice-{n}"] for n in numbers},
        seen={int(n): int(seen) for n in numbers if (seen := sent.get(f"seen-{n}", "")).isdecimal() and len(seen) < 9},
        after=cleaned["after"],
        replaces=cleaned.get("off"),
        by=request.user,
    )


def _done(request, form, done):
    """Say what was done, keep whom to call, and go on with the next page if there is one."""
    counted = {"moved": len(done.moved), "cancelled": len(done.cancelled), "left": len(done.left)}
    told = _("Written down. Moved: %(moved)s, cancelled: %(cancelled)s, left as they are: %(left)s.") % counted
    messages.success(request, told)
    calls = [*request.session.get(CALLS, []), *(row.pk for row in done.calls)]
    request.session[CALLS] = list(dict.fromkeys(calls))[-MOST_CALLS:]
    after = request.POST.get("last", "") if request.POST.get("more") else ""  # who leaves: what is left, once more
    kept = _kept(request.POST) | {"after": after, "off": ""}
    if form.cleaned_data["for_good"] or request.POST.get("more"):
        return redirect(f"{reverse('desk:away')}?{urlencode(kept)}")
    return redirect("desk:away")


def _kept(given):
    """The fields of the form as they were typed, for the next page and for the button."""
    return {name: given[name] for name in KEPT if given.get(name)}


def _page(request, form, *, plan=None, status=200):
    may_close = can(request.user, "setting.change")
    context = {"form": form, "plan": plan, "kept": _kept(form.data).items(), "may_close": may_close}
    context["leaves"] = plan is not None and plan.gap.for_good and not plan.handed
    context["calls"] = _calls(request)
    return render(request, "reception/away.html", context, status=status)


# --- calls to make ---


def _calls(request):
    """The visits whose patients nobody has told yet, kept for this user until somebody has called."""
    numbers = request.session.get(CALLS, [])
    rows = Appointment.objects.for_user(request.user).filter(pk__in=numbers)
    rows = rows.select_related("patient", "practitioner", "request", "kind") if numbers else rows.none()
    return [handing_on.Handed(row) for row in rows]


def _called(request):
    """Take one call off the list, or all of them."""
    told = request.POST.get("called", "")
    request.session[CALLS] = [n for n in request.session.get(CALLS, []) if told not in ("all", str(n))]
    left = len(request.session[CALLS])
    messages.success(request, ngettext("%(n)s call left.", "%(n)s calls left.", left) % {"n": left})
    return redirect("desk:away")


@reception_only
@require_POST
def leave(request, pk):
    """Take somebody whom nobody expects any more off the list of those who treat."""
    require(request.user, "setting.change")
    practitioner = get_or_404(request, Practitioner.objects.active(), pk=pk)
    try:
        absence.leave(practitioner, by=request.user)
    except absence.StillExpected as refused:
        words = {"n": refused.count, "who": practitioner.name}
        told = ngettext("%(who)s still has %(n)s visit to come.", "%(who)s still has %(n)s visits to come.", words["n"])
        messages.error(request, told % words)
        asked = {"practitioner": pk, "from_day": timezone.localdate(), "for_good": "on"}
        return redirect(f"{reverse('desk:away')}?{urlencode(asked)}")
    messages.success(request, _("%(who)s does not treat here any more.") % {"who": practitioner.name})
    return redirect("desk:away")
