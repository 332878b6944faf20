"""Consents on the portal: what one agreed to, answering what is open, and taking a yes back."""

from dataclasses import replace

from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from clinic.accounts.access import get_or_404, patient_only
from clinic.portal import consenting
from clinic.portal.persons import with_person
from patients import consents as deeds
from patients.consent_forms import CardForm
from patients.models import Consent, Patient

MOST_ANSWERS = 50


def _signs_for(request, person):
    """404 unless this account may answer for the person: one's own record, or a grant for forms."""
    return get_or_404(request, Patient.objects.in_care_of(request.user, "forms"), pk=person.pk)


def _back(request):
    return HttpResponseRedirect(reverse("portal:consents") + request.portal.query)


@patient_only
@require_safe
@with_person
def consents(request, person):
    """How each consent stands, and every answer ever given, newest first."""
    _signs_for(request, person)
    rows = Consent.objects.for_own(request.user).of(person).select_related("text")[:MOST_ANSWERS]
    return render(request, "portal/consents.html", {"cards": consenting.cards(person), "answers": rows})


@sensitive_post_parameters()
@patient_only
@require_http_methods(["GET", "HEAD", "POST"])
@with_person
def consent(request, person, kind):
    """One text with its signature; POST answers it."""
    _signs_for(request, person)
    card = consenting.card(person, kind, by_other=not request.portal.is_own)
    if card is None:
        raise Http404
    if request.method == "POST":
        return _answer(request, person, card)
    return render(request, "portal/consent.html", {"card": card})


def _answer(request, person, card):
    """Keep the answer; after a refusal show the card as it was typed."""
    form = CardForm(request.POST, consent_text=card.standing.text, needs_relation=card.asks_relation)
    refused = consenting.sign(person, [form], by=request.user)
    if not refused and form.is_answered:
        messages.success(request, _("Thank you. Your answer is kept with the day and the text."))
        return _back(request)
    card = replace(card, form=form)
    context = {"card": card, "errors": card.problems, "is_empty": not refused}
    return render(request, "portal/consent.html", context, status=422)


@patient_only
@require_http_methods(["GET", "HEAD", "POST"])
@with_person
def take_back(request, person, pk):
    """Asks once and says what follows; POST takes the yes back."""
    _signs_for(request, person)
    row = get_or_404(request, Consent.objects.for_own(request.user).of(person).select_related("text"), pk=pk)
    if request.method == "POST":
        try:
            deeds.withdraw(row, by=request.user)
            messages.success(request, _("Taken back. From now on your answer is no."))
        except deeds.NothingToTakeBack:
            messages.info(request, _("This was changed before. The page shows how it stands now."))
        return _back(request)
    card = consenting.card(person, row.text.kind)
    if card.standing.answer != row or not row.is_given:
        return _back(request)
    return render(request, "portal/consent_take_back.html", {"card": card, "consent": row})
