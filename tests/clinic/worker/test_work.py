"""The worker does each duty, and one that fails keeps no other from being done."""

from datetime import timedelta

from django.core.management import call_command
from django.utils import timezone

from clinic.audit import anchor, chain
from clinic.scheduling.models import Appointment
from clinic.worker.duties import round_of_work
from tests import make
from tests.make import MONDAY


def test_a_hold_whose_time_is_up_is_let_go(clinic):
    held = make.appointment(status="held", patient=None, hold_until=timezone.now() - timedelta(minutes=1))
    kept = make.appointment(status="held", patient=None, at=MONDAY + timedelta(hours=2),
                            hold_until=timezone.now() + timedelta(hours=1))  # fmt: skip
    assert round_of_work()["end_holds"] == 1
    assert list(Appointment.objects.order_by("pk").values_list("pk", "status")) == [
        (held.pk, "expired"), (kept.pk, "held")]  # fmt: skip


def test_a_failing_duty_is_told_and_the_next_one_done(db, caplog):
    def fails(now):
        raise OSError("no line")

    def counts(now):
        return 3

    assert round_of_work(duties=(fails, counts)) == {"fails": None, "counts": 3}
    assert "duty fails failed" in caplog.text


def test_one_round_by_command_anchors_the_log(clinic, capsys):
    held = make.appointment(status="held", patient=None, hold_until=timezone.now() - timedelta(minutes=1))
    call_command("work", "--once")
    held.refresh_from_db()
    assert held.status == "expired"
    done = "end_holds: 1, serve_waiting_list: 0, recheck_plans: 0, ring_clocks: 0, send_mail: 0, anchor_log: 0\n"
    assert capsys.readouterr().out == done
    assert anchor.read() == [chain.head()]
