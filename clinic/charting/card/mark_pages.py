"""The buttons of a written note that put a mark on it, and what the page shows of marks."""

from django.contrib import messages
from django.utils.translation import gettext as _

from clinic.accounts.roles import can
from clinic.charting import notes
from clinic.charting.card import note_marks
from clinic.charting.card.card_part import CardPart
from clinic.charting.models import VisitMark

FIELD = "error-because"


def context(request, visit):
    """What the page of a written note shows of its marks, and which buttons this user has."""
    marks = {mark.kind: mark for mark in visit.marks.select_related("by")}
    wrong = marks.get(VisitMark.Kind.ENTERED_IN_ERROR)
    waiting = bool(note_marks.to_co_sign(visit))
    return {
        "wrong_mark": wrong,
        "co_signed": marks.get(VisitMark.Kind.CO_SIGNED),
        "released": marks.get(VisitMark.Kind.RELEASED),
        "may_strike": wrong is None and can(request.user, "visit.enter_in_error"),
        "may_co_sign": waiting and can(request.user, "visit.co_sign"),
        "waits_for_co_sign": waiting,
    }


def strike(request, visit):
    """Enter the note in error; return what is wrong with the reason, or an empty text."""
    try:
        note_marks.enter_in_error(visit, because=request.POST.get(FIELD, ""), by=request.user)
        messages.success(request, _("Entered in error. It stays readable and counts no more."))
    except note_marks.ReasonMissing:
        return _("Say why; the reason stays with the note.")
    except note_marks.AlreadyMarked:
        messages.error(request, _("This was marked as an error before."))
    return ""


CO_SIGN_REFUSED = (note_marks.AlreadyMarked, note_marks.NothingToCoSign, notes.NotSigned)


def co_sign(request, visit):
    """Co-sign the addenda of those who do not sign alone, and say how it went."""
    try:
        note_marks.co_sign(visit, by=request.user)
        messages.success(request, _("Co-signed."))
    except notes.LicenceExpired:
        messages.error(request, _("Your licence has expired; a colleague co-signs."))
    except CO_SIGN_REFUSED:
        messages.error(request, _("There is nothing here for you to co-sign."))


class ErrorPart(CardPart):
    """The travel card's way out of a note that was opened by mistake."""

    name = "error"

    def __init__(self, card, data=None):
        super().__init__(card, data)
        self.may_strike = can(card.user, "visit.enter_in_error")
        self.because, self.wrong = (data or {}).get(FIELD, ""), ""

    def is_valid(self):
        """The button asks for a reason; without it nothing typed is kept yet."""
        if (self.data or {}).get("do") == "in_error" and not self.because.strip():
            self.wrong = _("Say why; the reason stays with the note.")
        return not self.wrong

    def do_in_error(self, _what, user):
        note_marks.enter_in_error(self.visit, because=self.because, by=user)
