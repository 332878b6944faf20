"""What the travel card shows beside its forms: who and what is dangerous, the course so far, the spine."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from clinic.anatomy import muscles, regions, segments, sites, spine_drawing
from clinic.charting import notes, safety, suggestions
from clinic.charting.card import first_note, new_today, trend
from clinic.charting.card.marking import adjusted
from clinic.charting.card.on_file import PatientOnFile
from clinic.charting.card.one_tap import Use
from clinic.charting.card.travel_card import RESPONSES
from clinic.charting.events import adverse_events
from clinic.charting.findings.measured_words import lines_of
from clinic.charting.kinds import parameters
from clinic.outcomes.models import PAIN
from clinic.outcomes.recording import SPASMS, recent

QUICK_KINDS = ("adjustment", "ultrasound", "estim", "massage", "heat")
ICONS = {"adjustment": "adjust", "ultrasound": "wave", "estim": "bolt", "heat": "heat"}


@dataclass
class SpineRow:
    """One row of the spine map with what is on it today and at the last visits."""

    row: spine_drawing.Row
    rings: list = field(default_factory=list)  # x of a finding
    carried: list = field(default_factory=list)
    diamonds: list = field(default_factory=list)  # path of an adjusted segment
    earlier: list = field(default_factory=list)  # (path or "", x, x of the letter, letter)
    words: list = field(default_factory=list)
    marked: list = field(default_factory=list)  # sides with a mark

    @property
    def is_on(self):
        return bool(self.rings or self.diamonds)

    @property
    def typed(self):
        """What the link types without script: the segment, with its side where it has only one."""
        return self.row.text

    @property
    def sides(self):
        """The sides that carry a mark today, such as "LR": where the keyboard begins."""
        return self.row.side or "".join(dict.fromkeys(self.marked))


def header(on_file):
    """Return the patient, what to be careful about, and the notes that colleagues pinned (`notes_of` reads them)."""
    pinned = [note.text for note in on_file.rows("notes")]
    return {"patient": on_file.patient, "cautions": _cautions(on_file), "pinned": pinned}


def cautions_of(patient):
    """Return (css, word, text) of open alerts, open events, banner facts and allergies; nothing for the deceased."""
    return _cautions(PatientOnFile(patient))


def _cautions(on_file):
    if on_file.patient.deceased_on:
        return []
    css = {"E": "emergency", "U": "urgent", "R": "refer", "C": "caution"}
    found = [(css[alert.level], alert.get_level_display(), alert.points_to) for alert in on_file.rows("alerts")]
    found += adverse_events.cautions(on_file.rows("events"))
    words = {"A": ("urgent", _("Contraindication")), "R": ("refer", _("Caution"))}
    shown = safety.shown_of(on_file.rows("conditions")).get(on_file.patient.person_id, [])
    found += [(*words[level], fact.label) for fact, level in shown]
    found += [("refer", _("Allergy"), allergy.label) for allergy in on_file.rows("allergies")]
    return list(dict.fromkeys(found))  # several flags may point to the same thing


def _split(mark):
    found = segments.parse(mark)
    return found.segment.code, found.side


def _on_row(row, code, side):
    return row.code == code and (not row.side or row.side == side)


def spine(visit, before):
    """Return the rows of the spine map with today's marks and those of the visits in `before` (newest first)."""
    today = [(f.segment, f.side, f.is_carried) for f in visit.segment_findings.all()]
    hit = [_split(mark) for mark in adjusted(visit)]
    columns = list(zip(reversed(spine_drawing.EARLIER_X), before, strict=False))
    return [_spine_row(row, today, hit, columns) for row in spine_drawing.rows()]


def _spine_row(row, today, hit, columns):
    made = SpineRow(row)
    for code, side, carried in today:
        if _on_row(row, code, side) and (carried or (code, side) not in hit):
            (made.carried if carried else made.rings).extend(spine_drawing.mark_xs(side))
            words = _("carried %(mark)s") if carried else _("finding %(mark)s")
            made.words.append(words % {"mark": segments.describe(code, side)})
            made.marked.append(side)
    for code, side in hit:
        if _on_row(row, code, side):
            made.diamonds += [spine_drawing.diamond(x, row.middle) for x in spine_drawing.mark_xs(side)]
            made.words.append(_("adjusted %(mark)s") % {"mark": segments.describe(code, side)})
            made.marked.append(side)
    for x, visit in columns:
        made.earlier += _earlier_marks(row, visit, x)
    return made


def _earlier_marks(row, visit, x):
    hit = {_split(mark) for mark in adjusted(visit)}
    found = {(f.segment, f.side) for f in visit.segment_findings.all()}
    for code, side in sorted(hit | found):
        if _on_row(row, code, side):
            path = spine_drawing.diamond(x, row.middle, 3.6) if (code, side) in hit else ""
            return [(path, x, x + spine_drawing.LETTER_OFFSET, side)]
    return []


def where_words(treatment):
    """Where a treatment went: its segments, else its regions and side."""
    return _where(treatment, treatment.segments)


def where_planned(planned):
    """Where a planned treatment is meant to go, in the same words."""
    return _where(planned, planned.parameters.get("segments", []))


def _where(treatment, marks):
    if marks:
        return ", ".join(marks)
    named = [str(regions.BY_CODE[code].label) for code in treatment.regions if code in regions.BY_CODE]
    values = treatment.values if isinstance(treatment, Use) else treatment.parameters
    site = sites.BY_SLUG.get(values.get("site", ""))
    return ", ".join([str(site.label)] if site else named) + (f", {treatment.side}" if treatment.side else "")


def use_words(use):
    """Where and how long a treatment would be given that is not on the note yet."""
    minutes = _("%(n)s min") % {"n": use.minutes} if use.minutes else ""
    return ", ".join(filter(None, [_where(use, use.segments), minutes]))


def treatment_rows(treatments):
    """Return what each treatment's row shows."""
    return [
        {
            "row": t,
            "icon": ICONS.get(t.kind.slug, "hand"),
            "where": where_words(t),
            "settings": parameters.describe(t.kind.definition, _without_place(t)),
            "warning": t.warnings[0] if t.warnings else None,
            "responses": RESPONSES,
            "evidence": advised_against(t.kind),
        }
        for t in treatments
    ]


def advised_against(kind):
    """Do guidelines advise against this kind for routine low back pain? Its evidence note says so, with the sources."""
    return "not advised" in kind.evidence_note.lower()


def _with_lines(shown, lines):
    """The rows of today's note with the forms that change them."""
    return [{**row, "line": line} for row, line in zip(shown, lines, strict=True)]


def _without_place(treatment):
    shown = {"segments", "minutes", "muscles", "muscle", "regions"}
    return {name: value for name, value in treatment.parameters.items() if name not in shown}


def short_treatments(visit):
    """A line such as "adjustment · ultrasound 8"."""
    return " · ".join(
        f"{t.kind.label.split(' (')[0].lower()} {t.minutes or ''}".strip() for t in visit.treatments.all()
    )


def history_rows(before):
    """The last visits as the card lists them."""
    return [
        {
            "visit": v,
            "segments": ", ".join(segments.describe(f.segment, f.side) for f in v.segment_findings.all()),
            "treatments": short_treatments(v),
        }
        for v in before
    ]


def missing(visit):
    """What must still be said before the note can be signed, as (anchor, words)."""
    todo = []
    if not new_today.is_told(visit):
        todo.append(("id_subjective", _("what is new today, or the change since last time")))
    if not new_today.is_done(visit):
        todo.append(("findings", _("a finding, a treatment or what you saw")))
    if not visit.practitioner.licence_is_valid():
        todo.append(("sign", _("a valid licence")))
    return todo


def known(on_file):
    """The left column: today's score and the trend, the last three visits, the complaint."""
    visit, before = on_file.visit, on_file.rows("earlier")
    asked = (PAIN, SPASMS) if on_file.holds("scores") else ()
    scores = {PAIN: [], SPASMS: [], **recent(visit.patient, asked)}
    return {
        "before": before,
        "earlier": history_rows(before),
        "intake": on_file.first("intakes"),
        "trend": trend.of(scores[PAIN], scores[SPASMS]),
        "episode": visit.episode,
        "phase": visit.episode.phase_on(notes.day_of(visit)),
    }


def _before_thrust(card):
    """What is missing before a thrust, as a caution beside the name."""
    missing_words = card.examining.standing.missing
    return [("urgent", _("No thrust yet"), ", ".join(missing_words))] if missing_words else []


def open_card(card):
    """Everything the open travel card shows; `card` is the `TravelCard` with its forms."""
    visit = card.visit
    left, top = known(card.on_file), header(card.on_file)
    top["cautions"] = [*top["cautions"], *_before_thrust(card)]
    card.new_muscle.suggest(visit.segment_findings.all())
    return {
        **top,
        **left,
        "card": card,
        "visit": visit,
        "history": first_note.beside(visit, left["before"]) if left["intake"] else None,
        "spine": spine(visit, left["before"]),
        "spine_rules": spine_drawing.rules(),
        "adjusted": adjusted(visit),
        "backdrop": spine_drawing.backdrop(),
        "view_box": spine_drawing.VIEW_BOX,
        "headings": list(zip(reversed(spine_drawing.EARLIER_X), left["before"], strict=False)),
        "muscle_names": {m.slug: m.label for m in muscles.MUSCLES},
        "treatments": _with_lines(treatment_rows(card.treatments), card.rows),
        "notes_of_kinds": list({t.kind_id: t.kind for t in card.treatments if advised_against(t.kind)}.values()),
        "responses": RESPONSES,
        "site_words": [site.label for site in sites.SITES],
        "minutes_in_all": sum(t.minutes or 0 for t in card.treatments if not t.is_carried),
        "quick_kinds": [(k, ICONS.get(k.slug, "hand")) for k in card.kinds if k.slug in QUICK_KINDS],
        "more_kinds": [k for k in card.kinds if k.slug not in QUICK_KINDS],
        "articles": suggestions.articles_for(visit, card.on_file.rows("conditions"), limit=2) if card.may_write else [],
        "next_appointment": card.on_file.first("coming"),
        "todo": missing(visit),
        "conflicts": conflicts(card),
    }


def conflicts(card):
    """For a stale note: (field, what I typed, what is stored) of each text that differs."""
    if card.conflict is None:
        return []
    mine, names = card.note.data, [name for name in card.note.fields if name != "version"]
    card.note.is_valid()
    pairs = [(card.note[name], mine.get(name, ""), getattr(card.conflict, name)) for name in names]
    return [pair for pair in pairs if card.note.cleaned_data.get(pair[0].name) != pair[2]]


def signed_note(visit):
    """The findings, treatments and diagnoses of a signed note, as text."""
    names = {m.slug: m.label for m in muscles.MUSCLES}
    return {
        "segment_rows": [(segments.describe(f.segment, f.side), f) for f in visit.segment_findings.all()],
        "muscle_rows": [(names.get(f.muscle, f.muscle), f) for f in visit.muscle_findings.all()],
        "treatments": treatment_rows(list(visit.treatments.all())),
        "diagnoses": visit.diagnoses.select_related("code"),
        "measured": lines_of(visit),
        "examinations": visit.examinations.all(),
        "imaging": visit.imaging_decisions.order_by("pk"),
        "hash_start": visit.sha256[:8],
    }
