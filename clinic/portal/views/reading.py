"""What the practitioner gave to read."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clinic.accounts.access import get_or_404, patient_only
from clinic.portal import records
from clinic.portal.persons import with_person
from content.assigning import note_reading

PER_PAGE = 10


@patient_only
@require_safe
@with_person
def reading(request, person):
    """The articles given to this person, newest first."""
    page = Paginator(records.readings(request.user, person), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "portal/reading.html", {"page": page})


@patient_only
@require_safe
@with_person
def article(request, person, pk):
    """One given article with the reason it was given; opening it is noted."""
    from content.rendering import render as as_html

    given = get_or_404(request, records.readings(request.user, person).select_related("article__author"), pk=pk)
    if request.method == "GET":
        note_reading(given, by=request.user)
    references = given.article.references.all()
    text = as_html(given.article.body, references=len(references))
    context = {"given": given, "article": given.article, "text": text, "references": references}
    return render(request, "portal/article.html", context)
