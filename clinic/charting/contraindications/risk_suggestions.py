"""Articles that fit the risk factors a patient has, and giving one from the chart without a visit."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from clinic.accounts.access import get_or_404, refuse
from clinic.accounts.roles import can
from content import assigning
from content.models import Article, Assignment
from patients import risks, self_care
from patients.models import Patient

MOST_READ = 60  # articles looked at


def articles_for(patient, limit=3):
    """Return [(article, why)] of published articles that what is suggested names, then of those on its shelves.

    Articles the patient has been given already are left out.
    """
    facts, was_asked = self_care.facts_of(patient)
    found = {slug: row.answer for slug, row in self_care.newest_findings(patient).items()}
    told = risks.standing(facts, found, was_asked=was_asked)
    items = risks.suggested(facts, told)
    named = {slug for item in items for slug in item.articles}
    shelves = {topic for item in items for topic in item.topics}
    given = Assignment.objects.of(patient).values("article")
    rows = Article.objects.published().exclude(pk__in=given).defer("body", "search_text").distinct()
    fitting = rows.filter(Q(slug__in=named) | Q(topics__slug__in=shelves)).order_by("title")[:MOST_READ]
    suited = [one for one in fitting if one.slug in named or _is_for(one, facts.conditions)]
    reasons = "; ".join(one.factor.label for one in told if one.answer == risks.PRESENT) or _("everyday loads")
    return [(article, reasons) for article in sorted(suited, key=lambda one: one.slug not in named)[:limit]]


def _is_for(article, conditions):
    """An article about certain illnesses is for those who have one of them."""
    return not article.conditions or bool(set(article.conditions) & conditions)


def give(request, pk):
    """POST: give one article with the risk factors as the reason, and go back to the tab."""
    if not can(request.user, "article.assign"):
        refuse(request, "role")
        raise PermissionDenied
    patient = get_or_404(request, Patient.objects.for_user(request.user), pk=pk)
    wanted = request.POST.get("article", "")
    known = {str(article.pk): (article, why) for article, why in articles_for(patient)}
    if wanted in known:
        article, why = known[wanted]
        assigning.assign(
            article=article, patient=patient, by=request.user, because=_("It fits: %(why)s") % {"why": why}
        )
        messages.success(request, _("Given to read. The patient finds it on the portal with your reason."))
    else:
        messages.info(request, _("This article was given already, or fits no more."))
    return redirect(f"{patient.get_absolute_url()}?tab=risks")
