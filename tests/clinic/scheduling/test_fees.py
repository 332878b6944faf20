"""What a late cancellation or a no-show proposes: never charged, never more than the rule of the kind says."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from hypothesis import example, given
from hypothesis import strategies as st

from clinic.scheduling import fees, steps
from clinic.scheduling.models.appointments import Status
from tests import make
from tests.make import MONDAY

NEW_YORK = ZoneInfo("America/New_York")
LATE, MISSED = Decimal("25.00"), Decimal("40.00")
RULE = SimpleNamespace(late_cancel_hours=24, late_cancel_fee=LATE, no_show_fee=MISSED)
HOUR = timedelta(hours=1)


@pytest.fixture
def kind(clinic):
    return make.kind(late_cancel_hours=24, late_cancel_fee=LATE, no_show_fee=MISSED)


@pytest.fixture
def visit(carlos, ana, kind):
    return make.appointment(ana, carlos.practitioner, kind=kind)


def of(row):
    row.refresh_from_db()
    return row.fee_proposed, row.fee_waived_because


# --- the rule


@pytest.mark.parametrize(
    ("before", "expected"),
    [(24 * HOUR, None), (24 * HOUR - timedelta(seconds=1), LATE), (timedelta(0), LATE), (-HOUR, LATE)],
)
def test_a_cancellation_is_late_when_fewer_hours_are_left_than_the_kind_asks_for(before, expected):
    assert fees.proposed(RULE, MONDAY, MONDAY - before, Status.CANCELLED) == expected


def test_a_no_show_proposes_its_own_fee_whenever_it_is_noted():
    assert fees.proposed(RULE, MONDAY, MONDAY + 48 * HOUR, Status.NO_SHOW) == MISSED


@pytest.mark.parametrize("what", [Status.CANCELLED, Status.NO_SHOW])
def test_what_the_clinic_calls_off_proposes_nothing(what):
    assert fees.proposed(RULE, MONDAY, MONDAY, what, on_whose_side=fees.CLINIC) is None
    assert fees.proposed(RULE, MONDAY, MONDAY, what, on_whose_side=fees.PATIENT) is not None


def test_a_kind_without_a_fee_or_without_hours_proposes_nothing():
    free = SimpleNamespace(late_cancel_hours=24, late_cancel_fee=Decimal(0), no_show_fee=Decimal(0))
    assert [fees.proposed(free, MONDAY, MONDAY, what) for what in (Status.CANCELLED, Status.NO_SHOW)] == [None, None]
    never = SimpleNamespace(late_cancel_hours=0, late_cancel_fee=LATE)
    assert fees.proposed(never, MONDAY, MONDAY + HOUR, Status.CANCELLED) is None


@pytest.mark.parametrize("status", [s for s in Status if s not in (Status.CANCELLED, Status.NO_SHOW)])
def test_every_other_status_proposes_nothing(status):
    assert fees.proposed(RULE, MONDAY, MONDAY, status) is None


@pytest.mark.parametrize(
    ("starts_on", "expected"),
    [((2027, 3, 14), LATE), ((2027, 11, 7), None), ((2027, 6, 14), None)],
    ids=["an hour is lost", "an hour is gained", "an ordinary night"],
)
def test_hours_are_counted_as_they_pass_when_the_clock_jumps(starts_on, expected):
    """T096: from ten to ten are 23 hours over the night in spring, 25 in autumn; both times in the clinic's zone."""
    starts = datetime(*starts_on, 10, tzinfo=NEW_YORK)
    the_day_before = datetime(starts_on[0], starts_on[1], starts_on[2] - 1, 10, tzinfo=NEW_YORK)
    assert fees.proposed(RULE, starts, the_day_before, Status.CANCELLED) == expected


moments = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31), timezones=st.sampled_from([UTC, NEW_YORK]))
money = st.decimals(0, 999999, places=2)


@given(
    starts=moments, seconds=st.integers(-400_000, 400_000), hours=st.integers(0, 100), late=money, missed=money,
    what=st.sampled_from(Status), side=st.sampled_from([fees.PATIENT, fees.CLINIC]),
)  # fmt: skip
@example(
    starts=datetime(2027, 3, 14, 10, tzinfo=NEW_YORK), seconds=23 * 3600, hours=24, late=LATE, missed=MISSED,
    what=Status.CANCELLED, side=fees.PATIENT,
)  # fmt: skip
def test_a_proposal_is_one_of_the_two_amounts_exactly_and_only_when_due(
    starts, seconds, hours, late, missed, what, side
):
    kind = SimpleNamespace(late_cancel_hours=hours, late_cancel_fee=late, no_show_fee=missed)
    at = (starts.astimezone(UTC) - timedelta(seconds=seconds)).astimezone(NEW_YORK)
    due = {Status.NO_SHOW: missed, Status.CANCELLED: late if hours and seconds < hours * 3600 else 0}.get(what, 0)
    found = fees.proposed(kind, starts, at, what, on_whose_side=side)
    assert found == (due if due and side == fees.PATIENT else None)
    assert found is None or (found > 0 and found.as_tuple().exponent == -2)


# --- the deeds


def test_a_late_cancellation_keeps_the_proposal_and_taking_it_back_wipes_it(visit, rita):
    steps.cancel(visit, because="overslept", by=rita, now=MONDAY - HOUR)
    assert of(visit) == (LATE, "")
    steps.undo(visit, by=rita)
    assert of(visit) == (None, "")


def test_a_waived_fee_is_kept_with_its_reason_and_taking_it_back_wipes_both(visit, rita):
    steps.cancel(visit, because="flat tyre", waived_because="first time", by=rita, now=MONDAY - HOUR)
    assert of(visit) == (LATE, "first time")
    steps.undo(visit, by=rita)
    assert of(visit) == (None, "")


def test_nothing_is_waived_where_nothing_is_proposed(visit, rita):
    steps.cancel(visit, because="flat tyre", waived_because="first time", by=rita, now=MONDAY - 25 * HOUR)
    assert of(visit) == (None, "")


def test_the_clinics_own_cancellation_proposes_nothing(visit, rita):
    steps.cancel(visit, because="Dr Vega is ill", by=rita, on_whose_side=fees.CLINIC, now=MONDAY - HOUR)
    assert of(visit) == (None, "")


def test_letting_a_held_time_go_proposes_nothing(carlos, kind, rita):
    held = {"status": "held", "hold_until": MONDAY + HOUR, "booked_at": None}
    row = make.appointment(None, carlos.practitioner, patient=None, kind=kind, **held)
    steps.cancel(row, because="withdrawn", by=rita, now=MONDAY - HOUR)
    assert of(row) == (None, "")


def test_a_no_show_keeps_the_proposal_and_taking_it_back_wipes_it(visit, rita):
    steps.step(visit, to=Status.NO_SHOW, by=rita, now=MONDAY + HOUR)
    assert of(visit) == (MISSED, "")
    steps.undo(visit, by=rita)
    assert of(visit) == (None, "")


def test_no_other_step_proposes_anything(visit, rita):
    steps.step(visit, to=Status.ARRIVED, by=rita, now=MONDAY)
    assert of(visit) == (None, "")


def test_who_may_not_cancel_proposes_nothing(visit, tess):
    with pytest.raises(PermissionDenied):
        steps.cancel(visit, because="late", by=tess, now=MONDAY - HOUR)
    assert of(visit) == (None, "")


def test_a_cancellation_that_cannot_be_logged_proposes_nothing(visit, rita, monkeypatch):
    """F17."""
    monkeypatch.setattr(steps, "record", lambda *args, **details: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        steps.cancel(visit, because="late", by=rita, now=MONDAY - HOUR)
    assert of(visit) == (None, "")
    assert visit.status == "booked"


def test_a_fee_is_waived_only_if_proposed(visit):
    visit.fee_waived_because = "kindness"
    with pytest.raises(IntegrityError, match="appointment_fee_is_waived_only_if_proposed"), transaction.atomic():
        visit.save()


def test_the_clinic_admin_sets_hours_and_fees_of_a_kind(client, olga, kind):
    client.force_login(olga)
    page = client.get(f"/admin/scheduling/visitkind/{kind.pk}/change/").content.decode()
    names = ("late_cancel_hours", "late_cancel_fee", "no_show_fee")
    assert [f'name="{name}"' in page for name in names] == [True, True, True]
    assert 'value="25.00"' in page
