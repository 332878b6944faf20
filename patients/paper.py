"""The health history on paper, for somebody without a phone: the questions this person may be asked, all open. Pure.

On paper nobody hides a follow-up when the answer before it says no, so each says that it is for those whom it fits.
"""

from dataclasses import dataclass

from patients.column_labels import REGIONS, column_label
from patients.expressions import Facts, Pass, parse
from patients.questions import Question, Topic, load

ASKED_ELSEWHERE = {"visit_kind"}  # what the record answers by itself
BLANK_ROWS, MOST_BLANK = 3, 5


@dataclass(frozen=True)
class PaperQuestion:
    """One question with the room to answer it; `is_follow_up` when it is only for those whom it fits."""

    question: Question
    is_follow_up: bool

    @property
    def kind(self) -> str:
        """How it is answered on paper: ticks, a score, a table, the body, the movements, or lines to write on."""
        if self.question.type in ("choice", "multi", "yes_no_unsure"):
            return "ticks"
        named = {"scale_0_10": "score", "list_of": "rows", "body_map": "body", "movement_grid": "moves"}
        return named.get(self.question.type, "lines")

    @property
    def columns(self) -> list:
        """The heads of the table of a list."""
        return [column_label(name) for name in self.question.fields]

    @property
    def blank_rows(self) -> range:
        """As many rows as the list wants, and a few where it wants none."""
        return range(min(self.question.max_items or max(BLANK_ROWS, self.question.min_items), MOST_BLANK))

    @property
    def areas(self) -> list:
        """The areas of the movement grid, to circle one."""
        return [REGIONS[region] for region in self.question.regions]

    @property
    def scores(self) -> range:
        """The numbers to circle."""
        return range(11)


def pages(*, age: int | None, sex: str, is_first: bool) -> list[tuple[Topic, list[PaperQuestion]]]:
    """The topics with the questions that this person may be asked; not those that age, sex or a first time rule out."""
    facts = Facts({"visit_kind": "initial" if is_first else "subsequent"}, age, sex, frozenset())
    found = []
    for topic in load().topics:
        asked = [_on_paper(q) for q in topic.questions if q.filled_by != "clinician" and _may_be_asked(q, facts)]
        found += [(topic, asked)] if asked else []
    return found


def _may_be_asked(question: Question, facts: Facts) -> bool:
    return not question.shown_when or parse(question.shown_when).holds(facts, Pass.SOFT)


def _on_paper(question: Question) -> PaperQuestion:
    leads = parse(question.shown_when).keys - ASKED_ELSEWHERE if question.shown_when else frozenset()
    return PaperQuestion(question, bool(leads))
