"""The travel card's one form: whatever button is pressed, what was typed is kept first, then the button does its deed.

A refused value changes nothing of the rest: the texts are saved, the page comes back with the message at the row it
concerns and everything else as it was typed.
"""

import hashlib
from contextlib import nullcontext
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.accounts.roles import can, require
from clinic.anatomy import segments
from clinic.charting import notes
from clinic.charting.card import finding_rows, first_note
from clinic.charting.card.card_parts import PARTS
from clinic.charting.card.card_refusals import CONFLICT, Refused
from clinic.charting.card.examination_card import ExaminationCard
from clinic.charting.card.on_file import OnFile
from clinic.charting.card.one_tap_buttons import OneTapButtons, set_named
from clinic.charting.card.plan_buttons import WARNED, PlanButtons
from clinic.charting.card.plan_card import PlanCard, initial_of
from clinic.charting.card.signing_buttons import SigningButtons
from clinic.charting.card.treatment_rows import TreatmentRows
from clinic.charting.contraindications import before_thrust
from clinic.charting.forms import NewMuscleForm, NewSegmentForm, NoteForm
from clinic.charting.kinds import treating
from clinic.charting.kinds.treatment_forms import PREFIX, TreatmentForm
from clinic.charting.models import TreatmentKind, Visit
from content import assigning
from content.models import Article

RESPONSES = (("better", gettext_lazy("Better")), ("same", gettext_lazy("Same")), ("worse", gettext_lazy("Worse")))
# What a therapist may press.
TREATING = {"save", "choose_kind", "kind", "cancel_kind", "add_treatment", "gentler", "give", "withdraw", "row_seen"}
TREATING |= {"preset", "put_on", "put_on_offered"}
ADDING = {"add_treatment", "gentler"}
SIGNING = {"sign", "sign_next"}


def base_of(visit):
    """A short fingerprint of the texts: tells a changed text from a version raised by somebody else's treatment row."""
    texts = "\x1f".join(str(getattr(visit, name)) for name in notes.FIELDS)
    return hashlib.sha256(texts.encode()).hexdigest()[:16]


class TravelCard(PlanButtons, OneTapButtons, SigningButtons):
    """One open note on the screen of one user: its forms, what is wrong with them, and what a button does."""

    def __init__(self, visit, user, data=None, kind="", planned="", waiting="", opened=""):
        self.visit, self.user, self.data, self.opened = visit, user, data, opened
        self.may_write, self.may_sign = can(user, "visit.change"), can(user, "visit.sign")
        self.conflict, self.check, self.unexamined, self.errors = None, None, None, {}
        self.acknowledged, self.seen_row, self.may_plan = False, "", can(user, "plan.change")
        self.on_file = OnFile(visit)
        self.plan = PlanCard(visit, self.on_file.first("plans"))
        self.planned = self.plan.line(planned)
        self.version, self.base, self.kept = visit.version, base_of(visit), set()
        self.kind = self._kind((data or {}).get("open_kind", kind))
        self.waiting = set_named((data or {}).get("waiting", waiting))
        self._read(data)

    def _kind(self, slug):
        return TreatmentKind.objects.filter(slug=slug, is_active=True).first() if slug else None

    def _read(self, data):
        writing = data if self.may_write else None
        self.note = NoteForm.of(self.visit, writing)
        self.new_segment = NewSegmentForm(writing, prefix="new").mark()
        self.new_muscle = NewMuscleForm(writing, prefix="newm").mark()
        self._read_findings(writing)
        self.treatments = list(self.visit.treatments.all())
        self.rows = self._treatment_rows(data)
        self.treatment = self._treatment_form(data)
        self.examining = ExaminationCard(self.visit, self.on_file.standing, writing)
        self.parts = {part.name: part(self, writing) for part in PARTS}

    def _read_findings(self, data):
        self.segments = finding_rows.segments_of(self.visit, data)
        self.muscles = finding_rows.muscles_of(self.visit, data)

    def _treatment_rows(self, data):
        may, phase = can(self.user, "treatment.change"), self.visit.episode.phase_on(notes.day_of(self.visit))
        word, _colon, what = (data or {}).get("do", "").partition(":")
        return TreatmentRows(
            self.treatments, data, may_change=may, phase=phase, leaving=what if word == "withdraw" else ""
        )

    def _treatment_form(self, data):
        if self.kind is None:
            return None
        found = self.segments if self.kind.slug == "adjustment" else []
        marks = [segments.describe(row.segment, row.side) for row, _form in found]
        initial = initial_of(self.planned.row) if self.planned else {"where": ", ".join(marks)}
        return TreatmentForm.of(self.visit, self.kind, self.user, data, initial=initial)

    @cached_property
    def kinds(self):
        """The kinds of treatment in use, in the order of the page: their names."""
        return list(TreatmentKind.objects.filter(is_active=True).only("slug", "label"))

    @property
    def may_treat(self):
        """May this user change rows of treatments?"""
        return can(self.user, "treatment.change")

    @property
    def may_keep_presets(self):
        return can(self.user, "preset.add") and self.visit.practitioner.user_id == self.user.pk

    @property
    def gentler(self):
        """Techniques without a thrust, offered where something stops or warns of the one that was typed."""
        stopped = self.unexamined or self.check
        values = self.treatment.values if stopped and self.treatment and self.treatment.is_bound else {}
        return before_thrust.gentler(self.kind) if stopped and before_thrust.is_thrust(self.kind, values) else []

    @property
    def waits_for_examination(self):
        """Is a kind open that can thrust, while something is missing before a thrust?"""
        can_thrust = bool(self.kind) and bool(before_thrust.gentler(self.kind))
        return can_thrust and not self.examining.standing.is_complete

    def again(self, visit):
        """The card after a refusal: the rows as they are stored now, and what was typed where it was not kept."""
        fresh = TravelCard(visit, self.user, self.data)
        fresh.conflict, fresh.check, fresh.errors = self.conflict, self.check, self.errors
        fresh.kind, fresh.treatment, fresh.unexamined = self.kind, self.treatment, self.unexamined
        fresh.waiting = self.waiting
        fresh.rows.take_over(self.rows)
        if "rows" in self.kept:  # what was typed is what the page shows from now on
            fresh.rows = fresh._treatment_rows(None)
        if "findings" in self.kept:
            fresh._read_findings(None)
            fresh.new_segment, fresh.new_muscle = (
                NewSegmentForm(prefix="new").mark(),
                NewMuscleForm(prefix="newm").mark(),
            )
        if "examinations" in self.kept:
            fresh.examining = ExaminationCard(visit, fresh.on_file.standing)
        fresh.parts = {
            name: type(part)(fresh) if f"part {name}" in self.kept else part for name, part in self.parts.items()
        }
        if self.conflict is None and self.may_write and "texts" not in self.kept:
            fresh.version, fresh.base = self.data.get("version", ""), self.data.get("base", "")
        return fresh

    # --- keeping what was typed

    def keep(self, do):
        """Save everything typed, in the order of the page. Raises `Refused`."""
        if self.may_write:
            self._keep_texts(signing=do in SIGNING)
            self.kept.add("texts")
            self._keep_findings()
            self.kept.add("findings")
            self._keep_examinations()
            self.kept.add("examinations")
        self._keep_parts()
        if self.may_write:
            self._keep_aim()
        self._keep_responses()
        if can(self.user, "treatment.change"):
            self.rows.keep(self.user, acknowledged=self.seen_row)
            self.kept.add("rows")
        elsewhere = do in ("cancel_kind", "plan_treatment") or do.startswith("mark")
        if self.treatment and not elsewhere and (do in ADDING or self.treatment.has_changed()):
            self._keep_treatment()

    def keep_draft(self):
        """Autosave: keep the texts, the rows that stand on the note and the responses, and return the names kept.

        Raises `Refused`, `notes.AlreadySigned`.
        """
        if self.may_write:
            self._keep_texts(signing=False)
            self._keep_rows()
        self._keep_responses()
        changed = self.rows.keep_what_goes(self.user) if can(self.user, "treatment.change") else []
        forms = [self.note, *(form for _row, form in [*self.segments, *self.muscles])] if self.may_write else []
        names = [form.add_prefix(name) for form in [*forms, *changed] if form.is_bound for name in form.fields]
        return [*names, "response-all", *(f"response-{row.pk}" for row in self.treatments)]

    def _keep_texts(self, signing):
        if not self.note.is_valid():
            raise Refused
        version = self.note.cleaned_data["version"]
        same_texts = self.data.get("base") == base_of(self.visit) or self._says_what_is_stored()
        if same_texts and not signing:  # only rows were added meanwhile; who signs must have seen them
            version = self.visit.version
        try:
            self._now(notes.save(self.visit, version=version, by=self.user, **self.note.note()))
        except notes.StaleVersion as stale:
            self.conflict = stale.current
            raise Refused(CONFLICT) from stale

    def _says_what_is_stored(self):
        """Two saves of one page may cross, autosave and a mark on the spine: nobody's text differs then."""
        return all(getattr(self.visit, name) == told for name, told in self.note.note().items())

    def _now(self, visit):
        """Go on with the row as it is stored now."""
        self.visit.version = visit.version
        for name in notes.FIELDS:
            setattr(self.visit, name, getattr(visit, name))

    def _keep_findings(self):
        new = [self.new_segment.is_valid(), self.new_muscle.is_valid()]  # each of them, so that every message shows
        self._keep_rows()
        if not all(new):
            raise Refused
        self._keep_new_findings()

    def _keep_rows(self):
        finding_rows.keep(self.visit, [*self.segments, *self.muscles], by=self.user)

    def _keep_new_findings(self):
        if mark := self.new_segment.cleaned_data["segment"]:
            notes.note_segment(
                self.visit, segment=mark.segment.code, side=mark.side, by=self.user, **self.new_segment.found()
            )
        if muscle := self.new_muscle.cleaned_data["muscle"]:
            side = self.new_muscle.cleaned_data["side"]
            notes.note_muscle(self.visit, muscle=muscle, side=side, by=self.user, **self.new_muscle.found())

    def _keep_examinations(self):
        if not self.examining.is_valid():
            raise Refused
        self.examining.keep(self.user)

    def _keep_parts(self):
        parts = {name: part for name, part in self.parts.items() if self.may_write or part.kept_by_therapists}
        checked = [part.is_valid() for part in parts.values()]  # each of them, so that every message shows
        if not all(checked):
            raise Refused
        for name, part in parts.items():
            part.keep(self.user)
            self.kept.add(f"part {name}")

    def _keep_responses(self):
        for_all = self.data.get("response-all", "")
        for row in self.treatments:
            told = self.data.get(f"response-{row.pk}", "")
            if told and told == self.data.get(f"initial-response-{row.pk}"):
                continue  # the page shows what it was given; it may be another by now
            answer = told or for_all
            if answer in dict(RESPONSES) and (answer != row.response or row.is_carried):
                treating.note_response(row, response=answer, by=self.user)

    def _keep_treatment(self):
        form = self.treatment
        if not form.is_valid():
            raise Refused
        try:
            treating.apply(
                self.visit,
                kind=self.kind,
                by=self.user,
                **form.given,
                device=form.device,
                reason=form.cleaned_data["reason"],
                acknowledged=self.acknowledged,
            )
        except treating.NotExamined as refusal:
            self.unexamined = refusal
            raise Refused from refusal
        except WARNED as refusal:
            self.check = refusal.check
            raise Refused from refusal
        except treating.BadParameters as bad:
            for name, message in bad.errors.items():
                form.add_error(name if name in form.fields else None, message)
            raise Refused from bad
        self.kind = self.treatment = None

    # --- the deeds of the buttons

    def press(self, do):
        """Keep what was typed and do what the button says; return what the page goes to: "", a kind, "next".

        `do` is a word, or a word and an id: save, kind:ultrasound, withdraw:12, assign:3, sign. Raises `Refused`,
        `PermissionDenied`, `notes.AlreadySigned`.
        """
        word, _colon, what = do.partition(":")
        try:
            with self._alone() if word in SIGNING else nullcontext():
                return self._press(word, what)
        except notes.StaleVersion as stale:  # somebody saved between keeping and the deed
            self.conflict = stale.current
            raise Refused(CONFLICT) from stale

    def _press(self, word, what):
        if word in SIGNING:
            require(self.user, "visit.sign")
        elif word not in TREATING and not any(word in part.treating for part in self.parts.values()):
            require(self.user, "visit.change")
        self.acknowledged, self.seen_row = what == "seen", what if word == "row_seen" else ""
        if word == "gentler" and self.treatment:
            self.data = self.data.copy()
            self.data[f"{PREFIX}-technique"] = what
            self.treatment = self._treatment_form(self.data)
        self.keep(word)
        for part in self.parts.values():
            if pressed := getattr(part, f"do_{word}", None):
                return pressed(what, self.user) or ""
        deed = getattr(self, f"_do_{word}", None)
        if deed is None:
            return self.kind.slug if self.kind and word != "cancel_kind" else ""
        return deed(what) or ""

    def _do_kind(self, slug):
        return slug

    def _do_choose_kind(self, _what):
        return self.data.get("kind_choice", "")

    def _do_withdraw(self, pk):
        for row in self.treatments:
            if str(row.pk) == pk:
                treating.withdraw(row, by=self.user)

    def _do_remove_exam(self, part):
        self.examining.take_out(part, self.user)

    def _do_remove_segment(self, pk):
        self._remove(self.segments, pk)

    def _do_remove_muscle(self, pk):
        self._remove(self.muscles, pk)

    def _remove(self, pairs, pk):
        for row, _form in pairs:
            if str(row.pk) == pk:
                notes.remove_finding(row, by=self.user)

    def _do_assign(self, pk):
        because = self.data.get(f"because-{pk}", "").strip()
        article = Article.objects.published().filter(pk=pk).first() if pk.isdecimal() and len(pk) < 19 else None
        if article is None or not because:
            self.errors[f"because-{pk}"] = _("Write in a few words why; the patient reads it.")
            raise Refused
        assigning.assign(article=article, patient=self.visit.patient, by=self.user, because=because)

    def _do_spare(self, _what):
        """Take over as the movement to spare what the health history says makes it worse."""
        found = first_note.beside(self.visit, [])
        version = Visit.objects.values_list("version", flat=True).get(pk=self.visit.pk)
        if found and found["to_spare"]:
            notes.save(self.visit, version=version, by=self.user, spare_movement=found["to_spare"])
