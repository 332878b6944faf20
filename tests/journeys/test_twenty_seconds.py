"""A visit noted in twenty seconds: taps counted on real pages, nothing typed, nothing unsaid."""

import os
import re
from datetime import time, timedelta
from statistics import median
from time import monotonic

import pytest
from django.utils import timezone

from clinic.accounts.roles import Role
from clinic.charting import notes
from clinic.charting.kinds import treating
from clinic.charting.models import TreatmentApplied, Visit
from clinic.demo.filling import fill
from clinic.outcomes.models import CheckIn
from clinic.practice.models import ClinicProfile, Location
from clinic.scheduling.models import Appointment, WorkingHours
from clinic.scheduling.models.appointments import Status
from patients.models import Allergy
from tests import make
from tests.journeys.tapping import Hand, Typed

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
UNCHANGED, SEGMENT_AND_MINUTES = 5, 10
VISITS = int(os.environ.get("DAY_OF_VISITS", "60"))


@pytest.fixture
def carlos(site):
    account = make.user("carlos@example.org", Role.CHIROPRACTOR, display_name="Dr Carlos Vega")
    practitioner = make.practitioner(account, hours=False, name="Dr Carlos Vega")
    WorkingHours.objects.bulk_create(
        WorkingHours(practitioner=practitioner, weekday=day, opens=time(0), closes=time(23, 59)) for day in range(7)
    )
    return account


@pytest.fixture
def ana(carlos):
    """Ana was adjusted and massaged a week ago, and has arrived for her next visit."""
    patient = make.patient("Ana", family="Serrano")
    last = make.visit(
        patient, carlos.practitioner, visited_at=timezone.now() - timedelta(days=7), subjective="Sore", change="better"
    )
    notes.note_segment(last, segment="L4", side="R", by=carlos, pain=3, asymmetry="post R")
    adjusted = {"segments": ["L4 R"], "technique": "instrument", "position": "prone", "listing": "PR"}
    give(last, carlos, "adjustment", segments=["L4 R"], values=adjusted)
    give(last, carlos, "massage", minutes=10, values={"technique": "petrissage", "minutes": 10})
    patient.last = last
    return patient


def give(visit, by, slug, **fields):
    return treating.apply(visit, kind=make.treatment_kind(slug), by=by, response="better", **fields)


def arrived(patient, by):
    patient.last.refresh_from_db()
    notes.sign(patient.last, version=patient.last.version, by=by)
    now = timezone.now()
    return make.appointment(patient, by.practitioner, now, status=Status.ARRIVED, arrived_at=now)


def open_next(hand, site):
    hand.tab.goto(f"{site}/admin/")
    hand.tap(hand.tab.locator("[data-key=n]"), "next arrived")
    hand.tab.wait_for_url(re.compile(r"/admin/charting/visit/\d+/"))


def carry_over(hand):
    hand.tap(hand.tab.get_by_role("button", name="Same as last"), "same as last")
    hand.tab.locator("[data-treatment]").first.wait_for()


def answer_all(hand, word):
    hand.tap(
        hand.tab.get_by_role("group", name="All rows").get_by_role("radio", name=word, exact=True), f"all rows {word}"
    )


def since_last(hand, word):
    group = hand.tab.get_by_role("group", name="Since the last visit")
    hand.tap(group.get_by_role("radio", name=word, exact=True), f"since last {word}")


def sign_and_next(hand):
    hand.tap(hand.tab.get_by_role("button", name=re.compile("^Sign and next")), "sign and next")
    hand.tab.get_by_text("stays as it is").first.wait_for()


def test_an_unchanged_visit_is_signed_in_five_taps_without_typing(tab, site, sign_in, carlos, ana):
    arrived(ana, carlos)
    sign_in(tab, carlos)
    hand = Hand(tab)
    open_next(hand, site)
    carry_over(hand)
    assert tab.locator("[data-treatment].carried").count() == 2
    answer_all(hand, "Better")
    assert tab.locator("[data-treatment].carried").count() == 0
    since_last(hand, "Same")
    sign_and_next(hand)
    visit = Visit.objects.latest("pk")
    given = visit.treatments.values_list("kind__slug", "response", "is_carried", "minutes")
    assert (visit.is_signed, visit.change, visit.subjective) == (True, "same", "")
    assert list(given) == [("adjustment", "better", False, None), ("massage", "better", False, 10)]
    assert hand.count <= UNCHANGED, hand.taps


def test_a_skin_check_is_one_tap_more(tab, site, sign_in, carlos, ana):
    values = {"site": "low_back", "side": "right", "frequency_mhz": 1, "intensity": 1.0, "minutes": 8}
    give(ana.last, carlos, "ultrasound", minutes=8, regions=["lumbar"], side="R", values=values | {"skin_pre": "clear"})
    arrived(ana, carlos)
    sign_in(tab, carlos)
    hand = Hand(tab)
    open_next(hand, site)
    carry_over(hand)
    row = tab.get_by_role("group", name=re.compile("^Therapeutic ultrasound"))
    hand.tap(row.get_by_role("radio", name="Skin intact", exact=True), "skin intact")
    answer_all(hand, "Same")
    since_last(hand, "Same")
    sign_and_next(hand)
    kept = TreatmentApplied.objects.get(visit=Visit.objects.latest("pk"), kind__slug="ultrasound")
    assert (kept.parameters["skin_pre"], "skin_post" in kept.parameters, kept.response) == ("clear", False, "same")
    assert hand.count <= UNCHANGED + 1, hand.taps


def test_a_standing_warning_costs_one_tap_on_its_offered_reason(tab, site, sign_in, carlos, ana):
    Allergy.objects.create(patient=ana, label="Adhesive pads", code="adhesive_allergy")
    values = {"mode": "ifc", "site": "low_back", "minutes": 12, "intensity_felt": "sensory"}
    estim = {"regions": ["lumbar"], "minutes": 12, "values": values, "reason": "Skin-friendly pads"}
    give(ana.last, carlos, "estim", **estim)
    arrived(ana, carlos)
    sign_in(tab, carlos)
    hand = Hand(tab)
    open_next(hand, site)
    carry_over(hand)
    assert tab.locator("[data-treatment]").count() == 2
    hand.tap(tab.get_by_role("button", name=re.compile("Skin-friendly pads")), "offered reason")
    tab.locator("[data-treatment]").nth(2).wait_for()
    row = tab.get_by_role("group", name=re.compile("^Electrical stimulation"))
    hand.tap(row.get_by_role("radio", name="Skin intact", exact=True), "skin intact")
    hand.tap(row.get_by_role("radio", name="Tingling", exact=True), "felt")
    answer_all(hand, "Same")
    since_last(hand, "Same")
    sign_and_next(hand)
    kept = TreatmentApplied.objects.get(visit=Visit.objects.latest("pk"), kind__slug="estim")
    assert (kept.override_reason, kept.parameters["intensity_felt"]) == ("Skin-friendly pads", "sensory")
    assert hand.count <= UNCHANGED + 3, hand.taps


def test_one_segment_and_the_minutes_change_in_ten_taps(tab, site, sign_in, carlos, ana):
    arrived(ana, carlos)
    sign_in(tab, carlos)
    hand = Hand(tab)
    open_next(hand, site)
    carry_over(hand)
    tap_segment(hand, "L5", times=2)
    massage = tab.get_by_role("group", name=re.compile("^Massage"))
    hand.digits(massage.get_by_label("Massage minutes"), 8)
    answer_all(hand, "Better")
    since_last(hand, "Better")
    sign_and_next(hand)
    visit = Visit.objects.latest("pk")
    adjustment = visit.treatments.get(kind__slug="adjustment")
    assert adjustment.segments == ["L4 R", "L5 R"]
    assert visit.treatments.get(kind__slug="massage").minutes == 8
    assert hand.count <= SEGMENT_AND_MINUTES, hand.taps


def tap_segment(hand, code, times):
    """Tap right of the midline at one segment: once for a finding, twice for adjusted."""
    for _ in range(times):
        box = hand.tab.locator(f"[data-spine] [data-segment='{code}'] .hit").bounding_box()
        with hand.tab.expect_response(lambda answer: answer.request.method == "POST"):
            hand.tab.mouse.click(box["x"] + 0.48 * box["width"], box["y"] + box["height"] / 2)
        hand.taps.append(f"{code} on the map")
        hand.tab.wait_for_timeout(200)  # the page swaps in what came back


def test_the_counting_hand_refuses_to_type(tab):
    hand = Hand(tab)
    with pytest.raises(Typed):
        hand.type(None, "Stiff")
    with pytest.raises(Typed):
        tab.set_content("<input>")
        hand.digits(tab.locator("input"), "8 min")


def test_what_the_patient_said_is_accepted_with_one_tap(tab, site, sign_in, carlos, ana):
    appointment = arrived(ana, carlos)
    CheckIn.objects.create(patient=ana, appointment=appointment, pain=6, change="worse", words="Worse after shovelling")
    sign_in(tab, carlos)
    hand = Hand(tab)
    open_next(hand, site)
    carry_over(hand)
    hand.tap(tab.locator("button[value^=accept_check_in]"), "take over")
    tab.wait_for_load_state()
    answer_all(hand, "Worse")
    sign_and_next(hand)
    visit = Visit.objects.latest("pk")
    assert (visit.check_in.words, visit.pain, visit.change) == ("Worse after shovelling", 6, "worse")
    assert hand.count <= UNCHANGED, hand.taps


@pytest.mark.timeout(900)
def test_a_day_of_sixty_visits_is_charted_within_the_taps(tab, site, sign_in, request):
    """People of the demo, each as the last visit left them; printed is how many seconds one took in the median."""
    ClinicProfile.objects.all().delete()  # the demo opens a house of its own
    Location.objects.all().delete()
    fill(seed=1, count=150, weeks=4)
    carlos = make.user("sixty@example.org", Role.CHIROPRACTOR, display_name="Dr Sixty")
    make.practitioner(carlos, name="Dr Sixty")
    people = returning_patients(VISITS)
    now = timezone.now()
    opens = timezone.localtime(now, carlos.practitioner.location.zone).replace(hour=8, minute=0)
    for place, patient in enumerate(people):
        starts = opens + timedelta(minutes=5 * place)
        make.appointment(patient, carlos.practitioner, starts, status=Status.ARRIVED, minutes=5, arrived_at=now)
    sign_in(tab, carlos)
    taken = []
    for _ in people:
        hand, began = Hand(tab), monotonic()
        asked = chart_unchanged(hand, site)
        taken.append(monotonic() - began)
        assert hand.count <= UNCHANGED + asked, hand.taps
    signed = Visit.objects.filter(practitioner=carlos.practitioner).exclude(signed_at=None).count()
    assert signed == len(people) == VISITS
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print(f"\n{VISITS} visits, {median(taken):.1f} s each in the median, {max(taken):.1f} s the longest")


def returning_patients(count):
    """Living people, none after a crash, whose last visit held treatments that nothing warned of."""
    rows = Visit.objects.signed().filter(patient__deceased_on=None, patient__merged_into=None, patient__conditions=None)
    today = Appointment.objects.filter(starts_at__gt=timezone.now() - timedelta(days=1)).values("patient")
    rows = rows.exclude(patient__in=today.filter(starts_at__lt=timezone.now() + timedelta(days=1)))
    last = {}
    for visit in rows.select_related("patient", "episode").prefetch_related("treatments").order_by("visited_at", "pk"):
        last[visit.patient] = visit
    return [patient for patient, visit in last.items() if _is_plain(visit)][:count]


def _is_plain(visit):
    warned = [given.strictest for given in visit.treatments.all()]
    return bool(warned) and not any(warned) and visit.episode.mechanism not in ("crash", "hard_fall")


def chart_unchanged(hand, site):
    """Chart whoever waits longest as the last visit was; return how many checks the treatments asked for."""
    tab = hand.tab
    open_next(hand, site)
    carry_over(hand)
    checks = tab.locator("[data-treatment] fieldset.check")
    asked = checks.count()
    for place in range(asked):
        hand.tap(checks.nth(place).get_by_role("radio").first, "check")
    answer_all(hand, "Same")
    since_last(hand, "Same")
    sign_and_next(hand)
    return asked
