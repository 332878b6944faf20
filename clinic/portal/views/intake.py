"""The health history behind a signed link: start, one page per topic, read through, hand in, and the stop page."""

from functools import wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from clinic.accounts.access import by_link, refuse
from clinic.accounts.links import LinkNotValid
from clinic.accounts.roles import can
from clinic.portal import consenting, urgent
from clinic.portal.filling import RED_FLAGS, Filling
from clinic.portal.handing_in import ChangedMeanwhile, hand_in, seen
from patients.answer_words import line_of
from patients.intake import AlreadyHandedIn
from patients.languages import begin_in_their_language
from patients.models import Alert, Intake
from patients.typing_in import is_typing

STOP, READ_THROUGH = "stop", "read-through"


def _not_valid(request, token):
    return render(request, "accounts/link_not_valid.html", {"scope": "intake", "token": token}, status=404)


def _of_open_intake(view):
    """Hand the view the open intake behind the link; one that was handed in meanwhile has no page any more."""

    @wraps(view)
    def opened(request, link, token, **kwargs):
        intake = Intake.objects.filter(pk=link.subject_id, submitted_at=None).select_related("patient").first()
        if intake is None:
            return _not_valid(request, token)
        if _works_at_the_desk(request.user, intake):
            refuse(request, "role", "intake")
            raise PermissionDenied
        begin_in_their_language(request, intake.patient)
        try:
            return _for_script(request, view(request, Filling(intake), link=link, token=token, **kwargs))
        except (AlreadyHandedIn, LinkNotValid):
            return _not_valid(request, token)

    return opened


def _works_at_the_desk(user, intake):
    """Is somebody signed in who works here and may not read histories? The link is for the patient's hands."""
    if not can(user, "patient.view") or can(user, "intake.view"):
        return False
    return not Intake.objects.for_own(user).filter(pk=intake.pk).exists()


def _for_script(request, answer):
    """A page that was sent in the background is told where to go on, so that it is opened only once."""
    if "X-Stays" in request.headers and answer.status_code == 302:
        return HttpResponse(status=204, headers={"X-Go-On": answer.url})
    return answer


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


def _ask(request, filling, key, token, saved=None, unsigned=None):
    """Show one topic; after a refused save with the errors and with everything that was typed."""
    page = filling.page(key)
    asked = filling.asked(page, saved)
    context = _context(filling, token, page.number, page=page, asked=asked, errors=[one for one in asked if one.error])
    context["back"] = filling.pages[page.number - 2] if page.number > 1 else None
    context |= consenting.on_page(filling, page, request.user, unsigned)
    context["errors"] = [*(one for card in context.get("cards", ()) for one in card.problems), *context["errors"]]
    return render(request, f"intake/{consenting.template(page)}.html", context, status=422 if saved else 200)


def _save(request, filling, page, token):
    before = urgent.emergencies(filling.intake).ids
    saved = filling.save(page, request.POST)
    unsigned = consenting.sign_on_page(filling, page, request.user, request.POST)
    found = urgent.emergencies(filling.intake)
    if found.fired and (page.key == RED_FLAGS or set(found.ids) - set(before)):  # not for answers of the last time
        urgent.tell_the_clinic(filling.intake, found)
        return redirect("intake_page", token, STOP)
    if saved.errors or unsigned:
        return _ask(request, filling, page.key, token, saved, unsigned)
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
    raised = Alert.objects.of(intake.patient).filter(flag__in=found.ids, ended_at=None).order_by("raised_at").first()
    return {
        "told": urgent.told(intake.answers, found),
        "advice": found.advice_in(get_language()),
        "complaint": intake.answers.get("chief_complaint") or "",
        "told_at": timezone.localtime(raised.raised_at) if raised else None,
        "phone": intake.answers.get("phone") or intake.patient.phone,
        "change_page": RED_FLAGS,
    }


def _read(request, filling, token, status=200):
    """Everything that was answered, page by page, with a way back to each."""
    answers = filling.intake.answers
    pages = [
        (page, consenting.lines(filling, page) + [line_of(q, answers) for q in page.questions])
        for page in filling.pages
    ]
    context = _context(filling, token, len(filling.pages) + 1, told=pages, seen=seen(filling.intake))
    context |= {"refused": status == 422, "has_changed": status == 409}
    return render(request, "intake/read_through.html", context, status=status)


def _hand_in(request, filling, link, token):
    """Hand in and say what follows. Not a redirect: with this answer the link is used up and opens nothing more."""
    if not filling.is_complete:
        return _read(request, filling, token, status=422)
    by = request.user if is_typing(request.user, filling.intake.patient) else None
    try:
        assessment = hand_in(filling.intake, link, read=request.POST.get("seen"), by=by)
    except ChangedMeanwhile:
        return _read(request, filling, token, status=409)
    if (found := urgent.only_emergencies(assessment)).fired:
        return render(request, "intake/stop.html", {"is_handed_in": True, **_stop_context(filling.intake, found)})
    return render(
        request, "intake/done.html", {"advice": assessment.advice_in(get_language()), "level": assessment.level}
    )
