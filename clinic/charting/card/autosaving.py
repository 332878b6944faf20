"""Autosave of the travel card: what is typed is kept while somebody types, and nobody's text is written over.

The page sends the whole form with `do=autosave`. Kept are the texts, the rows that stand on the note and the responses;
what is half typed (a new row, a treatment that is being added) waits for its button. The answer is JSON:

200  version, base (both go back into the form), kept (names of the fields), state (the words of the sign bar)
409  the same version and base, and `conflict`: both texts side by side. The page stops saving by itself until a button
     says which text stays.
410  the note was signed meanwhile: `goes_to` is its address.
422  errors: {field: message}; what was right of the rest is kept.
"""

from django.http import JsonResponse
from django.template.loader import render_to_string

from clinic.charting import notes
from clinic.charting.card import card_view
from clinic.charting.card.card_refusals import Refused
from clinic.charting.card.travel_card import TravelCard, base_of

STATE, CONFLICT = "admin/charting/visit/_state.html", "admin/charting/visit/_conflict.html"


def answer(request, visit):
    """Keep what `request` holds of an open note and say what became of it."""
    card = TravelCard(visit, request.user, data=request.POST)
    try:
        kept = card.keep_draft()
    except notes.AlreadySigned:
        return signed_meanwhile(visit)
    except Refused:
        return _refused(request, card)
    visit.refresh_from_db(fields=["version", "saved_at"])  # a saved row raises the version too
    return JsonResponse({**_stand(visit), "kept": kept, "state": _state(request, card)})


def signed_meanwhile(visit):
    """The note is closed; the page keeps what was typed and says where the note is."""
    return JsonResponse({"goes_to": visit.get_absolute_url()}, status=410)


def _stand(visit):
    """Version and fingerprint of the texts, as they are stored now."""
    return {"version": visit.version, "base": base_of(visit)}


def _state(request, card):
    context = {"card": card, "visit": card.visit, "todo": card_view.missing(card.visit)}
    return render_to_string(STATE, context, request)


def _refused(request, card):
    if card.conflict is None:
        return JsonResponse({"errors": _errors(card)}, status=422)
    context = {"card": card, "conflicts": card_view.conflicts(card)}
    page = render_to_string(CONFLICT, context, request)
    return JsonResponse({**_stand(card.conflict), "conflict": page}, status=409)


def _errors(card):
    """The first message of each field that is wrong, by the id of the field."""
    forms = [card.note, *(form for _row, form in [*card.segments, *card.muscles])]
    wrong = [form for form in forms if form.is_bound and form.errors]
    return {
        form[name].auto_id: str(told[0]) for form in wrong for name, told in form.errors.items() if name in form.fields
    }
