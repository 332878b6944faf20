"""What was done while scores were taken: kept visits with the letters of their treatments, and missed ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from clinic.charting.course.outcome_series import DRAWN, PLAN, Stretch, midnight, thinned
from clinic.charting.models import TreatmentApplied, TreatmentKind, Visit
from clinic.scheduling.models import Appointment
from clinic.scheduling.models.appointments import Status

COMMON = ("adjustment", "ultrasound", "estim", "massage", "heat")  # these have their first letter


@dataclass(frozen=True)
class Came:
    """A kept visit: its day, its number in the stretch, and the letters of what was given."""

    day: date
    number: int
    letters: tuple[str, ...]


def visits(patient: Any, user: Any, stretch: Stretch, letters: dict[int, str]) -> list[Came]:
    """The visits of a stretch in two queries, oldest first; of a plan those for its complaint."""
    rows = Visit.objects.of(patient).for_user(user).valid().order_by()
    if stretch.first_day:
        rows = rows.filter(visited_at__gte=midnight(stretch.first_day))
    if stretch.name == PLAN and stretch.plan:
        rows = rows.filter(episode=stretch.plan.episode_id)
    found = list(thinned(rows, "visited_at").values_list("pk", "visited_at", "place"))
    given = _given([pk for pk, _at, _place in found])
    return [
        Came(timezone.localdate(at), place, tuple(word for kind, word in letters.items() if kind in given.get(pk, ())))
        for pk, at, place in found
    ]


def _given(visits: list[int]) -> dict[int, set[int]]:
    """{visit: kinds of treatment given}, in one query also when there is no visit."""
    given: dict[int, set[int]] = {}
    applied = TreatmentApplied.objects.filter(visit__in=visits or [0]).order_by()
    for visit, kind in applied.values_list("visit_id", "kind_id").distinct():
        given.setdefault(visit, set()).add(kind)
    return given


def missed(patient: Any, user: Any, stretch: Stretch) -> list[date]:
    """The days of visits that were missed, the newest ones."""
    rows = Appointment.objects.of(patient).for_user(user).filter(status=Status.NO_SHOW)
    if stretch.first_day:
        rows = rows.filter(starts_at__gte=midnight(stretch.first_day))
    newest = rows.order_by("-starts_at").values_list("starts_at", flat=True)[:DRAWN]
    return [timezone.localdate(at) for at in reversed(newest)]


def kinds() -> dict[int, tuple[str, str]]:
    """Return {kind: (letters, label)} of every kind of treatment, the common ones first, in one query."""
    rows = list(TreatmentKind.objects.order_by("order", "label", "pk").values_list("pk", "slug", "label"))
    rows.sort(key=lambda row: COMMON.index(row[1]) if row[1] in COMMON else len(COMMON))
    words = letters_of([slug for _pk, slug, _label in rows])
    return {pk: (word, label) for (pk, _slug, label), word in zip(rows, words, strict=True)}


def letters_of(names: Sequence[str]) -> list[str]:
    """The shortest beginning of each name that no earlier one has taken; numbered when nothing else is left."""
    found: list[str] = []
    for name in names:
        plain = "".join(letter for letter in name if letter.isalnum()) or "x"
        tries = [plain[:end].capitalize() for end in range(1, 4)]
        numbered = [f"{tries[0]}{number}" for number in range(2, len(names) + 2)]
        found.append(next(one for one in (*tries, *numbered) if one not in found))
    return found
