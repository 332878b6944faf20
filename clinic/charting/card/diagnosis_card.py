"""The travel card's part about diagnoses: what stands, what the findings point to, and how a code is found."""

from functools import cached_property

from django.utils.translation import gettext as _

from clinic.charting import notes
from clinic.charting.card.card_part import CardPart
from clinic.charting.card.card_refusals import Refused
from clinic.charting.coded import code_rules, coding, default_codes, diagnosing
from clinic.charting.models import DiagnosisCode

BUTTONS = ("add_diagnosis:", "remove_diagnosis:", "first_diagnosis:", "favour:", "unfavour:")


class DiagnosisCard(CardPart):
    """Codes are typed, found by their words, or taken from a chip; a refusal says which code to choose instead."""

    name = "diagnoses"

    def __init__(self, card, data=None):
        super().__init__(card, data)
        self.error, self.choices, self.refused = "", [], None

    @property
    def typed(self):
        return (self.data or {}).get("diagnosis", "").strip() if self.error else ""

    def keep(self, user):
        typed = self.data.get("diagnosis", "").strip()
        if typed and not self.data.get("do", "").startswith(BUTTONS):
            self._add(typed, user)

    def _add(self, typed, user):
        try:
            code = diagnosing.code_from(typed)
            diagnosing.add(self.visit, code=code, by=user, because=self.data.get("diagnosis_because", ""))
        except diagnosing.Excluded as refusal:
            self.refused = refusal
            self._refuse(_excluded_words(refusal))
        except diagnosing.UnknownCode as unknown:
            self.choices = [choice(row, self.proposes_active) for row in unknown.found]
            self._refuse(_unknown_words(unknown))

    def _refuse(self, words):
        self.error = words
        self.card.kept.discard(f"part {self.name}")  # the message stays on the page that comes back
        raise Refused

    # --- the buttons

    def do_add_diagnosis(self, code, user):
        self._add(code, user)

    def do_remove_diagnosis(self, pk, user):
        for row in self._row(pk):
            diagnosing.remove(row, by=user)

    def do_first_diagnosis(self, pk, user):
        for row in self._row(pk):
            diagnosing.put_first(row, by=user)

    def do_favour(self, code, user):
        for row in DiagnosisCode.objects.filter(code=code):
            self._favoured(diagnosing.favour, row, user)

    def do_unfavour(self, code, user):
        for row in DiagnosisCode.objects.filter(code=code):
            self._favoured(diagnosing.unfavour, row, user)

    def _favoured(self, deed, code, user):
        try:
            deed(code, by=user)
        except diagnosing.NotAPractitioner:
            self._refuse(_("Favourites belong to a practitioner; this account has none."))

    def _row(self, pk):
        return self.visit.diagnoses.filter(pk=pk) if pk.isdecimal() and len(pk) < 19 else []

    # --- what the page shows

    @cached_property
    def rows(self):
        """The diagnoses of the note, the primary one first."""
        return list(self.visit.diagnoses.all())  # read with their codes: visit_pages._visit

    @cached_property
    def _at_hand(self):
        return diagnosing.at_hand(self.card.user)

    @property
    def picked(self):
        """The pick list, for typing without script."""
        return [code for code in self._at_hand if code.is_picked]

    @property
    def favourites(self):
        return [code for code in self._at_hand if code.is_favourite]

    @property
    def favourite_codes(self):
        return {code.code for code in self.favourites}

    @property
    def is_practitioner(self):
        return hasattr(self.card.user, "practitioner")

    @property
    def offered(self):
        """The favourites that may be added to what stands."""
        return self._free(self.favourites)

    @property
    def proposals(self):
        """The codes that today's findings point to and that may be added; nothing is set by itself."""
        by_code = {code.code: code for code in self.picked}
        codes = default_codes.picks(self._in_spasm(), self._levels())
        known = self.favourite_codes
        return self._free(by_code[code] for code in codes if code in by_code and code not in known)

    def _free(self, codes):
        standing = [row.code for row in self.rows]
        taken = {code.code for code in standing}
        return [code for code in codes if code.code not in taken and not code_rules.clashes(code, standing)]

    def _in_spasm(self):
        return [row.muscle for row, _form in self.card.muscles if row.spasm_before]

    def _levels(self):
        found = [row.segment for row, _form in self.card.segments]
        return [*found, *(code for row in self.card.treatments for code in coding.segment_codes(row.segments))]

    @property
    def proposes_active(self):
        """Is the injury new, so that the seventh character for active treatment is the likely one?"""
        return self.visit.episode.phase_on(notes.day_of(self.visit)) in ("", "acute")


def choice(code, proposes_active=False):
    """(code, what its button says in short, is it the likely one) of one code to choose."""
    side, sixth = code_rules.side_of(code.title), code_rules.sixth_of(code.code)
    if sixth:
        letter = code.code[-1]
        return {"code": code, "short": code_rules.SEVENTH.get(letter, ""), "likely": proposes_active and letter == "A"}
    return {"code": code, "short": {"R": _("Right"), "L": _("Left")}.get(side, ""), "likely": False}


def _unknown_words(unknown):
    if not isinstance(unknown, diagnosing.NotBillable):
        return _("This code is not on the list. Choose one, such as M54.50.")
    given = {"code": unknown.header}
    if code_rules.lacks_seventh(unknown.header):
        return _("%(code)s needs a seventh character: choose one of its parts.") % given
    if unknown.is_retired:
        return _("%(code)s is a heading now, no longer a code of its own: choose one of its parts.") % given
    return _("%(code)s is a heading: choose one of its parts.") % given


def _excluded_words(refusal):
    clash = refusal.clashes[0]
    given = {"code": clash.code, "other": clash.other, "because": clash.because}
    return _("%(code)s and %(other)s exclude each other (Excludes1: %(because)s). Keep one of them.") % given
