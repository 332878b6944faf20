"""The chart's tab of letters: each with where it stands, and the papers of this patient that can be printed."""

from django.core.paginator import Paginator
from django.utils.translation import gettext_lazy as _

from clinic.accounts.roles import can
from clinic.charting.models import Episode, Referral, Visit
from clinic.charting.papers.letter_standing import standing
from patients.chart_tabs import Tab

PER_PAGE, MOST_NOTES, MOST_EPISODES = 20, 5, 6


def context(request, patient):
    """What the tab shows."""
    rows = Referral.objects.of(patient).for_user(request.user).select_related("episode", "written_by")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    notes = Visit.objects.of(patient).for_user(request.user).order_by("-visited_at", "-pk")
    return {
        "page": page,
        "letters": [standing(letter) for letter in page],
        "may_write_letters": can(request.user, "referral.add"),
        "complaints": Episode.objects.of(patient).for_user(request.user)[:MOST_EPISODES],
        "printable_notes": notes.only("pk", "visited_at", "signed_at", "purpose", "patient")[:MOST_NOTES],
    }


TAB = Tab(name="letters", label=_("Letters"), context=context, right="referral.view", after="documents")
