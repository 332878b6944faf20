"""The check-in on a paired tablet: find the visit, say how it is today, take a seat.

Nobody is signed in. No name stands on the screen before its owner has shown who they are, and nothing stays after them.
"""

from functools import wraps

from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from clinic.accounts import language, links
from clinic.accounts.access import kiosk, refuse
from clinic.accounts.models import SignedLink
from clinic.audit.recording import record
from clinic.charting.care import rechecking
from clinic.outcomes import checking_in
from clinic.reception import arrivals, kiosk_state, tries
from clinic.reception.kiosk_forms import UNSURE, FeelForm, FindForm
from clinic.reception.kiosk_state import Standing
from clinic.scheduling import steps
from patients.red_flags import read_advice, read_levels

CHOSEN = "chosen"  # stands in the address after somebody has chosen a language
asks = require_http_methods(["GET", "HEAD", "POST"])


def _begun(view):
    """Hand the view where the person at this device stands; whoever has not begun begins."""

    @wraps(view)
    def opened(request):
        try:
            return view(request, kiosk_state.read(request))
        except kiosk_state.NotBegun:
            return redirect("checkin:find")

    return opened


def _daytime(now):
    hour = timezone.localtime(now).hour
    return _("Good morning.") if hour < 12 else _("Good afternoon.") if hour < 17 else _("Good evening.")


def _ask_who(request, form, status=200, **more):
    context = {"form": form, "step": 1, "greeting": _daytime(timezone.now()), **more}
    return kiosk_state.forget(render(request, "reception/kiosk/find.html", context, status=status))


def _to_the_desk(request, form, wait=0):
    """The same words for no match, not today and not now; after many tries the screen asks no more for a while."""
    response = _ask_who(request, form, 429 if wait else 422, at_desk=True)
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response


def _nobody(request, form):
    tries.count(request.device)
    record("check_in.not_found", request.device, via="kiosk")
    return _to_the_desk(request, form)


@sensitive_post_parameters()
@kiosk
@asks
def find(request):
    """Who is there? Birth date with letters of the last name, or with the phone number. Looking begins anew."""
    form = FindForm(request.POST or None)
    if request.method != "POST":
        return _begin(request)
    if wait := tries.seconds_to_wait(request.device):
        return _to_the_desk(request, form, wait)
    if not form.is_valid():
        return _ask_who(request, form, status=422)
    try:
        return _arrive(request, arrivals.find(request.device, **form.asked))
    except (arrivals.NobodyFound, steps.NotNow, steps.StepNotPossible):
        return _nobody(request, form)


def _begin(request):
    """Somebody new stands here: what the last one chose as language goes, unless it was chosen just now."""
    if language.is_chosen(request) and CHOSEN not in request.GET:
        return language.forget(redirect("checkin:find"))
    return _ask_who(request, FindForm())


def _arrive(request, visit):
    """Note the arrival at once: whoever walks away from the questions is here all the same."""
    steps.arrive_by_device(visit, device=request.device)
    page = "checkin:together" if arrivals.together(visit, request.device) else "checkin:feel"
    return kiosk_state.keep(redirect(page), Standing(request.device.pk, [visit.pk]))


@kiosk
@asks
@_begun
def together(request, standing):
    """Others one may book for who are due now: check them in too. Only those of a grant are named."""
    first = standing.rows()[0]
    family = arrivals.together(first, request.device)
    if request.method != "POST":
        return render(request, "reception/kiosk/together.html", {"family": family, "step": 1})
    for visit in family:
        if str(visit.pk) in request.POST.getlist("with"):
            steps.arrive_by_device(visit, device=request.device)
            standing.visits += [visit.pk] * (visit.pk not in standing.visits)
    return kiosk_state.keep(redirect("checkin:feel"), standing)


@sensitive_post_parameters()
@kiosk
@asks
@_begun
def feel(request, standing):
    """Pain, better or worse, what has changed, and the few red flags: one person after the other."""
    visit = standing.next_row()
    if visit is None:
        return redirect("checkin:seat")
    if request.method != "POST" or request.POST.get("visit") != str(visit.pk):  # an answer sent twice is not another's
        return _ask_how(request, standing, visit, FeelForm(is_first=checking_in.is_first(visit)))
    form = FeelForm(request.POST, is_first=checking_in.is_first(visit), each="each" in request.POST)
    if not form.is_valid():
        return _ask_how(request, standing, visit, form, status=422)
    return _ask_each(request, standing, visit) if form.wants_each else _keep(request, standing, visit, form)


def _ask_how(request, standing, visit, form, status=200):
    context = {"form": form, "visit": visit, "step": 2, "is_first_asked": standing.visits[0] == visit.pk}
    return kiosk_state.keep(render(request, "reception/kiosk/feel.html", context, status=status), standing)


def _ask_each(request, standing, visit):
    """Not sure about one of them: each is asked, what was ticked is yes."""
    typed = {name: request.POST.get(name, "") for name in ("pain", "change", "words")}
    ticked = dict.fromkeys(set(request.POST.getlist("flags")) - {UNSURE}, "yes")
    form = FeelForm(initial={**typed, **ticked}, is_first=checking_in.is_first(visit), each=True)
    return _ask_how(request, standing, visit, form)


def _keep(request, standing, visit, form):
    try:
        made = checking_in.check_in(visit, device=request.device, **form.given)
    except checking_in.AlreadyCheckedIn:
        return redirect("checkin:feel")
    except checking_in.NotHere:  # the desk has moved the visit meanwhile
        return _to_the_desk(request, FindForm())
    rechecking.recheck_later(visit.patient)
    standing.is_told = standing.is_told or bool(made.urgency)
    standing.is_urgent = made.urgency == checking_in.EMERGENCY
    return kiosk_state.keep(redirect("checkin:stop" if standing.is_urgent else "checkin:feel"), standing)


@kiosk
@require_safe
@_begun
def stop(request, standing):
    """What to do now, after an answer that cannot wait; without one there is no such page."""
    if not standing.is_urgent:
        return redirect("checkin:feel")
    advice = read_levels()[checking_in.EMERGENCY].patient_advice
    advice = read_advice(get_language()).get(advice, advice)
    return render(request, "reception/kiosk/stop.html", {"advice": advice})


@kiosk
@require_safe
@_begun
def seat(request, standing):
    """All done: take a seat, about how long it takes. Nothing is left in the browser after this page."""
    rows = [(visit, arrivals.wait(visit)) for visit in standing.rows()]
    context = {"rows": rows, "step": 3, "is_told": standing.is_told}
    return kiosk_state.forget(render(request, "reception/kiosk/seat.html", context))


@kiosk
@asks
def code(request, token):
    """The code of a confirmation, opened on the tablet: one button checks in."""
    try:
        link = links.find(SignedLink.Scope.CHECKIN, token)
    except links.LinkNotValid:
        refuse(request, "link", "checkin")
        return _ask_who(request, FindForm(), status=404, at_desk=True)
    if request.method != "POST":
        return render(request, "reception/kiosk/code.html", {"step": 1})
    visit = arrivals.due(request.device, timezone.now()).filter(pk=link.subject_id).first()
    try:
        return _arrive(request, visit) if visit else _nobody(request, FindForm())
    except (steps.NotNow, steps.StepNotPossible):
        return _nobody(request, FindForm())
