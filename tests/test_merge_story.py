"""T102: two records of one person with everything under both are joined and taken apart again, and nothing is lost."""

import re
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.test import Client

from clinic.audit.models import AuditEvent
from clinic.charting import notes
from clinic.charting.models import CarePlan, Visit
from clinic.outcomes.recording import record_pain
from clinic.scheduling import booking
from patients import chart_pages, chart_tabs, intake, merging
from patients.models import Alert, Patient, ProxyGrant
from tests import make
from tests.make import MONDAY

# Every tab there is, but the log: it tells for good who joined the records and took them apart (asked at the end here).
TABS = tuple(name for name, _label in chart_tabs.placed(chart_pages.TABS) if name != "audit")
PORTAL = ("", "visits/", "record/", "documents/", "reading/")


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(MONDAY, tick=False):
        yield


def signed_note(of, by, word):
    visit = make.visit(of, by.practitioner, visited_at=MONDAY - timedelta(days=7))
    visit = notes.save(visit, version=visit.version, by=by, subjective=word, objective=word, assessment=word, plan=word)
    visit = notes.sign(visit, version=visit.version, by=by)
    notes.release(visit, summary=word, by=by)
    return Visit.objects.get(pk=visit.pk)


def a_record(of, by, hour, word):
    """Something for every tab: notes, intake, document, condition, alert, consent, letter, event, plan and score."""
    note = signed_note(of, by, word)
    make.visit(of, by.practitioner, episode=note.episode)
    record_pain(of, 6, mode="intake", at=MONDAY - timedelta(days=1))
    make.letter(of, by)
    make.adverse_event(of, by, what=word, began_on=MONDAY.date())
    make.consent(of, signed_at=MONDAY)
    Alert.objects.create(patient=of, flag=f"RF0{hour + 1}", level="U", points_to=word, staff_action="See")
    CarePlan.objects.create(patient=of, episode=note.episode, made_by=by, aim=word)
    return SimpleNamespace(
        note=note,
        intake=intake.open_intake(of),
        document=make.document(of, by, title=word, released_at=MONDAY, released_by=by),
        condition=make.condition(of, "osteoporosis", label=word),
        given=make.assignment(of, make.article(f"article-{hour}"), by),
        coming=make.appointment(of, by.practitioner, MONDAY + timedelta(days=1, hours=hour)),
    )


@pytest.fixture
def story(ana, ben, rita, carlos, olga, kind):
    """Ana and Ben turn out to be one person; Paul may read for the record that is joined."""
    paul = make.user("paul@example.org", "patient")
    ProxyGrant.objects.create(
        patient=ben, user=paul, relation="son", granted_by=rita, starts_on=date(2020, 1, 1),
        may_record=True, may_booking=True,
    )  # fmt: skip
    records = [
        a_record(of, carlos, hour, word) for hour, (of, word) in enumerate(((ana, "Alphaword"), (ben, "Betaword")))
    ]
    users = {"ana": ana.user, "ben": ben.user, "paul": paul, "carlos": carlos, "rita": rita}
    clients = {name: signed_in(user) for name, user in users.items()}
    return SimpleNamespace(ana=ana, ben=ben, paul=paul, records=records, clients=clients)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def read(client, path):
    """What a page says, without what is made anew for each answer."""
    answer = client.get(path)
    words = re.sub(r"<(script|style).*?</\1>", "", answer.content.decode(), flags=re.DOTALL)
    words = re.sub(r'(csrfmiddlewaretoken" value="|csrf-token" content=")[^"]*|name="key" value="[^"]*', "", words)
    return answer.status_code, answer.get("Location", ""), words


def everything(story):
    """Every page on which either record can be read, as each of them sees it."""
    pages = {}
    for of in (story.ana, story.ben):
        for tab in TABS:
            path = f"/admin/patients/patient/{of.pk}/change/?tab={tab}"
            pages["carlos", path] = read(story.clients["carlos"], path)
        pages["rita", of.pk] = read(story.clients["rita"], f"/desk/patients/{of.pk}/")
    for who in ("ana", "ben", "paul"):
        for page in PORTAL:
            # what was looked at grows with every look, so the log's list is left out of the record page
            status, there, words = read(story.clients[who], f"/portal/{page}")
            pages[who, page] = status, there, re.sub(r'<section[^>]*"lk">.*?</section>', "", words, flags=re.DOTALL)
    for row in story.records:
        for who in ("ana", "ben", "paul"):
            pages[who, row.note.pk] = story.clients[who].get(f"/portal/visits/{row.note.pk}/").status_code
            pages[who, "file", row.document.pk] = (
                story.clients[who].get(f"/portal/documents/{row.document.pk}/").status_code
            )
    return pages


def frozen(story):
    """The signed notes as they stand in the table."""
    rows = Visit.objects.filter(pk__in=[row.note.pk for row in story.records]).order_by("pk")
    return list(rows.values("document", "sha256", "version", "signed_at", "signed_by", "patient"))


def joined(story, by):
    merge = merging.propose(kept=story.ana, absorbed=story.ben, because="one person", by=by)
    merge = merging.carry_out(merge, by=by)
    story.ana.refresh_from_db()
    story.ben.refresh_from_db()
    return merge


def test_after_undoing_every_page_is_as_it_was_and_signed_notes_never_changed(story, olga):
    """T102: logins, proxies, signed notes, bookings; pages are compared whole."""
    before, notes_before = everything(story), frozen(story)
    merge = joined(story, olga)
    during = everything(story)
    assert frozen(story) == notes_before
    merging.undo(merge, because="two people", by=olga)
    after = everything(story)
    for page in before:
        assert after[page] == before[page], page
    assert frozen(story) == notes_before
    chart = f"/admin/patients/patient/{story.ana.pk}/change/?tab="
    moved = {tab for tab in TABS if before["carlos", chart + tab] != during["carlos", chart + tab]}
    assert moved == set(TABS), "while they were joined, more stood there"


def test_while_joined_each_login_and_the_proxy_read_both_records(story, olga):
    """T102, T020: and a stranger reads neither, by id or by storage path."""
    eve = signed_in(make.patient_with_account("Eve").user)
    apart = [story.clients[who].get(f"/portal/visits/{row.note.pk}/").status_code for who in ("ana", "ben", "paul")
             for row in story.records]  # fmt: skip
    joined(story, olga)
    for row in story.records:
        for path in (f"/portal/visits/{row.note.pk}/", f"/portal/documents/{row.document.pk}/"):
            assert [story.clients[who].get(path).status_code for who in ("ana", "ben", "paul")] == [200] * 3
            assert eve.get(path).status_code == 404
        assert eve.get(f"/media/{row.document.file.name}").status_code == 404
    assert apart == [200, 404, 404, 200, 404, 200]


def test_a_revoked_grant_opens_neither_record_while_they_are_joined(story, rita, olga):
    """The page says that there is nobody whose record may be read; while the grant stood it told both."""
    joined(story, olga)
    words = [story.clients["paul"].get(f"/portal/visits/{row.note.pk}/").content.decode() for row in story.records]
    assert ["Alphaword" in words[0], "Betaword" in words[1]] == [True, True]
    ProxyGrant.objects.update(revoked_at=MONDAY, revoked_by=rita)
    words = [story.clients["paul"].get(f"/portal/visits/{row.note.pk}/").content.decode() for row in story.records]
    assert ["Alphaword" in words[0], "Betaword" in words[1]] == [False, False]


def test_bookings_of_both_records_stand_and_no_other_is_made_at_their_time(story, rita, olga, kind):
    joined(story, olga)
    other = make.practitioner()
    for row in story.records:
        for of in (story.ana, story.ben):
            with pytest.raises(booking.PatientIsElsewhere):
                booking.book(practitioner=other, patient=of, kind=kind, starts_at=row.coming.starts_at, by=rita)
    page = story.clients["ana"].get("/portal/visits/").content.decode()
    assert page.count("Mar 2") + page.count("March 2") >= 2


def test_two_open_histories_are_each_filled_in_where_they_stand(story, olga):
    joined(story, olga)
    assert intake.open_intake(story.ana).pk in {row.intake.pk for row in story.records}
    for row in story.records:
        intake.save_page(row.intake, page="health", answers={"pain_now": 4})
        intake.submit(row.intake)
    assert {row.intake.pk for row in story.records} == set(
        type(row.intake).objects.of(story.ben).submitted().values_list("pk", flat=True)
    )


def test_the_log_of_both_records_names_who_joined_them(story, olga):
    merge = joined(story, olga)
    rows = AuditEvent.objects.filter(action="patient.merged").order_by("pk")
    assert list(rows.values_list("actor_id", "patient_id", "object_id")) == [
        (olga.pk, story.ana.pk, str(merge.pk)),
        (olga.pk, story.ben.pk, str(merge.pk)),
    ]
    assert Patient.objects.get(pk=story.ben.pk).user is not None
