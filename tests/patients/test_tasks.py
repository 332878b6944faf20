"""What somebody has to do: opened once a reason, closed with what came of it, never by nobody."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from clinic.audit.models import AuditEvent
from patients import intake, red_flags, tasks
from patients.models import Alert, Task
from tests import make

DAY = timedelta(days=1)


def today():
    return timezone.localdate()


def raised(patient, level, flag="RF13"):
    """Raise one flag at this level, as the table would."""
    row = next(row for row in red_flags.read_table() if row.id == flag)
    fired = SimpleNamespace(flag=row, level=level, blocks_treatments=row.blocks_treatments)
    intake.raise_alerts(patient, SimpleNamespace(fired=[fired]))
    return Alert.objects.get(patient=patient, flag=flag)


def rows(**wanted):
    return list(Task.objects.filter(**wanted).order_by("pk").values_list("kind", "key", "due_on", "done_at"))


@pytest.mark.parametrize(
    ("level", "expected"),
    [("E", []), ("U", [("refer", 0)]), ("R", [("refer", 14)]), ("C", [])],
)
def test_an_urgent_flag_is_due_today_and_a_referral_in_two_weeks(ana, level, expected):
    raised(ana, level)
    assert [(kind, (due - today()).days) for kind, _key, due, _done in rows()] == expected


def test_the_task_says_what_to_do_and_belongs_to_its_alert(ana):
    alert = raised(ana, "R")
    task = Task.objects.get()
    assert (task.title, task.detail, task.alert, task.opened_by) == (
        f"Medical opinion within two weeks: {alert.points_to}",
        alert.staff_action,
        alert,
        None,
    )


def test_a_standing_flag_that_turns_worse_is_to_be_seen_again_and_is_due_at_once(ana, carlos):
    alert = raised(ana, "R")
    intake.acknowledge(alert, by=carlos)
    assert raised(ana, "R").acknowledged_by == carlos  # nothing new: what was seen stays seen
    worse = raised(ana, "U")
    assert (worse.pk, worse.level, worse.acknowledged_at) == (alert.pk, "U", None)
    assert [(due - today()).days for _kind, _key, due, _done in rows()] == [0]
    assert raised(ana, "R").level == "U"  # milder words do not take it back
    assert raised(ana, "E").level == "E"


def test_a_task_is_opened_once_a_key_and_brought_forward_when_it_turns_urgent(ana):
    first = tasks.open_task(ana, kind="other", title="Write", key="x", due_on=today() + 9 * DAY)
    later = tasks.open_task(ana, kind="other", title="Write later", key="x", due_on=today() + 20 * DAY)
    assert (later.pk, later.title, later.due_on) == (first.pk, "Write", today() + 9 * DAY)
    sooner = tasks.open_task(ana, kind="other", title="Write now", key="x", due_on=today())
    assert (sooner.pk, sooner.title, sooner.due_on) == (first.pk, "Write now", today())
    assert rows() == [("other", "x", today(), None)]


def test_a_second_open_task_about_the_same_is_refused_by_the_table_itself(ana):
    make.task(ana, key="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        make.task(ana, key="x")


def test_a_task_is_closed_with_its_outcome_and_the_first_one_stands(ana, carlos, tess):
    task = make.task(ana)
    with pytest.raises(tasks.OutcomeNeeded):
        tasks.done(task, outcome="  ", by=carlos)
    tasks.done(task, outcome="Seen at the surgery", by=carlos)
    again = tasks.done(task, outcome="Something else", by=tess)
    assert (again.outcome, again.done_by) == ("Seen at the surgery", carlos)
    assert list(AuditEvent.objects.filter(action="task.done").values_list("actor_id", "patient_id", "details")) == [
        (carlos.pk, ana.pk, {})
    ]


def test_the_table_refuses_a_task_done_by_nobody_or_with_nothing(ana, carlos):
    for fields in ({"done_by": None, "outcome": "Done"}, {"done_by": carlos, "outcome": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            make.task(ana, done_at=timezone.now(), **fields)


@pytest.mark.parametrize("who", ["rita", "olga", "ana"])
def test_only_those_who_treat_see_open_or_close_tasks(request, who, ana, carlos):
    task, person = make.task(ana), request.getfixturevalue(who)
    person = getattr(person, "user", person)
    with pytest.raises(PermissionDenied):
        tasks.done(task, outcome="Done", by=person)
    with pytest.raises(PermissionDenied):
        tasks.open_task(ana, kind="other", title="Write", key="y", by=person)
    assert list(Task.objects.for_user(person)) == []
    assert list(Task.objects.for_user(carlos)) == [task]
    assert Task.objects.get().done_at is None


def test_a_failed_log_keeps_the_task_open(ana, carlos, monkeypatch):
    task = make.task(ana)
    monkeypatch.setattr("clinic.audit.chain.digest", lambda event: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        tasks.done(task, outcome="Seen", by=carlos)
    with pytest.raises(ZeroDivisionError):
        tasks.open_task(ana, kind="other", title="Write", key="y")
    assert list(Task.objects.values_list("pk", "done_at")) == [(task.pk, None)]


def test_ending_the_alert_closes_its_task_with_the_reason_and_no_other(ana, carlos):
    alert, other = raised(ana, "R"), make.task(ana)
    intake.end_alert(alert, because="Lost weight on purpose", by=carlos)
    assert list(Task.objects.order_by("pk").values_list("pk", "outcome", "done_by")) == [
        (Task.objects.get(alert=alert).pk, "Lost weight on purpose", carlos.pk),
        (other.pk, "", None),
    ]


def test_a_handed_in_history_asks_to_be_read_until_it_is(ana, carlos):
    opened = intake.open_intake(ana)
    intake.submit(opened)
    assert rows(key="intake") == [("review", "intake", today() + DAY, None)]
    intake.review(opened, by=carlos, note="Asked about the knee")
    assert list(Task.objects.filter(key="intake").values_list("outcome", "done_by")) == [
        ("Asked about the knee", carlos.pk)
    ]


def test_two_versions_before_a_reading_ask_once(ana):
    for _version in range(2):
        intake.submit(intake.open_intake(ana))
    assert rows(key="intake") == [("review", "intake", today() + DAY, None)]


def test_the_deceased_have_nothing_to_do(ana):
    make.task(ana)
    type(ana).objects.filter(pk=ana.pk).update(deceased_on=today())
    assert list(Task.objects.due()) == []


def test_tasks_of_a_merged_record_are_the_persons_and_not_opened_twice(ana):
    old = make.patient("Anna", merged_into=ana)
    task = make.task(old, key="x")
    assert tasks.open_task(ana, kind="other", title="Write", key="x", due_on=task.due_on).pk == task.pk
    assert list(Task.objects.of(ana)) == [task]


def test_four_of_five_signs_of_inflammatory_back_pain_ask_for_a_referral(ana):
    """R11 of the rules: ASAS, four of five."""
    signs = dict.fromkeys(("RF22a", "RF22b", "RF22c", "RF22d"), "yes")
    opened = intake.open_intake(ana)
    intake.save_page(opened, page="red_flags", answers={"RF22": 6, **signs, "RF22e": "no"})
    intake.submit(opened)
    task = Task.objects.get(key="flag:RF22")
    assert (task.kind, task.alert.level, (task.due_on - today()).days) == ("refer", "R", 14)
