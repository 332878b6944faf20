"""Notes that are alike: what is compared, what is not, and what signing asks."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given as for_all
from hypothesis import strategies as st

from clinic.charting import notes
from clinic.charting.card import alike
from clinic.charting.kinds import treating
from clinic.charting.models import Visit
from clinic.outcomes.models import CheckIn
from tests import make

WORDS = st.sampled_from(["", "Stiff", "Sore after work", "6"])
GRADE = st.none() | st.integers(0, 4)
ROW = st.fixed_dictionaries({"segment": WORDS, "side": st.sampled_from(["", "L", "R"]), "pain": GRADE})
GIVEN = st.fixed_dictionaries({
    "kind": st.sampled_from(["massage", "heat"]),
    "minutes": st.none() | st.integers(1, 20),
    "parameters": st.dictionaries(WORDS, st.none() | st.booleans() | st.floats(0, 9) | WORDS, max_size=2),
})  # fmt: skip
NOTE = st.fixed_dictionaries({
    **dict.fromkeys(("subjective", "plan", "change"), WORDS),
    "pain": st.none() | st.integers(0, 10),
    "segments": st.lists(ROW, max_size=3, unique_by=repr),
    "treatments": st.lists(GIVEN, max_size=3, unique_by=repr),
    "visited_at": WORDS,
    "signed_by": WORDS,
    "rules_version": WORDS,
})  # fmt: skip


@for_all(NOTE, WORDS, WORDS, WORDS)
def test_days_names_and_rule_versions_make_no_difference(note, day, name, version):
    other = note | {"visited_at": day, "signed_by": name, "rules_version": version}
    assert alike.canonical(other) == alike.canonical(note)


@for_all(NOTE)
def test_the_order_of_rows_and_the_way_through_json_make_no_difference(note):
    turned = note | {"segments": note["segments"][::-1], "treatments": note["treatments"][::-1]}
    assert alike.canonical(json.loads(json.dumps(turned))) == alike.canonical(note)


@for_all(NOTE, st.sampled_from(["subjective", "plan"]))
def test_another_word_makes_a_difference(note, name):
    assert alike.canonical(note | {name: f"{note[name]} since noon"}) != alike.canonical(note)


@for_all(NOTE, ROW.filter(lambda row: any(row.values())))
def test_a_finding_more_makes_a_difference(note, row):
    known = {alike._frozen(one) for one in note["segments"]}
    more = alike.canonical(note | {"segments": [*note["segments"], row]})
    assert (more == alike.canonical(note)) is (alike._frozen(row) in known)


@for_all(NOTE, NOTE, st.integers(0, 4))
def test_only_a_whole_run_of_alike_notes_is_alike(note, other, before):
    run = [dict(note)] * before
    assert alike.is_alike(note, run, before) is (before > 0)
    assert alike.is_alike(note, run[1:], before) is False
    same = alike.canonical(other) == alike.canonical(note)
    assert alike.is_alike(note, [*run, other], before + 1) is same


@pytest.mark.parametrize("changed", [{"pain": 5}, {"change": "worse"}, {"check_in": {"words": "Fell on the stairs"}}])
def test_a_new_score_change_or_check_in_is_different(changed):
    note = {"subjective": "", "pain": 6, "change": "same", "treatments": [{"kind": "massage", "minutes": 8}]}
    assert alike.is_alike(note | changed, [note, note]) is False
    assert alike.is_alike(dict(note), [note, note]) is True


def test_other_minutes_are_different():
    note = {"treatments": [{"kind": "massage", "minutes": 8, "warnings": [], "rules_version": "1"}]}
    again = {"treatments": [{"kind": "massage", "minutes": 8.0, "warnings": [{"rule": "x"}], "rules_version": "2"}]}
    longer = {"treatments": [{"kind": "massage", "minutes": 10}]}
    assert (alike.is_alike(again, [note, note]), alike.is_alike(longer, [note, note])) == (True, False)


# --- signing


@pytest.fixture
def visits(carlos, ana):
    """Three visits that read the same, two of them signed."""
    first = make.visit(ana, carlos.practitioner, visited_at=timezone.now() - timedelta(days=9))
    others = [
        make.visit(ana, carlos.practitioner, episode=first.episode, visited_at=timezone.now() - timedelta(days=days))
        for days in (5, 0)
    ]
    for visit in (first, *others):
        notes.note_segment(visit, segment="L4", side="R", by=carlos, pain=3)
        treating.apply(visit, kind=make.treatment_kind("massage"), by=carlos, minutes=10, response="same")
        visit.refresh_from_db()
        notes.save(visit, version=visit.version, by=carlos, change="same")
    return [signed(first, carlos), signed(others[0], carlos), others[1]]


def signed(visit, by, **fields):
    visit.refresh_from_db()
    return notes.sign(visit, version=visit.version, by=by, **fields)


def test_the_third_alike_note_is_asked_what_is_different_and_keeps_the_answer(carlos, visits):
    third = visits[2]
    with pytest.raises(notes.AlikeNotes):
        signed(third, carlos)
    third.refresh_from_db()
    assert (third.signed_at, third.sha256) == (None, "")
    done = signed(third, carlos, alike_because="Nothing: holds what was gained")
    assert (done.is_signed, done.alike_because) == (True, "Nothing: holds what was gained")
    assert json.loads(done.document)["alike_because"] == "Nothing: holds what was gained"


def test_a_blank_answer_is_no_answer(carlos, visits):
    with pytest.raises(notes.AlikeNotes):
        signed(visits[2], carlos, alike_because="   ")


def test_a_note_with_another_score_is_signed_without_a_question(carlos, visits):
    visits[2].refresh_from_db()
    notes.save(visits[2], version=visits[2].version, by=carlos, pain=5)
    assert signed(visits[2], carlos).alike_because == ""


def test_notes_of_another_complaint_are_not_compared(carlos, ana, visits):
    other = make.visit(ana, carlos.practitioner)
    Visit.objects.filter(pk=visits[2].pk).update(episode=other.episode)
    assert signed(visits[2], carlos).is_signed


def test_the_sign_bar_asks_and_signs_with_the_answer(client, carlos, visits):
    client.force_login(carlos)
    third = visits[2]
    third.refresh_from_db()
    sent = {"version": third.version, "do": "sign", "change": "same"}
    page = client.post(third.get_absolute_url(), sent)
    assert (page.status_code, page.content.decode().count('name="alike_because"')) == (422, 1)
    third.refresh_from_db()
    answer = client.post(
        third.get_absolute_url(), {**sent, "version": third.version, "alike_because": "First day of work"}
    )
    third.refresh_from_db()
    assert (answer.status_code, third.is_signed, third.alike_because) == (302, True, "First day of work")


# --- the accepted check-in


@pytest.fixture
def said(carlos, ana):
    appointment = make.appointment(ana, carlos.practitioner)
    visit = make.visit(ana, carlos.practitioner, appointment=appointment, objective="Moves well")
    CheckIn.objects.create(patient=ana, appointment=appointment, pain=6, change="worse", words="Shovelled snow")
    return visit


def test_an_accepted_check_in_is_todays_word_and_proposes_pain_and_change(client, carlos, said):
    with pytest.raises(notes.NothingNewToday):
        signed(said, carlos)
    client.force_login(carlos)
    sent = {"version": said.version, "do": "accept_check_in", "objective": "Moves well"}
    assert client.post(said.get_absolute_url(), sent).status_code == 302
    said.refresh_from_db()
    assert (said.check_in.words, said.pain, said.change, said.subjective) == ("Shovelled snow", 6, "worse", "")
    assert json.loads(signed(said, carlos).document)["check_in"]["words"] == "Shovelled snow"


def test_accepting_writes_over_no_score_that_the_practitioner_gave(carlos, said):
    said = notes.save(said, version=said.version, by=carlos, pain=3, change="better")
    kept = notes.accept_check_in(said, said.appointment.check_in, by=carlos)
    assert (kept.pain, kept.change, kept.check_in.pain) == (3, "better", 6)


def test_a_signed_note_accepts_nothing(carlos, said):
    notes.save(said, version=said.version, by=carlos, change="same")
    signed(said, carlos)
    with pytest.raises(notes.AlreadySigned):
        notes.accept_check_in(said, said.appointment.check_in, by=carlos)
