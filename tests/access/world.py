"""One clinic in which everybody is at home: Ana with a whole record, Ben beside her, and one account for each role.

It is built once per module in a transaction; what a test changes is rolled back (conftest.py).
"""

from datetime import date, timedelta
from types import SimpleNamespace

from django.http import HttpResponse
from django.test import Client

from clinic.accounts import device_cookie, devices, links
from clinic.accounts.models import SignedLink
from clinic.accounts.roles import Role
from clinic.charting import notes
from clinic.charting.kinds import treating
from clinic.charting.models import (
    CarePlan,
    NerveTest,
    PlanDecision,
    PlanEvent,
    PlanGoal,
    PlanPhase,
    ProvokingMovement,
    RangeOfMotion,
    TreatmentKind,
)
from clinic.messaging import outbox
from clinic.outcomes.models import CheckIn
from clinic.outcomes.recording import record_pain
from clinic.reception import kiosk_state
from clinic.scheduling import feeds, waitlist
from clinic.scheduling.models import AppointmentRequest, CalendarFeed, TimeOff
from clinic.website.times import Offer
from content.models import Exercise
from patients import invitations, merging
from patients.models import Alert, Allergy, Intake, Medication, ProxyGrant, SelfCareItem, StickyNote
from tests import make
from tests.make import MONDAY

ROLES = (
    *("anonymous", "patient", "other_patient", "proxy", "receptionist", "therapist", "chiropractor"),
    *("clinic_admin", "it_superuser", "link_holder", "kiosk"),
)
PASSWORD = "walk the harbour wall"
# Words that stand nowhere else: whoever finds one has read something of the chart.
CLINICAL = {
    "condition": "Marblebone",
    "allergy": "Latexwort",
    "medication": "Thinnerol",
    "complaint": "Lumbagonia",
    "subjective": "stabbingly",
    "objective": "ropelike",
    "assessment": "quadratitis",
    "plan": "twiceweeklyish",
    "summary": "unlockedly",
    "treatment reason": "insistently",
    "alert points_to": "Caudaflag",
    "alert staff_action": "Ambulancely",
    "intake answer": "Hopscotching",
    "assignment because": "guardingly",
    "check-in words": "shovellingly",
    "document": "scanningly",
    "self-care": "steadyingly",
    "letter": "wonderingly",
    "adverse event": "Giddywards",
}


def build():
    """Make the clinic and everything in it; return it as one namespace."""
    if not TreatmentKind.objects.exists():  # a test with `transaction=True` ran before
        make.clinical_tables()
    world = SimpleNamespace(clinic=make.clinic(), location=make.location())
    _people(world)
    world.kind = make.kind(is_public=True)
    world.article, world.topic = make.article(), make.topic()
    world.draft = make.article("a-draft", status="draft", author=make.author("Dr Draft"))
    world.exercise = Exercise.objects.create(title="Neck turns", slug="neck-turns")
    world.room = make.room()
    world.equipment = make.equipment(make.treatment_kind("ultrasound"))
    world.preset = make.preset()
    world.day_off = TimeOff.objects.create(
        starts_at=MONDAY + timedelta(days=300), ends_at=MONDAY + timedelta(days=301), reason="holiday"
    )
    world.ana_rows = _record(world, world.ana, "", hour=0)
    world.ben_rows = _record(world, world.ben, "of Ben", hour=1)
    _asked_for(world)
    world.gone = make.patient("Gerd", "Vale", deceased_on=date(2027, 2, 1))  # by mistake, the desk will say
    world.iris = make.patient("Iris", "Lund")  # did not come yesterday
    make.appointment(world.iris, world.practitioner, MONDAY - timedelta(days=1), status="no_show")
    twin = make.patient("Irys", "Lund")
    world.merge = merging.propose(kept=world.iris, absorbed=twin, because="one face", by=world.rita)
    _at_the_kiosk(world)
    _waiting(world)
    world.feed, _token = feeds.make(world.practitioner, by=world.carlos)
    world.ana_feed, calendar = feeds.make(world.ana, by=world.ana.user)
    CalendarFeed.objects.update(last_read_at=MONDAY)
    world.tokens = {
        "calendar": calendar,
        "intake": links.make(SignedLink.Scope.INTAKE, world.ana_rows.intake.pk, by=world.rita),
        "invitation": links.make(SignedLink.Scope.INVITATION, world.ida.pk, by=world.rita),
        "offer": links.make(SignedLink.Scope.OFFER, world.offered.pk, by=world.rita),
        "checkin": links.make(SignedLink.Scope.CHECKIN, world.due.pk, by=world.rita),
        "pairing": devices.add(name="Back tablet", location=world.location, by=world.rita)[1],
    }
    for user in filter(None, world.users.values()):
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
    world.clients = {role: _signed_in(user) for role, user in world.users.items()}
    _paired(world.clients["kiosk"], world)
    return world


def _people(world):
    world.rita = make.user("rita@example.org", Role.RECEPTIONIST)
    world.carlos = make.user("carlos@example.org", Role.CHIROPRACTOR, display_name="Dr Carlos Vega")
    world.practitioner = make.practitioner(world.carlos, name="Dr Carlos Vega")
    world.leaver = make.practitioner(name="Nora Vale", hours=False)  # nobody is booked with her any more
    world.tess = make.user("tess@example.org", Role.THERAPIST)
    world.olga = make.user("olga@example.org", Role.CLINIC_ADMIN)
    world.ivan = make.user("ivan@example.org", is_superuser=True)
    world.paul = make.user("paul@example.org", Role.PATIENT, display_name="Paul Sørensen")
    world.ana = _patient("Ana", "Sørensen")
    world.ben = _patient("Ben", "Whitcombe")
    world.ida = make.patient("Ida", "Kjeldsen", email="ida@example.org")  # invited, without an account
    world.grant = ProxyGrant.objects.create(
        patient=world.ana, user=world.paul, relation="husband", starts_on=date(2020, 1, 1), granted_by=world.rita,
        may_record=True, may_booking=True, may_forms=True, may_messages=True,
    )  # fmt: skip
    world.users = {
        "anonymous": None, "patient": world.ana.user, "other_patient": world.ben.user, "proxy": world.paul,
        "receptionist": world.rita, "therapist": world.tess, "chiropractor": world.carlos,
        "clinic_admin": world.olga, "it_superuser": world.ivan, "link_holder": None,
        "kiosk": None,
    }  # fmt: skip


def _patient(given, family):
    made = make.patient_with_account(given, family=family)
    made.email, made.phone = f"{given.lower()}@example.org", "(503) 555-0119"
    made.save(update_fields=["email", "phone"])
    return made


def _record(world, of, whose, hour):
    """A whole record: past signed visit, a draft of today, coming time, intake in two versions, alert, reading."""
    rows, word = SimpleNamespace(), {name: f"{text} {whose}".strip() for name, text in CLINICAL.items()}
    start = MONDAY + timedelta(hours=hour)
    rows.condition = make.condition(of, "osteoporosis", label=word["condition"])
    rows.today = make.appointment(of, world.practitioner, start, status="arrived")
    rows.coming = make.appointment(of, world.practitioner, start + timedelta(days=1))
    rows.series = make.series(rows.coming)
    rows.timer = make.timer(rows.today)
    rows.call = make.call(of, world.rita)
    rows.note = StickyNote.objects.create(patient=of, text=f"Ringstwice {whose}".strip(), put_up_by=world.rita)
    rows.cover = make.coverage(of, world.rita, name=f"Lakeland Health {whose}".strip())
    rows.visit = make.visit(of, world.practitioner, visited_at=MONDAY - timedelta(days=7))
    rows.episode = rows.visit.episode
    rows.episode.complaint = word["complaint"]
    rows.episode.save()
    _sign(rows, world.carlos, word)
    rows.draft = make.visit(of, world.practitioner, episode=rows.episode, appointment=rows.today)
    rows.draft.subjective = word["subjective"]
    rows.draft.save()
    rows.segment = notes.note_segment(rows.draft, segment="L4", side="R", by=world.carlos, pain=3)
    rows.muscle = notes.note_muscle(rows.draft, muscle="quadratus_lumborum", side="R", by=world.carlos, spasm_before=3)
    rows.treatment = _treat(rows.draft, world.carlos, word)
    rows.measured = [
        RangeOfMotion.objects.create(visit=rows.draft, region="lumbar", movement="flexion", degrees=40),
        NerveTest.objects.create(visit=rows.draft, kind="reflex", level="L4", side="R", result="normal"),
        ProvokingMovement.objects.create(visit=rows.draft, movement="flexion", effect="worse"),
    ]
    rows.plan = CarePlan.objects.create(patient=of, episode=rows.episode, made_by=world.carlos)
    rows.planned = [
        PlanGoal.objects.create(plan=rows.plan, what="Lift", start=3, target=8),
        PlanPhase.objects.create(plan=rows.plan, name="relief", visits=6, weeks=3),
        PlanEvent.objects.create(plan=rows.plan, kind="re_exam", at_visit=12),
        PlanDecision.objects.create(
            plan=rows.plan, decision="continue", progress="improved", day=28, decided_by=world.carlos
        ),
    ]
    rows.self_care = SelfCareItem.objects.create(patient=of, text=word["self-care"], given_by=world.carlos)
    rows.event = make.adverse_event(of, world.carlos, visit=rows.visit, what=word["adverse event"])
    rows.report = make.document(of, world.carlos, title=word["document"], released_at=MONDAY, released_by=world.carlos)
    rows.consent = make.consent(of, signed_name=f"Signaturely {whose}")
    rows.letter = make.letter(of, world.carlos, question=word["letter"])
    rows.allergy = Allergy.objects.create(patient=of, label=word["allergy"])
    rows.medication = Medication.objects.create(patient=of, label=word["medication"])
    rows.check_in = CheckIn.objects.create(patient=of, appointment=rows.today, pain=6, words=word["check-in words"])
    rows.score = record_pain(of, 6, mode="visit", at=MONDAY - timedelta(days=7))
    _intakes(rows, of, word)
    rows.alert = Alert.objects.create(
        patient=of, intake=rows.handed_in, flag="RF01", level="U",
        points_to=word["alert points_to"], staff_action=word["alert staff_action"],
    )  # fmt: skip
    rows.assignment = make.assignment(of, world.article, world.carlos, because=word["assignment because"])
    return rows


def _treat(visit, by, word):
    return treating.apply(
        visit, kind=make.treatment_kind("massage"), by=by, regions=["lumbar"], side="R", minutes=15,
        reason=word["treatment reason"],
    )  # fmt: skip


def _sign(rows, by, word):
    visit = notes.save(
        rows.visit, version=rows.visit.version, by=by,
        **{name: word[name] for name in ("subjective", "objective", "assessment", "plan")},
    )  # fmt: skip
    _treat(visit, by, word)
    visit.refresh_from_db()
    rows.visit = notes.sign(visit, version=visit.version, by=by)
    rows.addendum = notes.add_addendum(rows.visit, kind="addition", text=word["plan"], by=by)
    notes.release(rows.visit, summary=word["summary"], by=by)


def _intakes(rows, of, word):
    answers = {"chief_complaint": word["intake answer"], "occupation": "Baker"}
    rows.handed_in = Intake.objects.create(
        patient=of, version=1, questionnaire_version="1", answers=answers, submitted_at=MONDAY - timedelta(days=8)
    )
    rows.intake = Intake.objects.create(patient=of, version=2, questionnaire_version="1", answers=answers)


def _asked_for(world):
    held = make.appointment(
        None, world.practitioner, MONDAY + timedelta(days=2), status="held",
        patient=None, hold_until=MONDAY + timedelta(hours=3),
    )  # fmt: skip
    world.request = AppointmentRequest.objects.create(appointment=held, name="Cora Vale", phone="(503) 555-0177")
    world.call = AppointmentRequest.objects.create(name="Dora Vale", phone="(503) 555-0178")
    world.message = outbox.queue(
        "accounts/notice", to="ana@example.org", key="a-code", sensitive=True,
        context={"subject": "Your code", "body": "4711-0815"},
    )  # fmt: skip
    world.offer = Offer(world.kind, world.practitioner, MONDAY + timedelta(days=3)).value


def _waiting(world):
    """Ana waits for two kinds of visit, and is offered a time for one of them."""
    asked = {"by": world.rita, "now": MONDAY, "patient": world.ana}
    later = make.appointment(world.ana, world.practitioner, MONDAY + timedelta(days=8))
    world.waits = waitlist.add(kind=make.kind(slug="massage"), note="calls back", instead_of=later, **asked)
    entry, friday = waitlist.add(kind=make.kind(slug="re-exam"), **asked), MONDAY + timedelta(days=4)
    world.offered = waitlist.offer(entry, starts_at=friday, practitioner=world.practitioner, by=world.rita, now=MONDAY)


def _at_the_kiosk(world):
    """Ida has a visit soon, and another for which she stands at the tablet, after an answer that cannot wait."""
    soon = MONDAY + timedelta(minutes=30)
    world.due = make.appointment(world.ida, world.practitioner, soon)
    world.here = make.appointment(world.ida, world.practitioner, soon + timedelta(minutes=60), status="arrived")
    world.device = make.device(world.rita)


def _paired(client, world):
    paper = HttpResponse()
    device_cookie.give(paper, world.device.token)
    kiosk_state.keep(paper, kiosk_state.Standing(world.device.pk, [world.here.pk], is_urgent=True))
    for name, cookie in paper.cookies.items():
        client.cookies[name] = cookie.value


def _signed_in(user):
    client = Client(raise_request_exception=False)
    if user is not None:
        client.force_login(user)
    return client


def browser(world, role):
    """A browser of this role with nothing in it but the sign-in, so that one test leaves nothing to the next."""
    made = Client(raise_request_exception=False)
    made.handler = world.clients["anonymous"].handler  # loading the middleware anew takes longer than the request
    for name, cookie in world.clients[role].cookies.items():
        made.cookies[name] = cookie.value
    return made


def own_link(world, patient_rows, patient):
    """The token of a fresh link to the open intake, as the patient's portal makes it."""
    return invitations.own_link(patient_rows.intake, by=patient.user)
