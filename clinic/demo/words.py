"""The words of a note: what the patient says, what was examined, what it means, how it goes on."""

from clinic.demo.complaints import COURSE_WORDS, EXAM, FIRST_ASSESSMENT, PLAN_WORDS, RADIATING_EXAM, SPARE


def soap(rng, story, slug, pain, before, change):
    """Return subjective, objective, assessment and plan of one visit."""
    course = change or "same"
    first = slug == "first-visit"
    assessment = FIRST_ASSESSMENT.format(complaint=story.complaint[0].lower() + story.complaint[1:])
    plan = f"Two visits a week for two weeks, then review. At home: {story.exercise.replace('-', ' ')}."
    return {
        "subjective": _said(rng, story, pain, before, change),
        "objective": _found(rng, story, slug),
        "assessment": assessment if first else rng.choice(COURSE_WORDS[course]),
        "plan": plan if first else rng.choice(PLAN_WORDS[course]),
    }


def spared(rng, story):
    """Return a movement to spare for a while."""
    return rng.choice(SPARE[story.region])


def _said(rng, story, pain, before, change):
    worse, better = rng.choice(story.worse), rng.choice(story.better)
    if before is None:
        return f"{story.complaint}. Pain {pain} of 10, worse with {worse}, eases with {better}."
    if change == "same":
        return f"About the same, pain {pain} of 10. Worse with {worse}."
    if change == "better":
        return f"Better, pain {before} to {pain}. {better.capitalize()} helps. No new numbness or weakness."
    return f"Worse after {worse}, pain {before} to {pain}. No new numbness or weakness."


def _found(rng, story, slug):
    exam = RADIATING_EXAM if story.radiates else EXAM[story.region]
    if slug in ("first-visit", "re-examination"):
        return exam
    if slug == "phone-advice":
        return "By phone, no examination. Walks, sleeps, no numbness, no weakness, bladder and bowel as usual."
    return "" if rng.random() < 0.6 else "Findings as marked. Nerve check unchanged."
