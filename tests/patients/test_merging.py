"""Joining two records of one person: proposed, decided, undone, refused, rolled back, and twice at one moment."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from clinic.accounts.roles import Role
from clinic.audit.models import AuditEvent
from patients import merging, registering
from patients.models import Merge, Patient
from tests import make
from tests.clinic.scheduling.test_booking_race import all_at_once


@pytest.fixture
def anna(ana):
    """The second record of Ana."""
    return make.patient("Anna", "Sorensen", phone="(503) 555-0119")


@pytest.fixture
def proposal(ana, anna, rita):
    return merging.propose(kept=ana, absorbed=anna, because="same birth date", by=rita)


@pytest.fixture
def merged(proposal, olga):
    return merging.carry_out(proposal, by=olga)


@pytest.fixture
def no_log(monkeypatch):
    monkeypatch.setattr("clinic.audit.chain.digest", lambda event: 1 / 0)


def log():
    return list(AuditEvent.objects.order_by("pk").values_list("action", "patient_id"))


def into():
    """Which record stands under which: {number: number or None} of those that are joined."""
    return dict(Patient.objects.exclude(merged_into=None).values_list("pk", "merged_into"))


def test_a_merge_is_proposed_carried_out_and_undone_with_one_row_of_the_log_for_each_record(ana, anna, rita, olga):
    merge = merging.propose(kept=ana, absorbed=anna, because=" same birth date ", by=rita)
    assert (merge.because, merge.proposed_by, into()) == ("same birth date", rita, {})
    merging.carry_out(merge, by=olga)
    assert into() == {anna.pk: ana.pk}
    merging.undo(merge, because="two sisters", by=olga)
    merge.refresh_from_db()
    assert (into(), merge.is_merged, merge.undone_by, merge.undone_because) == ({}, True, olga, "two sisters")
    words = ["patient.merge_proposed", "patient.merged", "patient.merge_undone"]
    assert log() == [(word, pk) for word in words for pk in (ana.pk, anna.pk)]


def test_a_refused_proposal_joins_nothing_and_keeps_the_reason(proposal, olga):
    done = merging.refuse(proposal, because="two cousins", by=olga)
    assert (done.decided_by, done.decided_because, done.is_merged, into()) == (olga, "two cousins", False, {})
    with pytest.raises(merging.AlreadyDecided):
        merging.carry_out(proposal, by=olga)
    with pytest.raises(merging.NotMerged):
        merging.undo(proposal, because="no", by=olga)


def test_the_other_record_may_be_kept_instead(proposal, ana, anna, olga):
    merging.turn_round(proposal, by=olga)
    merging.carry_out(proposal, by=olga)
    assert into() == {ana.pk: anna.pk}


@pytest.mark.parametrize("role", [Role.THERAPIST, Role.PATIENT, Role.IT_SUPERUSER])
def test_who_may_not_propose_does_not(ana, anna, role):
    with pytest.raises(PermissionDenied):
        merging.propose(kept=ana, absorbed=anna, because="x", by=make.user("", role))
    assert (Merge.objects.count(), log()) == (0, [])


@pytest.mark.parametrize("role", [Role.RECEPTIONIST, Role.CHIROPRACTOR, Role.THERAPIST, Role.IT_SUPERUSER])
def test_only_the_clinic_admin_decides(merged, ana, role):
    other = merging.propose(kept=ana, absorbed=make.patient("Anne"), because="x", by=merged.decided_by)
    by = make.user("", role)
    deeds = [
        lambda: merging.carry_out(other, by=by),
        lambda: merging.refuse(other, because="x", by=by),
        lambda: merging.turn_round(other, by=by),
        lambda: merging.undo(merged, because="x", by=by),
        lambda: merging.take_over(merged, what="phone", by=by),
    ]
    before = (into(), log())
    for deed in deeds:
        with pytest.raises(PermissionDenied):
            deed()
    assert (into(), log()) == before


def refusal(kept, absorbed, by):
    try:
        merging.propose(kept=kept, absorbed=absorbed, because="x", by=by)
    except merging.CannotMerge as error:
        return type(error)


def test_two_records_that_cannot_be_one_are_refused_with_the_reason(merged, ana, anna, ben, rita):
    dead = make.patient("Dora", deceased_on=date(2020, 1, 1))
    earlier = make.patient("Dora", deceased_on=date(2019, 1, 1))
    assert refusal(ana, ana, rita) is merging.SameRecord
    assert refusal(ben, anna, rita) is merging.AlreadyMerged
    assert refusal(anna, ben, rita) is merging.AlreadyMerged
    assert refusal(ben, ana, rita) is merging.HasOthers
    assert [refusal(*pair, rita) for pair in ((ben, dead), (dead, ben), (dead, earlier))] == [
        merging.DeathOnOneOnly
    ] * 3
    assert Merge.objects.count() == 1


def test_a_third_record_is_joined_to_the_kept_one_and_each_is_taken_off_by_itself(merged, ana, anna, olga):
    third = make.patient("Ane")
    second = merging.carry_out(merging.propose(kept=ana, absorbed=third, because="x", by=olga), by=olga)
    assert into() == {anna.pk: ana.pk, third.pk: ana.pk}
    merging.undo(merged, because="x", by=olga)
    assert into() == {third.pk: ana.pk}
    merging.undo(second, because="x", by=olga)
    assert into() == {}


def test_two_who_died_on_one_day_may_be_joined(olga):
    pair = [make.patient("Dora", deceased_on=date(2020, 1, 1)) for _ in range(2)]
    merging.carry_out(merging.propose(kept=pair[0], absorbed=pair[1], because="x", by=olga), by=olga)
    assert into() == {pair[1].pk: pair[0].pk}


def test_the_same_two_wait_once_whichever_is_kept(proposal, ana, anna, rita, olga):
    assert refusal(ana, anna, rita) is merging.AlreadyProposed
    assert refusal(anna, ana, rita) is merging.AlreadyProposed
    merging.refuse(proposal, because="x", by=olga)
    assert refusal(anna, ana, rita) is None


def test_what_changed_since_the_proposal_is_looked_at_when_it_is_carried_out(proposal, ana, anna, ben, olga):
    first = merging.propose(kept=ben, absorbed=anna, because="x", by=olga)
    merging.carry_out(first, by=olga)
    with pytest.raises(merging.AlreadyMerged):
        merging.carry_out(proposal, by=olga)
    merging.undo(first, because="x", by=olga)
    Patient.objects.filter(pk=anna.pk).update(deceased_on=date(2024, 1, 1))
    with pytest.raises(merging.DeathOnOneOnly):
        merging.carry_out(proposal, by=olga)
    assert (into(), Merge.objects.waiting().get()) == ({}, proposal)


@pytest.mark.parametrize("because", ["", "   "])
def test_nothing_is_proposed_refused_or_undone_without_a_reason(merged, ana, rita, olga, because):
    third = make.patient("Ane")
    with pytest.raises(merging.NoReason):
        merging.propose(kept=ana, absorbed=third, because=because, by=rita)
    other = merging.propose(kept=ana, absorbed=third, because="x", by=rita)
    with pytest.raises(merging.NoReason):
        merging.refuse(other, because=because, by=olga)
    with pytest.raises(merging.NoReason):
        merging.undo(merged, because=because, by=olga)
    other.refresh_from_db()
    assert (len(into()), other.decided_at) == (1, None)


def test_what_is_undone_is_not_undone_again(merged, olga):
    merging.undo(merged, because="first", by=olga)
    with pytest.raises(merging.NotMerged):
        merging.undo(merged, because="second", by=olga)
    merged.refresh_from_db()
    assert merged.undone_because == "first"


def test_after_undoing_the_two_may_be_proposed_and_joined_again(merged, ana, anna, olga):
    merging.undo(merged, because="x", by=olga)
    merging.carry_out(merging.propose(kept=anna, absorbed=ana, because="x", by=olga), by=olga)
    assert into() == {ana.pk: anna.pk}


def test_a_merge_that_is_not_in_the_log_did_not_happen(proposal, olga, no_log):
    with pytest.raises(ZeroDivisionError):
        merging.carry_out(proposal, by=olga)
    proposal.refresh_from_db()
    assert (into(), proposal.decided_at) == ({}, None)


def test_an_undoing_that_is_not_in_the_log_did_not_happen(merged, olga, no_log):
    with pytest.raises(ZeroDivisionError):
        merging.undo(merged, because="x", by=olga)
    merged.refresh_from_db()
    assert (len(into()), merged.undone_at) == (1, None)


def test_a_proposal_that_is_not_in_the_log_was_not_made(ana, anna, rita, no_log):
    with pytest.raises(ZeroDivisionError):
        merging.propose(kept=ana, absorbed=anna, because="x", by=rita)
    assert Merge.objects.count() == 0


def test_both_records_keep_the_merge_in_their_history_with_who_did_it(merged, anna, olga):
    row = anna.history.first()
    assert (row.merged_into_id, row.history_user) == (merged.kept_id, olga)


# --- what the kept record lacks


def test_what_the_kept_record_lacks_is_taken_over_by_a_click_and_the_other_keeps_it(merged, ana, anna, olga):
    assert merging.lacking(Merge.objects.get(pk=merged.pk)) == {"phone": {"phone": "(503) 555-0119"}}
    merging.take_over(merged, what="phone", by=olga)
    ana.refresh_from_db()
    anna.refresh_from_db()
    assert (ana.phone, anna.phone) == ("(503) 555-0119", "(503) 555-0119")
    assert list(Patient.objects.kept().search("0119")) == [ana]
    for what in ("phone", "email", "nonsense"):
        with pytest.raises(merging.NothingToTakeOver):
            merging.take_over(merged, what=what, by=olga)


def test_nothing_is_taken_over_before_the_two_are_one_or_after_that_was_undone(proposal, ana, olga):
    with pytest.raises(merging.NotMerged):
        merging.take_over(proposal, what="phone", by=olga)
    merging.undo(merging.carry_out(proposal, by=olga), because="x", by=olga)
    with pytest.raises(merging.NotMerged):
        merging.take_over(proposal, what="phone", by=olga)
    ana.refresh_from_db()
    assert ana.phone == ""


# --- at one moment


def attempt(deed):
    try:
        deed()
    except (merging.CannotMerge, merging.AlreadyDecided) as error:
        return type(error).__name__
    return "merged"


@pytest.fixture
def pair(transactional_db):
    make.clinic()
    return make.patient("Ana"), make.patient("Anna"), make.user("olga@example.org", Role.CLINIC_ADMIN)


@pytest.mark.django_db(transaction=True)
def test_two_admins_who_join_a_to_b_and_b_to_a_at_once_are_not_both_right(pair):
    one, other, by = pair
    merges = [
        Merge.objects.create(kept=kept, absorbed=absorbed, because="x", proposed_by=by)
        for kept, absorbed in ((one, other), (other, one))
    ]
    results = all_at_once([lambda m=m: attempt(lambda: merging.carry_out(m, by=by)) for m in merges])
    assert (sorted(results), len(into())) == (["AlreadyMerged", "merged"], 1)


@pytest.mark.django_db(transaction=True)
def test_a_chain_made_at_one_moment_stays_flat(pair):
    """A is joined to B while B is joined to C: whoever comes second is refused."""
    one, other, by = pair
    third = make.patient("Ane")
    merges = [
        merging.propose(kept=kept, absorbed=absorbed, because="x", by=by)
        for kept, absorbed in ((other, one), (third, other))
    ]
    results = all_at_once([lambda m=m: attempt(lambda: merging.carry_out(m, by=by)) for m in merges])
    assert sorted(results)[-1] == "merged" and len(into()) == 1


@pytest.mark.django_db(transaction=True)
def test_eight_presses_of_the_button_are_one_merge(pair):
    one, other, by = pair
    merge = merging.propose(kept=one, absorbed=other, because="x", by=by)
    results = all_at_once([lambda: attempt(lambda: merging.carry_out(merge, by=by)) for _ in range(8)])
    assert (sorted(results), into()) == (["AlreadyDecided"] * 7 + ["merged"], {other.pk: one.pk})


def test_undoing_gives_back_what_was_taken_over_while_they_were_one(olga):
    kept = registering.create(given_name="Ana", family_name="Lund", birth_date=date(1980, 5, 5))
    other = registering.create(
        given_name="Anna", family_name="Lund", birth_date=date(1980, 5, 5), phone="555 0100", needs_interpreter=True,
        language="Danish",
    )  # fmt: skip
    merge = merging.carry_out(merging.propose(kept=kept, absorbed=other, because="one", by=olga), by=olga)
    for what in ("phone", "language"):
        merging.take_over(merge, what=what, by=olga)
    kept.refresh_from_db()
    assert (kept.phone, kept.language, kept.needs_interpreter) == ("555 0100", "Danish", True)
    merging.undo(merge, because="two people", by=olga)
    kept.refresh_from_db()
    other.refresh_from_db()
    assert (kept.phone, kept.language, kept.needs_interpreter) == ("", "", False)
    assert (other.phone, other.language, other.needs_interpreter) == ("555 0100", "Danish", True)
