"""What follows a signed note: summaries released to patients, addenda, articles given and read."""

from datetime import timedelta

from clinic.charting.models import Addendum, VisitMark
from content.models import Article, Assignment

MINUTE = timedelta(minutes=1)
SUMMARIES = (
    "We treated the lower back and the pelvis with gentle pressure and worked on the tight muscle beside the spine. "
    "Pain went down during the visit. Walk a little every day, warm the muscle in the evening, and avoid bending with "
    "a twist this week. Call us if a leg gets weak or numb.",
    "Your back moves better than last time. We did a shorter treatment and practised the pelvic tilt together: two "
    "rounds of ten, morning and evening. You may be sore until tomorrow. Next visit as planned.",
    "You had a small flare after shovelling, without new warning signs. Today was gentle: warmth, light muscle work, "
    "slow movement. Keep walking; change sides and stop early when you work in the garden.",
)
ADDENDA = (
    (Addendum.Kind.LATE_ENTRY, "Patient phoned in the evening: sore for two hours, then well."),
    (Addendum.Kind.CORRECTION, "Treated side was the right one; the note says left for the heat pack."),
    (Addendum.Kind.ADDITION, "Outside report received: plain film of the low back, no fracture."),
    (Addendum.Kind.LATE_ENTRY, "Home exercise sheet handed out at the desk after the visit."),
)
BECAUSE = {  # article -> the practitioner's words
    "why-a-back-muscle-locks-up": "This explains the spasm we talked about.",
    "heat-or-ice": "You asked which of the two to use at home.",
    "staying-active": "For the walking plan we agreed on.",
    "raking-and-shoveling": "Before you go back to the garden.",
    "massage-and-trigger-points": "What we did to the tight muscle, and what you can do yourself.",
    "what-an-adjustment-is": "You asked what happens in an adjustment and what the risks are.",
    "do-i-need-a-scan": "Why we do not need a picture of your back now.",
    "neck-spasm": "Why your neck locks, and what to try first.",
    "night-cramps-in-the-calf": "For the cramps that wake you.",
    "when-to-get-help-now": "So that you know when to call a doctor at once.",
}
BACK = ("why-a-back-muscle-locks-up", "heat-or-ice", "staying-active", "raking-and-shoveling", "do-i-need-a-scan")
READING = {
    "lumbar": BACK,
    "pelvic": (*BACK[1:3], "what-an-adjustment-is", "when-to-get-help-now"),
    "cervical": ("neck-spasm", "heat-or-ice", "massage-and-trigger-points", "what-an-adjustment-is"),
    "thoracic": ("massage-and-trigger-points", "staying-active", "why-a-back-muscle-locks-up"),
}


def release(rng, visits, portal_patient, now):
    """Release the last three notes of the portal patient and some of others; return the marks."""
    signed = [v for v in visits if v.signed_at]
    own = [v for v in signed if v.patient_id == portal_patient.pk][-3:]
    others = rng.sample(signed, min(len(signed), 25))
    chosen = own + [v for v in others if v.patient_id != portal_patient.pk]
    return VisitMark.objects.bulk_create(
        VisitMark(
            visit=visit,
            kind=VisitMark.Kind.RELEASED,
            at=min(visit.signed_at + 3 * MINUTE, now),
            by=visit.signed_by,
            summary=SUMMARIES[n % len(SUMMARIES)],
        )
        for n, visit in enumerate(chosen)
    )


def add_to_notes(rng, visits, now):
    """Write a handful of addenda to signed notes."""
    signed = [v for v in visits if v.signed_at and now - v.signed_at > timedelta(days=2)]
    chosen = rng.sample(signed, min(len(signed), 2 * len(ADDENDA)))
    return Addendum.objects.bulk_create(
        Addendum(
            visit=visit,
            kind=ADDENDA[n % len(ADDENDA)][0],
            text=ADDENDA[n % len(ADDENDA)][1],
            written_at=visit.signed_at + timedelta(hours=rng.randint(2, 30)),
            written_by=visit.signed_by,
            signature=visit.signature,
        )
        for n, visit in enumerate(chosen)
    )


def give_articles(rng, visits, portal_patient, now):
    """Give articles with a reason at some visits; two of three are read, of the portal patient's three only one."""
    articles = {a.slug: a for a in Article.objects.published().filter(slug__in=BECAUSE)}
    signed = [v for v in visits if v.signed_at]
    own = [v for v in signed if v.patient_id == portal_patient.pk][-3:]
    others = [v for v in rng.sample(signed, len(signed) // 12) if v.patient_id != portal_patient.pk]
    given, rows = set(), []
    for visit in own + others:
        wanted = ("night-cramps-in-the-calf",) if "cramps" in visit.episode.complaint else READING[visit.episode.region]
        fitting = [articles[s] for s in wanted if s in articles and (visit.patient_id, s) not in given]
        if not fitting:
            continue
        article = fitting[0] if visit in own else rng.choice(fitting)
        given.add((visit.patient_id, article.slug))
        read = visit is own[0] if visit in own else rng.random() < 0.66
        rows.append(_assignment(rng, visit, article, read, now))
    return Assignment.objects.bulk_create(rows)


def _assignment(rng, visit, article, read, now):
    at = min(visit.signed_at, now)
    first = min(at + timedelta(hours=rng.randint(1, 60)), now) if read else None
    return Assignment(
        article=article,
        patient=visit.patient,
        because=BECAUSE[article.slug],
        assigned_by=visit.practitioner.user,
        assigned_at=at,
        first_read_at=first,
        last_read_at=min(first + timedelta(days=rng.randint(0, 3)), now) if first else None,
    )
