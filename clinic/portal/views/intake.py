"""The health history behind a signed link: start, one page per topic, read through, hand in, and the stop page."""

from functools import wraps

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from clinic.accounts.access import by_link
from clinic.accounts.links import LinkNotValid
from clinic.portal import urgent
from clinic.portal.answer_words import line_of
from clinic.portal.filling import RED_FLAGS, Filling
from clinic.portal.handing_in import hand_in
from patients.intake import AlreadyHandedIn
from patients.models import Intake

STOP, READ_THROUGH = "stop", "read-through"


def _not_valid(request):
    return render(request, "accounts/link_not_valid.html", status=404)


def _of_open_intake(view):
    """Hand the view the open intake behind the link; one that was handed in meanwhile has no page any more."""

    @wraps(view)
    def opened(request, link, token, **kwargs):
        intake = Intake.objects.filter(pk=link.subject_id, submitted_at=None).select_related("patient").first()
        if intake is None:
            return _not_valid(request)
        try:
            return view(request, Filling(intake), link=link, token=token, **kwargs)
        except (AlreadyHandedIn, LinkNotValid):
            return _not_valid(request)

    return opened


def _context(filling, token, number, **more):
    """What every page says: where we are, and when it was last saved."""
    steps = [*(page.topic.title for page in filling.pages), _("Read it through and hand it in")]
    return {"token": token, "filling": filling, "steps": steps, "step": number, **more} | (
        {"saved_at": timezone.localtime(filling.intake.saved_at)} if filling.intake.saved_at else {}
    )


@by_link("intake")
@require_safe
@_of_open_intake
def start(request, filling, *, link, token):
    """Where it begins and where it goes on: the pages, what is done, how long the link lives."""
    context = _context(filling, token, 0, goes_on=filling.next_open, expires_at=link.expires_at)
    context["emergency"] = urgent.is_told(filling.intake)
    return render(request, "intake/start.html", context)


@sensitive_post_parameters()
@by_link("intake")
@require_http_methods(["GET", "HEAD", "POST"])
@_of_open_intake
def page(request, filling, *, link, token, page):
    """One page of the intake by its name; an unknown name is 404."""
    if page == STOP:
        return _stop(request, filling, token)
    if page == READ_THROUGH:
        return _hand_in(request, filling, link, token) if request.method == "POST" else _read(request, filling, token)
    topic_page = filling.page(page)
    if topic_page is None:
        raise Http404
    return (
        _save(request, filling, topic_page, token) if request.method == "POST" else _ask(request, filling, page, token)
    )


def _ask(request, filling, key, token, saved=None):
    """Show one topic; after a refused save with the errors and with everything that was typed."""
    page = filling.page(key)
    asked = filling.asked(page, saved)
    context = _context(filling, token, page.number, page=page, asked=asked, errors=[one for one in asked if one.error])
    context["back"] = filling.pages[page.number - 2] if page.number > 1 else None
    return render(request, "intake/page.html", context, status=422 if saved else 200)


def _save(request, filling, page, token):
    before = urgent.emergencies(filling.intake).ids
    saved = filling.save(page, request.POST)
    found = urgent.emergencies(filling.intake)
    if found.fired and (page.key == RED_FLAGS or set(found.ids) - set(before)):  # not for answers of the last time
        urgent.tell_the_clinic(filling.intake, found)
        return redirect("intake_page", token, STOP)
    if saved.errors:
        return _ask(request, filling, page.key, token, saved)
    if saved.more:
        return _more_to_ask(request, token, page, saved.more)
    following = next((other for other in filling.pages if other.number > page.number), None)
    return redirect("intake_page", token, following.key if following else READ_THROUGH)


def _more_to_ask(request, token, page, more):
    """Stay on the page: the answers just kept ask for something more."""
    text = ngettext(
        "One more question because of your answer.", "%(n)d more questions because of your answers.", len(more)
    )
    messages.info(request, text % {"n": len(more)})
    return redirect(f"{reverse('intake_page', args=[token, page.key])}#q-{more[0]}")


def _stop(request, filling, token):
    """What to do now, in an emergency; without one there is no such page."""
    found = urgent.emergencies(filling.intake)
    if not found.fired:
        raise Http404
    return render(request, "intake/stop.html", {"token": token, **_stop_context(filling.intake, found)})


def _stop_context(intake, found):
    raised = intake.patient.alerts.filter(flag__in=found.ids, ended_at=None).order_by("raised_at").first()
    return {
        "told": urgent.told(intake.answers, found),
        "advice": found.advice,
        "complaint": intake.answers.get("chief_complaint") or "",
        "told_at": timezone.localtime(raised.raised_at) if raised else None,
        "phone": intake.answers.get("phone") or intake.patient.phone,
        "change_page": RED_FLAGS,
    }


def _read(request, filling, token, status=200):
    """Everything that was answered, page by page, with a way back to each."""
    pages = [(page, [line_of(q, filling.intake.answers) for q in page.questions]) for page in filling.pages]
    context = _context(filling, token, len(filling.pages) + 1, told=pages, refused=status != 200)
    return render(request, "intake/read_through.html", context, status=status)


def _hand_in(request, filling, link, token):
    """Hand in and say what follows. Not a redirect: with this answer the link is used up and opens nothing more."""
    if not filling.is_complete:
        return _read(request, filling, token, status=422)
    assessment = hand_in(filling.intake, link)
    if (found := urgent.only_emergencies(assessment)).fired:
        return render(request, "intake/stop.html", {"is_handed_in": True, **_stop_context(filling.intake, found)})
    return render(request, "intake/done.html", {"advice": assessment.advice, "level": assessment.level})
