"""What the patient can do for themselves, as the clinician gave it."""

from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from clinic.accounts.access import patient_only
from clinic.portal.persons import with_person
from patients import risks
from patients.models import SelfCareItem


def items_of(user, person):
    """Return [(item, words, why)] of what was given and not ended; the list's own words are said in our language."""
    listed = {item.slug: item for item in risks.read_self_care()}
    rows = SelfCareItem.objects.for_own(user).of(person).current().select_related("given_by")
    return [(row, _words(row, listed.get(row.slug)), _why(row)) for row in rows]


def _words(row, item):
    """The page's language where the words are the list's; what a clinician changed stays as written."""
    return item.text_in(get_language() or "en") if item and item.text == row.text else row.text


def _why(row):
    """The reason, risk factors named in the page's language."""
    if not (get_language() or "").startswith("es"):
        return row.because
    spanish = {factor.label: factor.label_es for factor in risks.read_factors()}
    return "; ".join(spanish.get(part, part) for part in row.because.split("; "))


@patient_only
@require_safe
@with_person
def self_care(request, person):
    """All current items with why and since when."""
    return render(request, "portal/self_care.html", {"items": items_of(request.user, person)})
