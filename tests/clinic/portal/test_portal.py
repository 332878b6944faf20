"""The patient's own pages: what they show, to whom, and that nothing of another person is on them.

From the threat list: T002, T010, T015, T016, T024.
"""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.audit.recording import record
from clinic.charting import notes
from clinic.charting.models import TreatmentApplied, VisitMark
from clinic.outcomes.recording import record_pain
from patients import intake as intakes
from patients.models import Intake
from tests import make

PAGES = ("portal:home", "portal:visits", "portal:reading", "portal:record")


def signed(of, carlos, *, days_ago=5, released="The muscle is still guarding.", **fields):
    """A signed visit; with `released` its summary is given to the patient."""
    at = timezone.now() - timedelta(days=days_ago)
    visit = make.visit(of, carlos.practitioner, visited_at=at, subjective="Spasm", objective="Guarding", **fields)
    visit = notes.sign(visit, version=visit.version, by=carlos)
    if released:
        notes.release(visit, summary=released, by=carlos)
    return visit


def handed_in(of, **answers):
    row = intakes.open_intake(of)
    Intake.objects.filter(pk=row.pk).update(answers=answers)
    row.refresh_from_db()
    intakes.submit(row)
    return row


def page(client, name, *args, **query):
    return client.get(reverse(name, args=args), query)


@pytest.fixture
def as_ana(client, ana):
    client.force_login(ana.user)
    return client


# --- who may


@pytest.mark.parametrize("name", PAGES)
def test_a_visitor_is_sent_to_sign_in_and_back(client, clinic, name):
    assert page(client, name).url == f"/accounts/login/?next={reverse(name)}"


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("who", ["rita", "carlos", "tess", "olga", "ivan"])
def test_staff_have_no_business_in_the_portal(client, request, who, name):
    client.force_login(request.getfixturevalue(who))
    assert page(client, name).status_code == 403


@pytest.mark.parametrize("name", PAGES)
def test_only_reading_is_possible(as_ana, name):
    assert as_ana.post(reverse(name)).status_code == 405


# --- nothing of another person


def test_nothing_of_another_patient_is_on_any_page(as_ana, ana, ben, carlos):
    make.appointment(ben, carlos.practitioner, at=timezone.now() + timedelta(days=2), kind=make.kind(name="Benkind"))
    signed(ben, carlos, released="Bensummary", spare_movement="Benspare")
    make.assignment(ben, make.article("benarticle"), carlos, because="Benbecause")
    record_pain(ben, 9, mode="visit")
    handed_in(ben, chief_complaint="Bencomplaint")
    for name in PAGES:
        text = page(as_ana, name).content.decode()
        found = [word for word in ("Ben", "Whitcombe", "benarticle", "Bensummary", 'svg class="chart"') if word in text]
        assert (name, found) == (name, [])


def test_ids_of_another_patient_are_404_and_leave_a_trace(as_ana, ben, carlos):
    visit = signed(ben, carlos)
    given = make.assignment(ben, None, carlos)
    waiting = intakes.open_intake(ben)
    assert page(as_ana, "portal:visit", visit.pk).status_code == 404
    assert page(as_ana, "portal:article", given.pk).status_code == 404
    assert as_ana.post(reverse("portal:intake", args=[waiting.pk])).status_code == 404
    assert AuditEvent.objects.filter(action="access.denied").count() == 3
    given.refresh_from_db()
    assert given.first_read_at is None


@pytest.mark.parametrize("odd", ["0", "-1", str(2**63), "１", "1 OR 1=1", "../1", "", "1.0"])
@pytest.mark.parametrize("name", PAGES)
def test_odd_ids_in_the_query_are_404(as_ana, ana, name, odd):
    assert page(as_ana, name, **{"for": odd}).status_code == 404


@pytest.mark.parametrize("odd", ["0", "-1", str(2**63), "１", "x"])
def test_odd_ids_in_the_address_are_404(as_ana, odd):
    assert as_ana.get(f"/portal/visits/{odd}/").status_code == 404
    assert as_ana.get(f"/portal/reading/{odd}/").status_code == 404
    assert as_ana.post(f"/portal/intake/{odd}/").status_code == 404


@pytest.mark.parametrize("odd", ["0", "-1", str(2**63), "１", "2"])
def test_an_odd_version_is_404(as_ana, ana, odd):
    handed_in(ana, chief_complaint="Spasm")
    assert page(as_ana, "portal:record", version=odd).status_code == 404


@pytest.mark.parametrize("odd", ["0", "-1", str(2**63), "x", "999"])
def test_an_odd_page_number_shows_some_page(as_ana, odd):
    assert page(as_ana, "portal:visits", page=odd).status_code == 200
    assert page(as_ana, "portal:reading", page=odd).status_code == 200


def test_a_practitioner_who_is_also_a_patient_sees_only_their_own_released_notes(client, carlos, ana):
    from clinic.accounts.models import RoleGrant

    RoleGrant.objects.create(user=carlos, role="patient")
    me = make.patient("Carlos", user=carlos)
    mine = signed(me, carlos, released="")
    client.force_login(type(carlos).objects.get(pk=carlos.pk))
    assert page(client, "portal:home", **{"for": ana.pk}).status_code == 404
    assert page(client, "portal:visit", mine.pk).status_code == 404


# --- home


def test_the_home_page_says_what_comes_next(as_ana, ana, carlos):
    make.appointment(ana, carlos.practitioner, at=timezone.now() + timedelta(days=2))
    context = page(as_ana, "portal:home").context
    assert context["next"].practitioner == carlos.practitioner
    text = page(as_ana, "portal:home").content.decode()
    assert "Dr Carlos Vega, DC" in text


@pytest.mark.parametrize("status", ["cancelled", "no_show", "expired", "done"])
def test_a_visit_that_does_not_take_place_is_not_the_next_one(as_ana, ana, carlos, status):
    make.appointment(ana, carlos.practitioner, at=timezone.now() + timedelta(days=2), status=status)
    assert page(as_ana, "portal:home").context["next"] is None


def test_the_movement_to_spare_stands_until_its_day(as_ana, ana, carlos):
    today = timezone.localdate()
    signed(ana, carlos, spare_movement="bending forward", spare_until=today)
    assert "Go easy on: bending forward" in page(as_ana, "portal:home").content.decode()


def test_a_movement_to_spare_of_the_past_or_of_an_older_visit_is_not_shown(as_ana, ana, carlos):
    today = timezone.localdate()
    signed(ana, carlos, days_ago=9, spare_movement="turning left")
    signed(ana, carlos, days_ago=3, spare_movement="bending back", spare_until=today - timedelta(days=1))
    assert page(as_ana, "portal:home").context["spare"] is None


def test_an_unsigned_or_unreleased_note_shows_nothing(as_ana, ana, carlos):
    make.visit(ana, carlos.practitioner, subjective="Draftwords", spare_movement="Draftmove")
    hidden = signed(ana, carlos, released="", spare_movement="Hiddenmove")
    text = "".join(page(as_ana, name).content.decode() for name in PAGES)
    assert [word for word in ("Draftwords", "Draftmove", "Hiddenmove") if word in text] == []
    assert page(as_ana, "portal:visit", hidden.pk).status_code == 404


def test_a_note_entered_in_error_is_taken_off_the_portal(as_ana, ana, carlos):
    visit = signed(ana, carlos, spare_movement="bending")
    VisitMark.objects.create(visit=visit, kind="entered_in_error", by=carlos, reason="wrong person")
    assert page(as_ana, "portal:home").context["spare"] is None
    assert page(as_ana, "portal:visit", visit.pk).status_code == 404


def test_the_pain_chart_has_its_numbers_in_a_table(as_ana, ana):
    for days, score in ((20, 7), (10, 5), (0, 3)):
        record_pain(ana, score, mode="visit", at=timezone.now() - timedelta(days=days))
    answer = page(as_ana, "portal:home")
    assert [score for _day, score in answer.context["scores"]] == [7, 5, 3]
    text = answer.content.decode()
    assert text.count('<circle class="pt"') == 3
    assert text.count("<td>") == 3
    assert "style=" not in text


def test_the_urgent_signs_stand_before_the_second_column(as_ana):
    text = page(as_ana, "portal:home").content.decode()
    assert text.index("Get help right away") < text.index("Chosen for you")
    assert 'href="tel:911"' in text


def test_a_waiting_intake_opens_with_a_fresh_link(as_ana, ana):
    row = intakes.open_intake(ana)
    assert "Fill in your health history" in page(as_ana, "portal:home").content.decode()
    assert as_ana.get(reverse("portal:intake", args=[row.pk])).status_code == 405
    answer = as_ana.post(reverse("portal:intake", args=[row.pk]), {"patient": "999", "id": "999"})
    assert as_ana.get(answer.url).context["filling"].intake == row


# --- visits


def test_a_released_visit_is_told_in_plain_words(as_ana, ana, carlos):
    visit = make.visit(ana, carlos.practitioner, subjective="Spasm", objective="Secretobjective")
    TreatmentApplied.objects.create(
        visit=visit, kind=make.treatment_kind("heat"), regions=["lumbar"], side="R", minutes=15, performed_by=carlos
    )
    notes.release(notes.sign(visit, version=1, by=carlos), summary="Still guarding.", by=carlos)
    answer = page(as_ana, "portal:visit", visit.pk)
    text = answer.content.decode()
    assert [(str(d.what), d.where, d.how_long) for d in answer.context["done"]] == [
        ("Heat: a warm pack on the muscle.", "low back (lumbar), right", "15 minutes")
    ]
    assert ("Still guarding." in text, "Secretobjective" in text) == (True, False)
    assert AuditEvent.objects.filter(action="visit.read", patient_id=ana.pk).count() == 1


def plant_visits(of, carlos, count):
    for number in range(count):
        at = timezone.now() - timedelta(days=10 + number)
        row = make.appointment(of, carlos.practitioner, at=at, status="done")
        signed(of, carlos, days_ago=10 + number, appointment=row)
        signed(of, carlos, days_ago=40 + number)
        make.appointment(of, carlos.practitioner, at=timezone.now() + timedelta(days=1 + number))


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_visits_asks_the_database_the_same_few_times(as_ana, ana, carlos, count, django_assert_num_queries):
    plant_visits(ana, carlos, count)
    page(as_ana, "portal:visits")
    with django_assert_num_queries(16):
        answer = page(as_ana, "portal:visits")
    assert (len(answer.context["coming"]), len(answer.context["past"])) == (count, 2 * count)


def test_the_list_of_visits_is_paged(as_ana, ana, carlos):
    for number in range(12):
        at = timezone.now() - timedelta(days=10 + number)
        make.appointment(ana, carlos.practitioner, at=at, status="no_show")
    assert len(page(as_ana, "portal:visits").context["past"]) == 10
    assert len(page(as_ana, "portal:visits", page=2).context["past"]) == 2


# --- reading


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_reading_asks_the_database_the_same_few_times(
    as_ana, ana, carlos, count, django_assert_num_queries
):
    for number in range(count):
        make.assignment(ana, make.article(f"article-{number}"), carlos)
    page(as_ana, "portal:reading")
    with django_assert_num_queries(10):
        answer = page(as_ana, "portal:reading")
    assert len(answer.context["page"].object_list) == count


def test_opening_an_article_is_noted_and_says_why_it_was_given(as_ana, ana, carlos):
    given = make.assignment(ana, None, carlos, because="This is the guarding.")
    assert "1 new" in page(as_ana, "portal:home").content.decode()
    text = page(as_ana, "portal:article", given.pk).content.decode()
    given.refresh_from_db()
    assert given.first_read_at is not None
    assert "This is the guarding." in text
    assert "What a spasm is</h2>" in text  # the text as a page, not as the words of an object
    assert "Page(html" not in text
    assert AuditEvent.objects.filter(action="article.read").count() == 1


def test_asking_for_the_head_of_an_article_notes_nothing(as_ana, ana, carlos):
    given = make.assignment(ana, None, carlos)
    as_ana.head(reverse("portal:article", args=[given.pk]))
    given.refresh_from_db()
    assert given.first_read_at is None


def test_a_withdrawn_article_is_gone_from_the_reading(as_ana, ana, carlos):
    given = make.assignment(ana, None, carlos)
    given.article.status = "withdrawn"
    given.article.save()
    assert page(as_ana, "portal:article", given.pk).status_code == 404
    assert len(page(as_ana, "portal:reading").context["page"].object_list) == 0


# --- record


def test_the_record_shows_each_version_as_it_was_given(as_ana, ana):
    handed_in(ana, chief_complaint="First words")
    handed_in(ana, chief_complaint="Second words")
    newest = page(as_ana, "portal:record").content.decode()
    older = page(as_ana, "portal:record", version="1").content.decode()
    assert ("Second words" in newest, "First words" in newest) == (True, False)
    assert ("Second words" in older, "First words" in older) == (False, True)


def test_who_looked_is_told_by_part_and_not_by_name(as_ana, ana, ben, carlos):
    record("chart.read", ana, by=carlos, patient=ana)
    record("chart.read", ben, by=carlos, patient=ben)
    answer = page(as_ana, "portal:record")
    assert [who for _at, who in answer.context["looks"]] == ["Chiropractor"]
    assert "Carlos" not in answer.content.decode()
    assert [who for _at, who in page(as_ana, "portal:record").context["looks"]] == ["Chiropractor"]


def test_the_last_twenty_looks_are_shown(as_ana, ana, carlos):
    for _number in range(22):
        record("chart.read", ana, by=carlos, patient=ana)
    assert len(page(as_ana, "portal:record").context["looks"]) == 20
