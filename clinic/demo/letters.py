"""Letters of the demo clinic, one in each state: not sent, waiting, overdue, answered, closed."""

from dataclasses import dataclass
from datetime import timedelta

from clinic.charting.models import Referral
from clinic.charting.papers import letter_draft, letter_standing, letters
from clinic.charting.papers.letter_standing import State
from patients.models import Task

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@dataclass(frozen=True)
class Story:
    """One letter: written so many days ago, to whom, what is asked, and what became of it."""

    days: int
    kind: str
    addressee: str
    address: str
    urgency: str
    question: str
    region: str = ""  # of the complaint; empty: any
    is_sent: bool = True
    answer: str = ""
    closed_because: str = ""


STORIES = (
    Story(
        5, "referral", "Dr Amara Osei, neurology", "Riverside Medical Center\n210 Mill Street", "soon",
        "The right ankle reflex is weaker than in the first week. Does this need nerve conduction tests?",
        region="lumbar",
    ),
    Story(
        22, "imaging", "Harbor Imaging", "8 Dock Road\nfax (503) 555-0142", "soon",
        "Lumbar spine, two views: is there a fracture after the fall?",
        region="lumbar",
    ),
    Story(
        16, "referral", "Dr Paul Lindqvist, primary care", "Ashbrook Family Practice", "routine",
        "Blood pressure was high at two visits. Would you check it and the medicines?",
        answer="Measured at home for a week: 138/84 on average. Dose raised. No objection to gentle manual care.",
    ),
    Story(
        0, "imaging", "Harbor Imaging", "8 Dock Road\nfax (503) 555-0142", "routine",
        "Neck, standing, two views: is there a change that speaks against adjustment?",
        region="cervical", is_sent=False,
    ),
    Story(
        30, "referral", "Dr Ines Vidal, rheumatology", "Riverside Medical Center", "routine",
        "Morning stiffness for half a year, better with movement: inflammatory back pain?",
        closed_because="The patient went to her own rheumatologist; the report will come from there.",
    ),
)  # fmt: skip


def write(visits, first, now):
    """Write the letters: the first about `first` (a patient) where there is a note, each other about somebody else."""
    taken: set = set()
    signed = [visit for visit in visits if visit.signed_at and not visit.patient.deceased_on]
    signed.sort(key=lambda visit: visit.patient.pk != first.pk)  # stable: the order of the visits stays
    for story in STORIES:
        visit = _who(signed, story, taken, now)
        if visit is not None:
            taken.add(visit.patient.pk)
            _letter(story, visit, now)


def _who(visits, story, taken, now):
    """A note of somebody without a letter, whose complaint began before this one was written."""
    began = now - story.days * DAY - HOUR
    fitting = [v for v in visits if v.patient.pk not in taken and story.region in ("", v.episode.region)]
    return next((v for v in fitting if v.episode.opened_at < began), None)


def _letter(story, visit, now):
    written, by = now - story.days * DAY - HOUR / 2, visit.practitioner.user
    drafted = letter_draft.draft(visit.patient, kind=story.kind, episode=visit.episode)
    fields = ("kind", "addressee", "address", "urgency", "question")
    letter = Referral(
        patient=visit.patient,
        episode=visit.episode,
        body=drafted["body"],
        written_at=written,
        written_by=by,
        signature=letters.signature_of(by),
        **{name: getattr(story, name) for name in fields},
    )
    if story.is_sent:
        letter.sent_at, letter.sent_by, letter.sent_how = written + HOUR / 4, by, "Secure e-mail"
    if story.answer:
        letter.answered_at, letter.answer = written + 6 * DAY, story.answer
    if story.closed_because:
        letter.closed_at, letter.closed_by, letter.closed_because = written + 9 * DAY, by, story.closed_because
    letter.save()
    if letter_standing.standing(letter).state in (State.WAITING, State.LATE):
        _task(letter)


def _task(letter):
    Task.objects.create(
        patient=letter.patient,
        kind=Task.Kind.IMAGING if letter.kind == Referral.Kind.IMAGING else Task.Kind.REFER,
        title=f"Ask for the answer: {letter.addressee}",
        detail=letter.question,
        key=letters.task_key(letter),
        due_on=letter_standing.due_on(letter),
        opened_at=letter.sent_at,
        opened_by=letter.sent_by,
    )
