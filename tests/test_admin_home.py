"""The chart's home: today's list for those who treat, figures for the others."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from clinic.charting import notes
from clinic.charting.care import planning
from clinic.charting.models import CarePlan, Visit
from clinic.outcomes.models import Response
from clinic.outcomes.recording import record_pain
from clinic.reports import today
from clinic.scheduling.models.appointments import Status
from patients.models import Alert
from tests import make

HOME = "/admin/"


def today_at(minute=0):
    """A time of today in the clinic's zone, whatever the hour of the test."""
    zone = make.location().zone
    midnight = timezone.now().astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(hours=9, minutes=minute)


def full_row(carlos, number):
    """One appointment of today with everything the list shows."""
    patient = make.patient(f"Patient{number}", family="Listed")
    make.condition(patient, "osteoporosis")
    Alert.objects.create(patient=patient, flag="RF09", level="E", points_to="Fall", staff_action="Examine")
    make.task(patient)
    record_pain(patient, 6, mode=Response.Mode.VISIT)
    record_pain(patient, 4, mode=Response.Mode.VISIT)
    before = make.visit(patient, carlos.practitioner, visited_at=today_at() - timedelta(days=7))
    notes.note_segment(before, segment="L4", side="R", pain=2, by=carlos)
    notes.sign(notes.save(before, version=2, by=carlos, subjective="Stiff"), version=3, by=carlos)
    plan = planning.aim_at(before.episode, aim="Lift the grandchild", by=carlos)
    CarePlan.objects.filter(pk=plan.pk).update(planned_visits=12, started_on=before.visited_at.date())
    return make.appointment(patient, carlos.practitioner, today_at(20 * number), status=Status.ARRIVED)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_home_page_asks_the_same_number_of_questions_for_one_row_and_three(
    client, carlos, rows, django_assert_num_queries
):
    client.force_login(carlos)
    for number in range(rows):
        full_row(carlos, number)
    with django_assert_num_queries(QUERIES):
        page = client.get(HOME)
    assert len(page.context["rows"]) == rows


QUERIES = 20


def test_a_row_says_who_what_to_look_out_for_and_what_was_found_last_time(client, carlos):
    full_row(carlos, 0)
    client.force_login(carlos)
    row = client.get(HOME).context["rows"][0]
    assert [caution.text for caution in row.cautions] == ["Fall", "Osteoporosis"]
    assert (row.segments, row.scores, row.pain, row.note) == ("L4 R", [6, 4], 4, "")
    assert (row.plan.number, row.plan.planned, row.share) == (1, 12, 4)


def test_the_list_is_the_practitioners_own_day(client, carlos, ben):
    other = make.practitioner(make.user("", "chiropractor"))
    make.appointment(ben, other, today_at())
    make.appointment(ben, carlos.practitioner, today_at() + timedelta(days=1))
    client.force_login(carlos)
    page = client.get(HOME)
    assert page.context["rows"] == []
    assert page.content.decode().count("Nobody is booked with you today.") == 1


def test_next_is_whoever_has_waited_longest_and_has_the_key(client, carlos):
    first, second = full_row(carlos, 0), full_row(carlos, 1)
    now = timezone.now()
    type(first).objects.filter(pk=first.pk).update(arrived_at=now - timedelta(minutes=4))
    type(first).objects.filter(pk=second.pk).update(arrived_at=now - timedelta(minutes=9))
    client.force_login(carlos)
    page = client.get(HOME)
    assert page.context["next_row"].appointment == second
    assert page.content.decode().count('data-key="n"') == 1


def test_unsigned_notes_are_the_practitioners_own(client, carlos, ana, ben):
    mine = make.visit(ana, carlos.practitioner)
    make.visit(ben)
    client.force_login(carlos)
    assert client.get(HOME).context["unsigned"] == [mine]


@pytest.mark.parametrize("who", ["olga", "ivan"])
def test_who_does_not_treat_sees_figures_and_no_health_data(client, carlos, who, request):
    full_row(carlos, 0)
    client.force_login(request.getfixturevalue(who))
    page = client.get(HOME)
    text = page.content.decode()
    assert page.context["figures"].booked == 1
    assert [word for word in ("Osteoporosis", "Fall", "L4 R", "Listed") if word in text] == []


def test_reading_the_home_page_opens_no_note(client, carlos):
    full_row(carlos, 0)
    client.force_login(carlos)
    client.get(HOME)
    assert Visit.objects.unsigned().count() == 0


def test_reception_and_patients_have_no_chart(client, rita, ana):
    for person in (rita, ana.user):
        client.force_login(person)
        assert client.get(HOME).status_code == 403


def test_the_deceased_raise_no_alert_on_the_list(client, carlos):
    booked = full_row(carlos, 0)
    booked.patient.deceased_on = timezone.localdate()
    booked.patient.save()
    client.force_login(carlos)
    assert client.get(HOME).context["rows"][0].cautions == []


def test_the_search_box_finds_a_patient_in_any_spelling(client, carlos, ana, ben):
    client.force_login(carlos)
    page = client.get(reverse("admin:patients_patient_changelist") + "?q=sorensen")
    assert list(page.context["cl"].result_list) == [ana]


# --- what is due


def due_on_home(client, query=""):
    page = client.get(HOME + query)
    return [(one.task.title, one.days) for one in page.context["due"]], page.content.decode()


def test_what_is_due_stands_in_order_of_its_day_and_unread_histories_have_their_own_list(client, carlos, ana):
    day = timezone.localdate(timezone=make.location().zone)
    for title, days, kind in (
        ("Later", 9, "refer"),
        ("Late", -2, "safety"),
        ("Today", 0, "exam"),
        ("Read", 0, "review"),
    ):
        make.task(ana, title=title, kind=kind, due_on=day + timedelta(days=days))
    make.task(ana, title="Over", done_at=timezone.now(), done_by=carlos, outcome="Seen")
    client.force_login(carlos)
    listed, page = due_on_home(client)
    assert listed == [("Late", -2), ("Today", 0), ("Later", 9)]
    assert page.count("in 9 days") == 1


def test_mine_are_my_patients_and_those_of_nobody_and_all_is_one_link_away(client, carlos, ana, ben):
    other = make.practitioner(make.user("", "chiropractor"))
    nobody = make.patient("Nobody")
    make.appointment(ana, carlos.practitioner)
    make.appointment(ben, other)
    for patient in (ana, ben, nobody):
        make.task(patient, title=patient.given_name)
    client.force_login(carlos)
    assert sorted(title for title, _days in due_on_home(client)[0]) == ["Ana", "Nobody"]
    assert sorted(title for title, _days in due_on_home(client, "?tasks=all")[0]) == ["Ana", ben.given_name, "Nobody"]


def test_what_is_late_is_everybodys(client, carlos, ben):
    make.appointment(ben, make.practitioner(make.user("", "chiropractor")))
    make.task(ben, title="Late", due_on=timezone.localdate() - timedelta(days=3))
    client.force_login(carlos)
    assert [title for title, _days in due_on_home(client)[0]] == ["Late"]


def test_a_task_of_a_merged_record_is_that_of_the_persons_practitioner(client, carlos, ana):
    other = make.practitioner(make.user("", "chiropractor"))
    make.appointment(ana, carlos.practitioner)
    old = make.patient("Anna", merged_into=ana)
    make.appointment(old, other)
    make.task(old, title="Write")
    client.force_login(carlos)
    assert due_on_home(client)[0] == [("Write", due_on_home(client)[0][0][1])]


def test_who_does_not_treat_reads_no_task_on_the_home_page(client, olga, ana):
    make.task(ana, title="Medical opinion: malignancy")
    client.force_login(olga)
    listed, page = due_on_home(client)
    assert (listed, "malignancy" in page) == ([], False)


def ready(visit, by):
    """A note with all that a signature asks for."""
    return notes.save(visit, version=visit.version, by=by, subjective="Stiff since Sunday", objective="Bends freely")


def test_a_finished_note_is_signed_from_the_list_with_one_key(client, carlos, ana, ben):
    open_note, done = make.visit(ben, carlos.practitioner), make.visit(ana, carlos.practitioner)
    done = ready(done, carlos)
    client.force_login(carlos)
    page = client.get(HOME)
    assert [(visit, visit.is_ready) for visit in page.context["unsigned"]] == [(open_note, False), (done, True)]
    assert page.content.decode().count('value="sign_as_it_stands" data-key="s"') == 1
    answer = client.post(done.get_absolute_url(), {"do": "sign_as_it_stands", "version": done.version})
    done.refresh_from_db()
    assert (answer.url, done.signed_by, done.subjective) == ("/admin/#unsigned", carlos, "Stiff since Sunday")


def test_a_note_that_changed_since_the_list_was_made_is_not_signed_unseen(client, carlos, ana):
    done = ready(make.visit(ana, carlos.practitioner), carlos)
    notes.save(done, version=done.version, by=carlos, plan="Walk")
    client.force_login(carlos)
    answer = client.post(done.get_absolute_url(), {"do": "sign_as_it_stands", "version": done.version})
    done.refresh_from_db()
    assert (answer.url, done.signed_at) == (f"{done.get_absolute_url()}#sign", None)


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999999999"])
def test_signing_from_the_list_with_an_odd_version_signs_nothing(client, carlos, ana, version):
    done = ready(make.visit(ana, carlos.practitioner), carlos)
    client.force_login(carlos)
    assert client.post(done.get_absolute_url(), {"do": "sign_as_it_stands", "version": version}).status_code == 302
    assert Visit.objects.signed().count() == 0


def test_an_unfinished_note_is_not_signed_from_the_list(client, carlos, ana):
    bare = make.visit(ana, carlos.practitioner)
    client.force_login(carlos)
    client.post(bare.get_absolute_url(), {"do": "sign_as_it_stands", "version": bare.version})
    assert Visit.objects.signed().count() == 0


def test_nobody_signs_anothers_note_from_the_list(client, carlos, tess, ana):
    done = ready(make.visit(ana, carlos.practitioner), carlos)
    other = make.practitioner(make.user("", "chiropractor")).user
    for person, status in ((other, 302), (tess, 403)):
        client.force_login(person)
        answer = client.post(done.get_absolute_url(), {"do": "sign_as_it_stands", "version": done.version})
        assert answer.status_code == status
    assert Visit.objects.signed().count() == 0


def test_the_share_of_notes_signed_on_their_own_day_counts_the_last_seven_days(client, carlos, ana):
    day = timezone.localdate(timezone=make.location().zone)
    for ago, later in ((1, 0), (2, 0), (3, 0), (4, 1), (9, 1)):  # days; the last is too old to count
        at = today_at() - timedelta(days=ago)
        visit = ready(make.visit(ana, carlos.practitioner, visited_at=at), carlos)
        with time_machine.travel(at + timedelta(hours=2, days=later), tick=False):
            notes.sign(visit, version=visit.version, by=carlos)
    make.visit(ana, carlos.practitioner, visited_at=today_at() - timedelta(days=1))
    assert today.figures(day, make.location().zone, carlos.practitioner).signed_same_day == 60
    other = make.practitioner(make.user("", "chiropractor"))
    assert today.figures(day, make.location().zone, other).signed_same_day is None
