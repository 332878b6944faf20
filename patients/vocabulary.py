"""The safety vocabulary: the conditions, devices, medicines and signs the rules know, and the codes that name them.

The rows are data (`data/conditions.csv`). A code or a medicine name from elsewhere never proves a sign, a state or a
history: on those rows, and where the note says suggestion, it only prompts the question.
"""

import csv
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

DATA = Path(__file__).parent / "data"
KINDS = ("disease", "state", "device", "medication", "sign", "history", "allergy")
_PROMPTING_KINDS = ("sign", "state", "history")
_FORMS = ("", "systemic", "patch")
_PATCH = re.compile(r"\b(?:patch|patches|transdermal)\b")
_LOCAL = re.compile(
    r"\b(?:cream|ointment|gel|lotion|foam|shampoo|topical|inhal\w*|actuat|nasal|nose|spray|drops?|ophthalmic|eye|ear"
    r"|otic|mouthwash)\b"
)
_STATES = re.compile(r"\bstates:\s*([^.]+)")


class BadVocabulary(ValueError):
    """A row of the vocabulary that cannot be used; the message names the slug and the column."""


@dataclass(frozen=True)
class SafetyTerm:
    """One row of the vocabulary.

    `icd10cm` holds code prefixes, `snomed` exact concept ids, `medication_terms` ingredient names in lower case,
    `medication_form` '' (any), 'systemic' (creams, sprays and inhalers do not count) or 'patch'. `states` maps the
    name of a state to its values; ('number',) for a figure. `history_counts`: a resolved record still matters.
    """

    slug: str
    label: str
    kind: str
    snomed: tuple[str, ...]
    icd10cm: tuple[str, ...]
    medication_terms: tuple[str, ...]
    medication_form: str
    history_counts: bool
    intake_question: str
    note: str
    src: tuple[str, ...]
    states: dict[str, tuple[str, ...]]

    @property
    def suggestion_only(self) -> bool:
        """Whether a code or a medicine name only prompts the question instead of recording the condition."""
        return self.kind in _PROMPTING_KINDS or "suggestion" in self.note.lower()


@dataclass(frozen=True)
class Match:
    """A term that a code or a medicine name points at, what matched, and whether it only prompts the question."""

    term: SafetyTerm
    matched: str

    @property
    def prompt_only(self) -> bool:
        """True when a person has to be asked before the condition counts."""
        return self.term.suggestion_only


@lru_cache(maxsize=4)
def read_terms(path: Path = DATA / "conditions.csv") -> dict[str, SafetyTerm]:
    """Read the vocabulary, slug -> term, in the order of the file. Raises BadVocabulary for a row it cannot use."""
    terms: dict[str, SafetyTerm] = {}
    with path.open(newline="", encoding="utf-8") as lines:
        for raw in csv.DictReader(lines):
            if raw["slug"] in terms:
                raise BadVocabulary(f"{raw['slug']} stands in the vocabulary twice")
            terms[raw["slug"]] = _term(raw)
    return terms


def by_snomed(code: str | int) -> list[Match]:
    """Terms that list exactly this SNOMED CT concept id; descendants of a listed concept do not match."""
    wanted = str(code).strip()
    return [Match(term, wanted) for term in read_terms().values() if wanted in term.snomed]


def by_icd10cm(code: str) -> list[Match]:
    """Terms with a prefix of this ICD-10-CM code, with or without its dot.

    Injury codes (chapters S to Y) are read with their seventh character: S, a late effect, leaves out what is only
    about a fresh injury, and a fresh fracture becomes an old one.
    """
    wanted = _bare(code)
    found = [
        Match(term, prefix)
        for term in read_terms().values()
        for prefix in term.icd10cm
        if wanted.startswith(_bare(prefix))
    ]
    found = list({match.term.slug: match for match in reversed(found)}.values())[::-1]
    return _as_late_effect(found) if _is_late_effect(wanted) else found


def by_medication(text: str) -> list[Match]:
    """Terms with an ingredient that stands in this medicine text as whole words, in a form that counts."""
    plain = " ".join(unicodedata.normalize("NFKC", text).lower().split())
    found = []
    for term in read_terms().values():
        hit = next((name for name in term.medication_terms if _stands_in(name, plain)), None)
        if hit and _form_counts(term.medication_form, plain):
            found.append(Match(term, hit))
    return found


def _bare(code: str) -> str:
    return re.sub(r"[\s.]", "", code).upper()


def _is_late_effect(code: str) -> bool:
    return code[:1] in "STVWXY" and len(code) == 7 and code[6] == "S"


def _as_late_effect(found: list[Match]) -> list[Match]:
    terms = read_terms()
    kept = []
    for match in found:
        if match.term.slug == "fracture_recent":
            kept.append(Match(terms["fracture_old"], match.matched))
        elif match.term.history_counts:
            kept.append(match)
    return kept


def _stands_in(name: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def _form_counts(form: str, text: str) -> bool:
    if form == "patch":
        return _PATCH.search(text) is not None
    return form != "systemic" or _LOCAL.search(text) is None


def _split(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in text.split(";") if part.strip()))


def _states(note: str) -> dict[str, tuple[str, ...]]:
    told = _STATES.search(note)
    pairs = (part.split("=") for part in told.group(1).split(",")) if told else ()
    return {name.strip(): tuple(value.strip() for value in values.split("/")) for name, values in pairs}


def _term(raw: dict[str, str]) -> SafetyTerm:
    for column, allowed in (("kind", KINDS), ("history_counts", ("yes", "no")), ("medication_form", _FORMS)):
        if raw[column] not in allowed:
            raise BadVocabulary(f"{raw['slug']}, {column}: {raw[column]!r} is not one of {', '.join(allowed)}")
    return SafetyTerm(
        slug=raw["slug"],
        label=raw["label"],
        kind=raw["kind"],
        snomed=_split(raw["snomed"]),
        icd10cm=_split(raw["icd10cm"]),
        medication_terms=_split(raw["medication_terms"].lower()),
        medication_form=raw["medication_form"],
        history_counts=raw["history_counts"] == "yes",
        intake_question=raw["intake_question"],
        note=raw["note"],
        src=_split(raw["src"]),
        states=_states(raw["note"]),
    )
