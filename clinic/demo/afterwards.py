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
BECAUSE = (
    "This explains the spasm we talked about.", "You asked about heat and ice.", "For the weeks between our visits.",
    "So that you know when to call a doctor.", "The walking plan we agreed on.", "You asked what an adjustment does.",
)  # fmt: skip


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
    articles = list(Article.objects.published().order_by("slug"))
    signed = [v for v in visits if v.signed_at]
    own = [v for v in signed if v.patient_id == portal_patient.pk][-3:]
    others = [v for v in rng.sample(signed, len(signed) // 12) if v.patient_id != portal_patient.pk]
    given, rows = set(), []
    for visit in own + others if articles else ():
        fitting = [a for a in articles if visit.episode.region in a.regions] or articles
        article = rng.choice([a for a in fitting if (visit.patient_id, a.pk) not in given] or articles)
        if (visit.patient_id, article.pk) in given:
            continue
        given.add((visit.patient_id, article.pk))
        read = visit is own[0] if visit in own else rng.random() < 0.66
        rows.append(_assignment(rng, visit, article, read, now))
    return Assignment.objects.bulk_create(rows)


def _assignment(rng, visit, article, read, now):
    at = min(visit.signed_at, now)
    first = min(at + timedelta(hours=rng.randint(1, 60)), now) if read else None
    return Assignment(
        article=article,
        patient=visit.patient,
        because=rng.choice(BECAUSE),
        assigned_by=visit.practitioner.user,
        assigned_at=at,
        first_read_at=first,
        last_read_at=min(first + timedelta(days=rng.randint(0, 3)), now) if first else None,
    )
