"""Consents: answered once each, kept as given, taken back, and written anew with a reason."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from clinic.audit.models import AuditEvent
from patients import consents, signatures
from patients.consent_standing import desk_status, standings
from patients.consent_words import Block, blocks, body_of, title_of
from patients.consents import sign, withdraw, write_version
from patients.models import Consent, ConsentText, ProxyGrant
from tests import make

STROKES = [[[10, 20], [30, 40]], [[500, 500]]]


def text(kind="manipulation"):
    return consents.texts_in_force()[kind]


def agree(patient, kind="manipulation", **given):
    return sign(patient, text=text(kind), is_given=True, **{"signed_name": "Ana Sørensen", **given})


def acts(patient):
    return list(
        AuditEvent.objects.filter(patient_id=patient.pk, action__startswith="consent.")
        .order_by("pk")
        .values_list("action", flat=True)
    )


def states(patient, today=None):
    return {one.kind: one.state for one in standings(patient, today)}


def grant(patient, user, **fields):
    today = timezone.localdate()
    return ProxyGrant.objects.create(
        patient=patient, user=user, relation="mother", starts_on=today - timedelta(days=9), granted_by=user, **fields
    )


# --- the texts


@pytest.mark.django_db
def test_five_texts_are_shipped_in_two_languages_with_their_sources():
    found = consents.texts_in_force()
    assert list(found) == ["treatment", "manipulation", "privacy", "email", "sms"]
    assert [(one.version, one.valid_months, one.is_required) for one in found.values()] == [
        (1, None, True), (1, 12, False), (1, None, False), (1, None, False), (1, None, False),
    ]  # fmt: skip
    assert all(one.source and one.title_es and one.body_es for one in found.values())


@pytest.mark.django_db
def test_the_text_on_manipulation_names_what_must_be_told():
    """Facts 9.6: stroke in plain words, how common soreness is, the figures of serious harm, the other ways, the no."""
    told = text().body
    for words in ("1 in 3", "stroke", "0.21 in 100,000", "1 in 2 million to 7 in 100,000", "no treatment at all"):
        assert words in told
    for words in ("weak bone can break", "disc can get worse", "cannot promise", "stop at any moment"):
        assert words in told
    assert {len(blocks(told)), len(blocks(text().body_es))} == {14}


@pytest.mark.django_db
def test_no_text_promises_a_cure_or_safety():
    words = ("cure", "guarantee", "no side effects", "100%", "compliant", "garantiza", "cura ", "sin riesgo")
    for one in ConsentText.objects.all():
        assert [word for word in words if word in f"{one.body} {one.body_es}".lower()] == []


def test_a_text_is_shown_in_headings_points_and_paragraphs():
    assert blocks("One\ntwo\n\n## Head\n- a\n- b\nend\n\nnext") == [
        Block("p", ("One", "two")), Block("h", ("Head",)), Block("ul", ("a", "b")), Block("p", ("end",)),
        Block("p", ("next",)),
    ]  # fmt: skip


@pytest.mark.django_db
def test_a_text_without_spanish_is_read_in_english(olga):
    write_version(kind="sms", title_es="", body_es="", because="Spanish is being checked", by=olga)
    assert title_of(text("sms"), "es") == "Contact by text message"
    assert body_of(text("email"), "es-mx").startswith("Nos gustaría")
    assert title_of(text("email"), "fr") == "Contact by e-mail"


@pytest.mark.django_db
@pytest.mark.parametrize("change", ["orm", "queryset", "delete", "raw", "raw delete"])
@pytest.mark.parametrize("model", [ConsentText, Consent])
def test_texts_and_answers_never_change(ana, model, change):
    row = agree(ana)
    row, column = (row.text, "title") if model is ConsentText else (row, "signed_name")
    table, before = model._meta.db_table, getattr(row, column)
    deeds = {
        "orm": lambda: (setattr(row, column, "Other"), row.save()),
        "queryset": lambda: model.objects.filter(pk=row.pk).update(**{column: "Other"}),
        "delete": lambda: model.objects.filter(pk=row.pk)._raw_delete("default"),
        "raw": lambda: run(f"UPDATE {table} SET {column} = 'Other' WHERE id = %s", row.pk),
        "raw delete": lambda: run(f"DELETE FROM {table} WHERE id = %s", row.pk),
    }
    with pytest.raises(IntegrityError, match="append_only"), transaction.atomic():
        deeds[change]()
    assert getattr(model.objects.get(pk=row.pk), column) == before


def run(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


# --- signing


@pytest.mark.django_db
def test_sign_keeps_the_answer_with_its_version_name_drawing_and_language(ana):
    row = agree(ana, signed_name="  Ana Sørensen ", drawing=STROKES, language="es")
    row.refresh_from_db()
    assert (row.text, row.is_given, row.signed_name, row.drawing, row.language, row.signed_as, row.recorded_by) == (
        text(), True, "Ana Sørensen", STROKES, "es", "patient", None,
    )  # fmt: skip
    assert row.valid_until == consents.months_on(timezone.localdate(), 12)
    assert acts(ana) == ["consent.signed"]


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [((2026, 3, 4), 12, (2027, 3, 4)), ((2028, 2, 29), 12, (2029, 2, 28)), ((2026, 10, 31), 1, (2026, 11, 30)),
     ((2026, 12, 31), 12, (2027, 12, 31)), ((2026, 12, 1), 1, (2027, 1, 1))],
)  # fmt: skip
def test_a_consent_runs_out_on_the_same_day_of_the_month(day, months, later):
    assert consents.months_on(date(*day), months) == date(*later)


@pytest.mark.django_db
def test_a_no_is_kept_without_signature_and_never_runs_out(ana):
    row = sign(ana, text=text(), is_given=False, drawing=STROKES)
    assert (row.is_given, row.signed_name, row.drawing, row.valid_until) == (False, "", [], None)
    assert acts(ana) == ["consent.refused"]
    assert states(ana)["manipulation"] == "refused"


@pytest.mark.django_db
def test_the_same_answer_sent_twice_is_one_row_and_another_answer_is_a_newer_one(ana):
    assert agree(ana).pk == agree(ana).pk
    later = sign(ana, text=text(), is_given=False)
    assert (Consent.objects.count(), states(ana)["manipulation"]) == (2, "withdrawn")
    assert agree(ana).pk > later.pk
    assert acts(ana) == ["consent.signed", "consent.refused", "consent.signed"]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["", " ", "A", " A "])
def test_sign_refuses_a_yes_without_a_name(ana, name):
    with pytest.raises(consents.NotSigned):
        agree(ana, signed_name=name)
    assert (Consent.objects.count(), acts(ana)) == (0, [])


@pytest.mark.django_db
def test_sign_refuses_a_yes_of_a_child_and_takes_that_of_its_guardian(clinic):
    today = timezone.localdate()
    child = make.patient("Lars", birth_date=today.replace(year=today.year - 10))
    for given in ({}, {"signed_as": "guardian"}, {"signed_as": "guardian", "relation": "  "}):
        with pytest.raises(consents.NeedsGuardian):
            agree(child, **given)
    row = agree(child, signed_name="Ana Sørensen", signed_as="guardian", relation="mother")
    assert (row.signed_as, row.relation) == ("guardian", "mother")
    assert not sign(child, text=text("treatment"), is_given=False).is_given  # a child's own no counts


@pytest.mark.django_db
def test_sign_refuses_an_older_text(ana, olga):
    old = text()
    write_version(kind="manipulation", body="New words.", because="Clearer", by=olga)
    with pytest.raises(consents.OldText):
        sign(ana, text=old, is_given=True, signed_name="Ana Sørensen")
    assert Consent.objects.count() == 0


@pytest.mark.django_db
def test_sign_refuses_the_account_of_another_and_a_grant_without_forms(ana, ben):
    """T018: nobody signs for another person."""
    for _grant in (None, grant(ana, ben.user, may_record=True)):
        with pytest.raises(PermissionDenied):
            agree(ana, by=ben.user)
    grant(ana, ben.user, may_forms=True)
    assert agree(ana, by=ben.user, signed_as="guardian", relation="son").recorded_by == ben.user
    assert agree(ben, by=ben.user).recorded_by == ben.user


@pytest.mark.django_db
def test_sign_is_rolled_back_with_its_audit_row(ana, monkeypatch):
    monkeypatch.setattr(consents, "record", lambda *_args, **_more: 1 / 0)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        agree(ana)
    assert (Consent.objects.count(), acts(ana)) == (0, [])


# --- the drawing


@pytest.mark.parametrize(
    "text",
    ["{}", "[1]", "[[]]", "[[[1]]]", "[[[1,2,3]]]", "[[[1,-1]]]", "[[[1,1001]]]", "[[[1.5,2]]]", "[[[true,2]]]",
     '[[["1",2]]]', "[[[1,null]]]", '"<svg onload=alert(1)>"', '[["<script>"]]', "nonsense", "[[[1,2]]", "[" * 50_000,
     "[" + ",".join(["[[1,1]]"] * 201) + "]", "[[" + ",".join(["[1,1]"] * 4001) + "]]", "[[[NaN,1]]]", "null"],
)  # fmt: skip
def test_what_is_no_drawing_is_refused(text):
    with pytest.raises(signatures.BadDrawing):
        signatures.read(text)


def test_a_drawing_is_read_and_drawn_as_a_path():
    assert signatures.read("[[[10,20],[30,40]],[[500,500]]]") == STROKES
    assert signatures.read("  ") == signatures.read("[]") == []
    assert len(signatures.read("[[" + ",".join(["[9,9]"] * 4000) + "]]")[0]) == 4000
    assert signatures.path(STROKES) == "M30 20L90 40M1500 500h0"


@pytest.mark.django_db
def test_sign_refuses_a_bad_drawing(ana):
    with pytest.raises(signatures.BadDrawing):
        agree(ana, drawing=[[[1, 2000]]])
    assert Consent.objects.count() == 0


# --- taken by the practitioner


def taken(patient, by, **given):
    return consents.record_taken(
        patient, text=text(), is_given=True, by=by, **{"how": "Signed on paper", "signed_name": "Ana Sørensen", **given}
    )


@pytest.mark.django_db
def test_record_taken_names_who_explained_it_the_regions_and_the_day(ana, carlos):
    day = timezone.localdate() - timedelta(days=40)
    row = taken(ana, carlos, regions=["lumbar", "cervical", "lumbar"], signed_on=day, because="talked for long")
    assert (row.explained_by, row.recorded_by, row.regions) == (carlos, carlos, ["cervical", "lumbar"])
    assert (timezone.localdate(row.signed_at), row.because) == (day, "Signed on paper: talked for long")
    assert row.valid_until == consents.months_on(day, 12)


@pytest.mark.django_db
def test_an_older_paper_does_not_undo_a_later_no(ana, carlos):
    sign(ana, text=text(), is_given=False)
    taken(ana, carlos, signed_on=timezone.localdate() - timedelta(days=3))
    assert states(ana)["manipulation"] == "withdrawn"
    taken(ana, carlos)
    assert states(ana)["manipulation"] == "given"


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["rita", "tess", "olga", "ana"])
def test_record_taken_is_for_chiropractors(who, request, ana):
    by = request.getfixturevalue(who)
    with pytest.raises(PermissionDenied):
        taken(ana, by.user if who == "ana" else by)
    assert Consent.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("day", [timedelta(days=1), timedelta(days=-60 * 366)])
def test_record_taken_refuses_a_day_that_cannot_be(ana, carlos, day):
    with pytest.raises(consents.BadDay):
        taken(ana, carlos, signed_on=timezone.localdate() + day - timedelta(days=40 * 366 * (day.days < 0)))
    assert Consent.objects.count() == 0


# --- taking back


@pytest.mark.django_db
def test_withdraw_is_a_later_no_and_the_yes_stays_readable(ana):
    row = agree(ana, "email", by=ana.user)
    later = withdraw(row, by=ana.user)
    assert (later.is_given, later.text, later.recorded_by) == (False, row.text, ana.user)
    assert (states(ana)["email"], Consent.objects.get(pk=row.pk).is_given) == ("withdrawn", True)
    assert acts(ana) == ["consent.signed", "consent.withdrawn"]


@pytest.mark.django_db
def test_withdraw_refuses_what_does_not_stand(ana):
    first = agree(ana, "email")
    no = withdraw(first, by=ana.user)
    for row in (first, no):
        with pytest.raises(consents.NothingToTakeBack):
            withdraw(row, by=ana.user)
    newer = agree(ana, "email")
    with pytest.raises(consents.NothingToTakeBack):
        withdraw(first, by=ana.user)
    assert withdraw(newer, by=ana.user).pk > newer.pk


@pytest.mark.django_db
def test_the_clinic_takes_back_on_request_and_says_why(ana, ben, carlos, tess, rita):
    row = agree(ana)
    for by in (tess, rita, ben.user):
        with pytest.raises(PermissionDenied):
            withdraw(row, by=by, because="said so")
    with pytest.raises(consents.ReasonMissing):
        withdraw(row, by=carlos, because=" ")
    assert states(ana)["manipulation"] == "given"
    assert withdraw(row, by=carlos, because="Called us").because == "Called us"


@pytest.mark.django_db
def test_withdraw_is_rolled_back_with_its_audit_row(ana, monkeypatch):
    row = agree(ana)
    monkeypatch.setattr(consents, "record", lambda *_args, **_more: 1 / 0)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        withdraw(row, by=ana.user)
    assert (Consent.objects.count(), acts(ana)) == (1, ["consent.signed"])


# --- how they stand


@pytest.mark.django_db
def test_a_yes_runs_out_the_day_after_its_last(ana):
    last = agree(ana).valid_until
    assert states(ana, last)["manipulation"] == "given"
    assert states(ana, last + timedelta(days=1))["manipulation"] == "ended"


@pytest.mark.django_db
def test_an_answer_to_an_older_text_stands_and_the_new_text_is_offered(ana, olga):
    agree(ana, "privacy")
    before = {one.kind: one.is_open for one in standings(ana)}
    write_version(kind="privacy", body="New words.", because="The law changed", by=olga)
    after = {one.kind: (one.state, one.is_open) for one in standings(ana)}
    assert (before["privacy"], after["privacy"]) == (False, ("given", True))


@pytest.mark.django_db
def test_merged_records_are_read_as_one(ana):
    other = make.patient("Anna", merged_into=ana)
    make.consent(other, signed_at=timezone.now() - timedelta(days=2))
    assert states(ana)["manipulation"] == states(other)["manipulation"] == "given"
    sign(ana, text=text(), is_given=False)
    assert states(other)["manipulation"] == "withdrawn"


@pytest.mark.django_db
def test_the_desk_counts_papers_and_nothing_else(ana):
    assert desk_status(ana) == ("missing", 3)
    for kind in ("treatment", "manipulation"):
        agree(ana, kind)
    sign(ana, text=text("sms"), is_given=False)  # how to reach somebody is no paper
    assert desk_status(ana) == ("missing", 1)
    agree(ana, "privacy")
    assert desk_status(ana) == ("signed", 3)
    assert desk_status(ana, timezone.localdate() + timedelta(days=400)) == ("missing", 1)
    sign(ana, text=text("treatment"), is_given=False)
    assert desk_status(ana) == ("refused", 1)


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [1, 3])
def test_standings_take_two_queries_whatever_was_answered(ana, rows, django_assert_num_queries):
    for _row in range(rows):
        make.consent(ana)
    with django_assert_num_queries(2):
        assert [str(one.answer and one.answer.text.title) for one in standings(ana)].count("None") == 4


# --- a new version


@pytest.mark.django_db
def test_write_version_keeps_the_rest_and_the_old_version(olga):
    new = write_version(kind="manipulation", body="New words.", because=" Clearer ", by=olga)
    old = ConsentText.objects.get(kind="manipulation", version=1)
    assert (new.version, new.body, new.title, new.valid_months, new.because, new.written_by) == (
        2, "New words.", old.title, 12, "Clearer", olga,
    )  # fmt: skip
    assert old.body != new.body
    assert AuditEvent.objects.get(action="consent_text.written").details == {"kind": "manipulation", "version": 2}


@pytest.mark.django_db
def test_write_version_refuses_without_reason_right_or_change(olga, carlos, rita):
    for by in (carlos, rita):
        with pytest.raises(PermissionDenied):
            write_version(kind="sms", body="New.", because="x", by=by)
    with pytest.raises(consents.ReasonMissing):
        write_version(kind="sms", body="New.", because=" ", by=olga)
    with pytest.raises(consents.NothingNew):
        write_version(kind="sms", body=text("sms").body, because="x", by=olga)
    assert ConsentText.objects.count() == 5


@pytest.mark.django_db
def test_write_version_is_rolled_back_with_its_audit_row(olga, monkeypatch):
    monkeypatch.setattr(consents, "record", lambda *_args, **_more: 1 / 0)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        write_version(kind="sms", body="New.", because="x", by=olga)
    assert ConsentText.objects.count() == 5
