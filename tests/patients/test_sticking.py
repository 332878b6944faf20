"""Sticky notes: put up and taken down by colleagues, at most five, and a gentle question about clinical words."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from clinic.audit.models import AuditEvent
from patients import sticking
from patients.models import StickyNote
from tests import make


def put_up(ana, by, text="Parks behind the house", **fields):
    return sticking.put_up(ana, text=text, by=by, **fields)


def up(patient):
    return [note.text for note in StickyNote.objects.of(patient).up()]


def told(action):
    return list(AuditEvent.objects.filter(action=action).values_list("actor_id", "patient_id", "details"))


@pytest.mark.parametrize("who", ["rita", "carlos", "tess", "olga"])
def test_everybody_who_meets_patients_puts_notes_up_and_takes_them_down(request, ana, who):
    by = request.getfixturevalue(who)
    note = put_up(ana, by)
    assert (up(ana), told("note.put_up")) == (["Parks behind the house"], [(by.pk, ana.pk, {})])
    down = sticking.take_down(note, by=by)
    assert (up(ana), down.taken_down_by, told("note.taken_down")) == ([], by, [(by.pk, ana.pk, {})])
    assert StickyNote.objects.get().text == "Parks behind the house"


@pytest.mark.parametrize("who", ["ana", "ben"])
def test_patients_neither_write_nor_see_notes(request, ana, rita, who):
    user = request.getfixturevalue(who).user
    note = put_up(ana, rita)
    with pytest.raises(PermissionDenied):
        put_up(ana, user)
    with pytest.raises(PermissionDenied):
        sticking.take_down(note, by=user)
    assert (up(ana), list(StickyNote.objects.for_user(user))) == (["Parks behind the house"], [])


def test_the_machine_keeper_writes_none(ana, ivan):
    with pytest.raises(PermissionDenied):
        put_up(ana, ivan)


def test_a_sixth_note_is_refused_until_one_comes_down(ana, rita):
    notes = [put_up(ana, rita, f"Note {n}") for n in range(5)]
    with pytest.raises(sticking.TooManyNotes):
        put_up(ana, rita, "Note 5")
    sticking.take_down(notes[0], by=rita)
    put_up(ana, rita, "Note 5")
    assert up(ana) == [f"Note {n}" for n in range(1, 6)]


def test_a_note_that_has_run_out_makes_room(ana, rita):
    for n in range(5):
        put_up(ana, rita, f"Note {n}", until=timezone.localdate())
    StickyNote.objects.filter(text="Note 0").update(until=timezone.localdate() - timedelta(days=1))
    put_up(ana, rita, "New")
    assert up(ana) == ["Note 1", "Note 2", "Note 3", "Note 4", "New"]


def test_a_note_until_a_day_that_has_gone_is_refused(ana, rita):
    with pytest.raises(sticking.EndsBeforeToday):
        put_up(ana, rita, until=timezone.localdate() - timedelta(days=1))
    assert StickyNote.objects.count() == 0


def test_a_note_comes_down_once(ana, rita, tess):
    note = put_up(ana, rita)
    sticking.take_down(note, by=rita)
    with pytest.raises(sticking.AlreadyDown):
        sticking.take_down(note, by=tess)
    assert StickyNote.objects.get().taken_down_by == rita


def test_an_empty_note_is_refused_by_the_database(ana, rita):
    with pytest.raises(IntegrityError), transaction.atomic():
        put_up(ana, rita, "")
    assert (StickyNote.objects.count(), told("note.put_up")) == (0, [])


def test_without_the_log_nothing_is_put_up_or_taken_down(ana, rita, monkeypatch):
    note = put_up(ana, rita)
    monkeypatch.setattr(sticking, "record", lambda *a, **k: 1 / 0)
    for deed in (lambda: put_up(ana, rita, "Second"), lambda: sticking.take_down(note, by=rita)):
        with pytest.raises(ZeroDivisionError):
            deed()
    assert up(ana) == ["Parks behind the house"]


def test_notes_of_a_merged_record_are_read_with_the_kept_one(ana, rita):
    old = make.patient("Anna")
    put_up(old, rita, "Rings twice")
    old.merged_into = ana
    old.save(update_fields=["merged_into"])
    assert (up(ana), up(old)) == (["Rings twice"], ["Rings twice"])


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Takes Warfarin, careful", "warfarin"),
        ("is PREGNANT", "pregnant"),
        ("has osteoporosis", "osteoporosis"),
        ("Heart pacemaker since May", "heart pacemaker"),
        ("latex allergy!", "latex allergy"),
        ("Ｗａｒｆａｒｉｎ", "warfarin"),
        ("prefers the quiet room", ""),
        ("Work number only until four, open gate is red", ""),
        ("painter, always on time", ""),
        ("Smoking outside is fine for her", ""),
        ("", ""),
    ],
)
def test_a_clinical_word_is_found_as_a_whole_word_only(text, word):
    assert sticking.clinical_word(text) == word
