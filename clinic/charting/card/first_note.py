"""What the health history says at the first visit of a complaint: it begins the complaint and stands beside the note.

The patient's words stay the patient's: nothing of them is written into the note, which a clinician says in their own.
"""

from contextlib import suppress
from datetime import date

from django.utils.translation import gettext as _

from clinic.anatomy.sites import BY_SLUG
from clinic.charting.models import Episode, Visit
from patients.answer_meaning import movement_to_spare
from patients.answer_words import in_words, is_open
from patients.models import Intake
from patients.questions import load

Mechanism = Episode.Mechanism
MECHANISMS = {
    "mva": Mechanism.CRASH,
    "sport": Mechanism.SPORT,
    "fall_low": Mechanism.FALL,
    "fall_hard": Mechanism.HARD_FALL,
    "lift": Mechanism.LIFT,
    "sustained_posture": Mechanism.POSTURE,
    "sleep": Mechanism.POSTURE,
    "overuse": Mechanism.OVERUSE,
    "heat_exertion": Mechanism.HEAT,
    "insidious": Mechanism.GRADUAL,
}
STAYS = ("local", "unsure")  # answers to "does it spread?" that say it does not, or nobody knows
LONGEST_LIST = 5
LONGEST_SPARED = Visit._meta.get_field("spare_movement").max_length or 0


# --- beginning the complaint


def episode_fields(patient):
    """Return what the newest history of this complaint says of it, as fields of `Episode`; nothing without one."""
    answers = _of_this_complaint(patient, Episode.objects.of(patient)).values_list("answers", flat=True).first()
    return read(answers) if answers else {}


def _of_this_complaint(patient, earlier):
    """The histories handed in since the last of the `earlier` complaints began, newest first."""
    rows = Intake.objects.of(patient).submitted().order_by("-submitted_at", "-pk")
    began = earlier.order_by("-opened_at").values_list("opened_at", flat=True).first()
    return rows.filter(submitted_at__gt=began) if began else rows


def read(answers):
    """Return fields of `Episode` from the answers of a history; what was left open is left out. Pure."""
    spots: list[dict] = answers.get("pain_sites") or [{}]
    worst = max(spots, key=lambda spot: spot.get("score_0_10") or 0)
    told = {
        "complaint": " ".join(str(answers.get("chief_complaint") or "").split())[:200].rstrip(" ."),
        "region": BY_SLUG[worst["site"]].region if worst.get("site") in BY_SLUG else "",
        "onset_on": _day(answers.get("onset_date")),
        "mechanism": MECHANISMS.get(answers.get("mechanism"), ""),
        "is_radiating": _spreads(answers),
    }
    return {name: value for name, value in told.items() if value}


def _spreads(answers):
    spots = answers.get("pain_sites") or []
    return (answers.get("pain_spread") or "local") not in STAYS or any(spot.get("spreads_to") for spot in spots)


def _day(told):
    with suppress(ValueError):
        return date.fromisoformat(str(told))
    return None


# --- beside the note


def beside(visit, before):
    """Return what stands beside the first note of a complaint: the history, its lines, what to spare; else None.

    `before` are the last visits: one of this complaint that is signed says that this is not its first.
    """
    if any(one.episode_id == visit.episode_id and one.is_signed for one in before):
        return None
    if Visit.objects.signed().valid().filter(episode=visit.episode_id).exists():
        return None
    earlier = Episode.objects.of(visit.patient).filter(opened_at__lt=visit.episode.opened_at)
    intake = _of_this_complaint(visit.patient, earlier.exclude(pk=visit.episode_id)).first()
    if intake is None:
        return None
    return {"intake": intake, "lines": _lines(intake.answers), "to_spare": to_spare(intake.answers)}


def to_spare(answers):
    """The movements that make it worse, in words and as long as the note takes them."""
    labels = {row.value: str(row.label) for row in load().question("movement_grid").rows}
    words = [labels[one] for one in movement_to_spare(answers.get("movement_grid"))]
    while len(", ".join(words)) > LONGEST_SPARED:
        words.pop()
    return ", ".join([*words[:1], *(word[:1].lower() + word[1:] for word in words[1:])])


def _lines(answers):
    """(what, words) in the order of a first talk; what was left open is left out."""
    lines = [
        (_("In own words"), _said("chief_complaint", answers)),
        (_("Where"), _said("pain_sites", answers)),
        (_("Spreads"), _said("pain_spread", answers) if answers.get("pain_spread") not in STAYS else ""),
        (_("Began"), _joined(answers, "onset_date", "onset_speed", "mechanism", "mechanism_story")),
        (_("Pain"), _pain(answers)),
        (_("Feels"), _said("quality", answers)),
        (_("Worse with"), _said("worse_with", answers)),
        (_("Better with"), _said("better_with", answers)),
        (_("Worse on"), to_spare(answers)),
        (_("Goals"), _goals(answers)),
    ]
    return [(what, words) for what, words in lines if words]


def _said(key, answers):
    value = answers.get(key)
    return "" if is_open(value) else "; ".join(str(line) for line in in_words(load().question(key), value))


def _joined(answers, *keys):
    return ", ".join(filter(None, (_said(key, answers) for key in keys)))


def _pain(answers):
    words = (("now", _("now")), ("best", _("best")), ("worst", _("worst")), ("average", _("average")))
    return ", ".join(
        f"{word} {answers[f'pain_{key}']}" for key, word in words if not is_open(answers.get(f"pain_{key}"))
    )


def _goals(answers):
    rows = (answers.get("goal_activities") or [])[:LONGEST_LIST]
    told = [
        _("%(what)s %(score)s of 10") % {"what": row.get("activity"), "score": row.get("score_0_10")} for row in rows
    ]
    return "; ".join(filter(None, [*told, str(answers.get("goal_words") or "")]))
