"""What the review of a health history shows: flags, changes, what waits to be decided, then the whole history."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.accounts.roles import can
from clinic.anatomy import body_marks
from patients import intake_differences, named_in_intake
from patients.answer_meaning import condition_changes, movement_to_spare
from patients.answer_words import in_words, place_words, whole_intake
from patients.column_labels import REGIONS
from patients.models import Alert, Condition, Intake
from patients.questions import load, targets

MOST_VERSIONS, MOST_ROWS, MOST_JUDGED = 12, 60, 12
URGENCY = "EURC"
DETAILS = {"illnesses": "illness_details", "devices": "device_details", "allergies": "allergy_details"}
EFFECT_CSS = {"worse": "up", "better": "down"}


@dataclass(frozen=True)
class Waiting:
    """One condition to decide on, beside what the patient said: question, answer, and what was added in own words."""

    row: Condition
    question: str = ""
    answer: str = ""
    details: str = ""

    @property
    def is_open(self):
        return self.row.certainty == Condition.Certainty.OPEN

    @property
    def state(self):
        """How it stands, such as "severity severe", and where."""
        told = [f"{name} {value}".replace("_", " ") for name, value in self.row.state.items()]
        where = [place_words(self.row.site, self.row.side)] if self.row.site else []
        return ", ".join(str(part) for part in (*told, *where))


def context(request, patient):
    """Everything the tab shows; `v` and `against` choose the two versions that are compared."""
    versions = versions_of(patient, request.user)
    chosen, against = _pair(versions, request.GET)
    named = _named(chosen, patient)
    waiting = _waiting(patient, versions, {one.code for one in named if one.code})
    return {
        "here": here(request, patient),
        "versions": versions,
        "intake": chosen,
        "against": against,
        "flags": _flags(patient, request.user, chosen),
        "to_confirm": [one for one in waiting if not one.is_open],
        "to_answer": [one for one in waiting if one.is_open],
        "decided": _decided(patient, versions),
        "named": named,
        "may_judge": can(request.user, "health.change"),
        **(_changes(chosen, against) if chosen else {}),
        **(_history(chosen) if chosen else {}),
        **_reviews(versions, chosen, request.user),
    }


def versions_of(patient, user):
    """The handed-in versions of this person, newest first, with who reviewed them."""
    rows = Intake.objects.of(patient).for_user(user).submitted().prefetch_related("reviews__by")
    return list(rows.order_by("-submitted_at", "-pk")[:MOST_VERSIONS])


def here(request, patient):
    """The address of the tab with the versions that are shown."""
    kept = "".join(f"&{name}={request.GET[name]}" for name in ("v", "against") if request.GET.get(name, "").isdecimal())
    return f"{patient.get_absolute_url()}?tab=intake{kept}"


def _pair(versions, asked):
    """The version asked for (else the newest) and the one to compare it with (else the one before it)."""
    by_id = {str(one.pk): place for place, one in enumerate(versions)}
    place = by_id.get(asked.get("v", ""), 0)
    other = by_id.get(asked.get("against", ""), place + 1)
    known = dict(enumerate(versions))
    return known.get(place), known.get(other) if other != place else None


def _changes(chosen, against):
    if against is None:
        return {"changes": [], "same_answers": 0}
    older, newer = sorted((against, chosen), key=lambda one: (one.submitted_at, one.pk))
    return {
        "older": older,
        "newer": newer,
        "changes": intake_differences.compare(older.answers, newer.answers),
        "same_answers": intake_differences.unchanged(older.answers, newer.answers),
    }


# --- flags


def _flags(patient, user, chosen):
    """Open red flags, the most urgent first, each with the question that raised it and its answer."""
    rows = Alert.objects.of(patient).for_user(user).open().select_related("acknowledged_by")[:MOST_ROWS]
    asked = {question.key: question for question in load().questions()}
    answers = chosen.answers if chosen else {}
    told = [(row, *_answer(asked.get(row.flag), answers)) for row in rows]
    return sorted(told, key=lambda one: (URGENCY.index(one[0].level), -one[0].raised_at.timestamp()))


def _answer(question, answers):
    """The question of a flag and its answer; one that was left open says so, for that may be why the flag stands."""
    if question is None:
        return "", ""
    return question.text, "; ".join(map(str, in_words(question, answers.get(question.key))))


# --- what waits to be decided


def _waiting(patient, versions, shown_as_allergies):
    rows = Condition.objects.of(patient).to_confirm().exclude(code__in=shown_as_allergies)[:MOST_ROWS]
    sources = {}
    return [_said(row, versions, sources) for row in rows]


def _said(row, versions, sources):
    """The condition with the question it came from, in the version that stated it (else the newest)."""
    told_in = row.external_id.split("-")[1] if row.external_id.startswith("intake-") else ""
    version = next((one for one in versions if str(one.pk) == told_in), None)
    if version is None:
        return Waiting(row)
    if version.pk not in sources:
        sources[version.pk] = {change.slug: change.source_question for change in condition_changes(version.answers)}
    question = next((q for q in load().questions() if q.key == sources[version.pk].get(row.code)), None)
    if question is None:
        return Waiting(row)
    value = version.answers.get(question.key)
    details = version.answers.get(DETAILS.get(question.key, ""))
    return Waiting(row, question.text, _fitting(question, value, row.code), details or "")


def _fitting(question, value, code):
    """The answer in words; of a long list of ticks only those that mean this condition."""
    meant = [
        choice.value
        for choice in question.choices
        if any(code == one.partition("[")[0] for kind in ("condition", "unanswered") for one in _meant(choice, kind))
    ]
    ticked = [one for one in value if one in meant] if isinstance(value, list) else []
    return "; ".join(map(str, in_words(question, ticked or value)))


def _meant(choice, kind):
    return targets(choice.maps_to, kind)


def _decided(patient, versions):
    """What was decided since the newest version came in: each of it can be put back."""
    if not versions:
        return []
    rows = Condition.objects.of(patient).filter(judged_at__gte=versions[0].submitted_at, entered_in_error_at=None)
    return list(rows.select_related("judged_by").order_by("-judged_at")[:MOST_JUDGED])


def _named(chosen, patient):
    if chosen is None:
        return []
    missing = named_in_intake.missing(named_in_intake.read(chosen.answers), named_in_intake.lists_of(patient))
    codes = {one.code for one in missing if one.code}
    judged = Condition.objects.of(patient).filter(code__in=codes, certainty=Condition.Certainty.RULED_OUT)
    ruled_out = set(judged.filter(recorded_at__gte=chosen.submitted_at).values_list("code", flat=True)) if codes else ()
    return [one for one in missing if one.code not in ruled_out]


# --- the stamp


def _reviews(versions, chosen, user):
    """Who read which version when, newest first; and what the button says."""
    told = [(one, review) for one in versions for review in one.reviews.all()]
    told.sort(key=lambda pair: pair[1].at, reverse=True)
    own = [review for _one, review in told if chosen and review.intake_id == chosen.pk]
    today = [r for r in own if r.by_id == user.pk and timezone.localdate(r.at) == timezone.localdate()]
    return {
        "reviews": [(one, review, review != one.reviews.all()[0]) for one, review in told[:MOST_VERSIONS]],
        "is_reviewed": bool(own),
        "stamped_today": today[-1] if today else None,
        "may_review": bool(chosen) and can(user, "intake.review"),
    }


# --- the whole history


def _history(chosen):
    answers = chosen.answers
    spots = answers.get("pain_sites") or []
    return {
        "answers": whole_intake(answers),
        "drawing": body_marks.drawing(spots) if spots else None,
        "spots": in_words(load().question("pain_sites"), spots) if spots else [],
        "scores": _scores(answers),
        "movements": _movements(answers.get("movement_grid") or {}),
        "to_spare": _to_spare(answers.get("movement_grid")),
    }


def _scores(answers):
    words = (("now", _("now")), ("best", _("best")), ("worst", _("worst")), ("average", _("average")))
    return [(label, answers[f"pain_{key}"]) for key, label in words if answers.get(f"pain_{key}") is not None]


def _movements(grid):
    """Columns (areas) and rows (movement, [(css, effect)]) of the movement grid; rows nobody tried are left out."""
    question = load().question("movement_grid")
    effects = {choice.value: choice.label for choice in question.choices}
    areas = [area for area in question.regions if area in grid]
    rows = [(row.label, [grid[area].get(row.value, "") for area in areas]) for row in question.rows]
    told = [row for row in rows if set(row[1]) - {"", "not_tested"}]
    cells = [(label, [(EFFECT_CSS.get(one, ""), effects.get(one, "")) for one in said]) for label, said in told]
    return {"areas": [REGIONS[area] for area in areas], "rows": cells} if cells else None


def _to_spare(grid):
    labels = {row.value: row.label for row in load().question("movement_grid").rows}
    return [labels[one] for one in movement_to_spare(grid)]
