"""A link to the health history that ran out, or that reached somebody else."""

from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from clinic.accounts.access import by_link, open_to_all
from patients import lost_links
from patients.models import Intake


@open_to_all
@never_cache
@require_POST
def renew(request, token):
    """Ask for a new link; the answer is the same for every token (T073)."""
    lost_links.renew(token)
    return render(request, "intake/renewed.html")


@by_link("intake")
@require_POST
def not_me(request, link, token):
    """Close a link that reached the wrong person and tell the clinic."""
    intake = Intake.objects.filter(pk=link.subject_id, submitted_at=None).select_related("patient").first()
    if intake is not None:
        lost_links.not_theirs(intake)
    return render(request, "intake/not_me.html")
