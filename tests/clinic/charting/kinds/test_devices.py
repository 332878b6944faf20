"""Devices: offered while in use, the last used proposed, their checks watched, and the log of what was given."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from clinic.audit.models import AuditEvent
from clinic.charting.kinds import devices, treating
from clinic.charting.models import Equipment, TreatmentApplied
from tests import make

TODAY = date(2027, 3, 1)
LOG = "admin:charting_treatmentapplied_changelist"
LIST = "admin:charting_equipment_changelist"


@pytest.fixture
def kind(clinic):
    return make.treatment_kind("ultrasound")


def use(device, by, visit=None, **fields):
    """A treatment with this device, straight into the table."""
    visit = visit or make.visit(by=by.practitioner)
    row = {"kind": device.kind, "device": device, "performed_by": by, "parameters": {"frequency_mhz": 1}}
    return TreatmentApplied.objects.create(visit=visit, **{**row, **fields})


# --- what is offered


@pytest.mark.parametrize(("out", "is_offered"), [(None, True), (1, True), (0, False), (-1, False)])
def test_a_device_is_offered_until_the_day_it_goes_out_of_use(kind, out, is_offered):
    gone = None if out is None else TODAY + timedelta(days=out)
    device = make.equipment(kind, retired_on=gone)
    make.equipment(make.treatment_kind("estim"))
    assert devices.offered(kind, TODAY) == ([device] if is_offered else [])


@pytest.mark.parametrize(("due", "is_overdue"), [(None, False), (1, False), (0, False), (-1, True)])
def test_a_check_is_overdue_from_the_day_after_it_was_due(kind, due, is_overdue):
    day = None if due is None else TODAY + timedelta(days=due)
    assert devices.is_overdue(make.equipment(kind, next_check_on=day), TODAY) is is_overdue


def test_the_one_this_person_used_last_is_proposed_then_the_one_of_the_room(kind, carlos, tess):
    room = make.room()
    first, second = make.equipment(kind, name="A"), make.equipment(kind, name="B")
    found = [first, second]
    assert devices.last_used(found, by=carlos, room=room) is None
    here = make.visit(by=carlos.practitioner, appointment=make.appointment(by=carlos.practitioner, room=room))
    use(second, carlos, here)
    assert devices.last_used(found, by=tess, room=room) == second
    assert devices.last_used(found, by=tess, room=make.room()) is None
    use(first, tess, make.visit(by=carlos.practitioner))
    assert devices.last_used(found, by=tess, room=room) == first
    assert devices.last_used(found, by=carlos, room=room) == second


def test_a_single_device_is_proposed_without_having_been_used(kind, carlos):
    device = make.equipment(kind)
    assert devices.last_used([device], by=carlos) == device
    assert devices.last_used([], by=carlos) is None


def test_a_device_of_another_kind_or_out_of_use_is_refused_whatever_the_form_sends(kind, carlos, ana):
    other = make.equipment(make.treatment_kind("estim"))
    old = make.equipment(kind, retired_on=timezone.localdate())
    visit = make.visit(ana, carlos.practitioner)
    for device in (other, old):
        with pytest.raises(treating.BadParameters) as refused:
            treating.apply(visit, kind=kind, by=carlos, values={"site": "low_back"}, device=device)
        assert refused.value.errors == {"device": "This device is not in use for this treatment."}
    assert TreatmentApplied.objects.count() == 0


# --- deeds and the admin


def test_a_device_is_added_and_changed_by_who_may_and_told_to_the_log(client, olga, kind):
    client.force_login(olga)
    sent = {"kind": kind.pk, "name": "US 1", "maker": "Harmony", "checked_on": "2027-01-01"}
    assert client.post(reverse("admin:charting_equipment_add"), sent).status_code == 302
    device = Equipment.objects.get()
    url = reverse("admin:charting_equipment_change", args=[device.pk])
    assert client.post(url, {**sent, "next_check_on": "2027-12-01"}).status_code == 302
    assert client.post(url, {**sent, "next_check_on": "2027-12-01"}).status_code == 302  # the same: nothing is written
    device.refresh_from_db()
    assert (device.name, device.next_check_on) == ("US 1", date(2027, 12, 1))
    told = AuditEvent.objects.filter(action__startswith="equipment").order_by("pk")
    assert list(told.values_list("action", "actor_id")) == [
        ("equipment.added", olga.pk),
        ("equipment.changed", olga.pk),
    ]


def test_a_check_before_the_last_one_is_named_at_its_field(client, olga, kind):
    client.force_login(olga)
    sent = {"kind": kind.pk, "name": "US 1", "checked_on": "2027-05-01", "next_check_on": "2027-01-01"}
    answer = client.post(reverse("admin:charting_equipment_add"), sent)
    assert (answer.status_code, Equipment.objects.count()) == (200, 0)
    wrong = {"next_check_on": ["The next check comes after the last one."]}
    assert answer.context["adminform"].form.errors == wrong


def test_a_therapist_reads_devices_and_keeps_none(tess, kind):
    device = make.equipment(kind)
    with pytest.raises(PermissionDenied):
        devices.add(by=tess, kind=kind, name="Mine")
    with pytest.raises(PermissionDenied):
        devices.change(device, by=tess, name="Mine")
    assert Equipment.objects.get().name == device.name


@pytest.mark.parametrize("deed", ["add", "change"])
def test_nothing_is_kept_when_the_log_cannot_be_written(olga, kind, monkeypatch, deed):
    device = make.equipment(kind, name="US 1")
    monkeypatch.setattr("clinic.audit.chain.digest", lambda event: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        if deed == "add":
            devices.add(by=olga, kind=kind, name="US 2")
        else:
            devices.change(device, by=olga, name="US 2")
    assert list(Equipment.objects.values_list("name", flat=True)) == ["US 1"]


# --- the log


def test_the_log_says_which_device_when_by_whom_and_with_which_settings(client, carlos, kind):
    mine, other = make.equipment(kind, name="US 1"), make.equipment(kind, name="US 2")
    row = use(mine, carlos, minutes=8)
    use(other, carlos)
    client.force_login(carlos)
    answer = client.get(reverse(LOG), {"device__id__exact": mine.pk})
    assert list(answer.context["cl"].queryset) == [row]
    page = answer.content.decode()
    shown = ['field-device nowrap">US 1', 'field-settings">1 MHz', 'field-performed_by nowrap">Dr Carlos Vega']
    assert [page.count(words) for words in shown] == [1, 1, 1]


def test_the_log_is_filtered_by_day(client, carlos, kind):
    device = make.equipment(kind)
    use(device, carlos, recorded_at=timezone.now() - timedelta(days=40))
    today = use(device, carlos)
    client.force_login(carlos)
    since = (timezone.now() - timedelta(days=7)).isoformat()
    assert list(client.get(reverse(LOG), {"recorded_at__gte": since}).context["cl"].queryset) == [today]


def test_a_row_of_the_log_opens_the_note_it_stands_on(client, carlos, kind):
    row = use(make.equipment(kind), carlos)
    client.force_login(carlos)
    answer = client.get(reverse("admin:charting_treatmentapplied_change", args=[row.pk]))
    assert (answer.status_code, answer.url) == (302, row.visit.get_absolute_url())


@pytest.mark.parametrize("who", ["olga", "rita", "ivan"])
def test_who_reads_no_chart_reads_no_log(client, request, who, carlos, kind):
    use(make.equipment(kind), carlos)
    client.force_login(request.getfixturevalue(who))
    assert client.get(reverse(LOG)).status_code == 403


def test_the_list_of_devices_leads_to_the_log_for_those_alone_who_read_charts(client, olga, tess, kind):
    make.equipment(kind)
    links = {}
    for user in (olga, tess):
        client.force_login(user)
        links[user.email] = client.get(reverse(LIST)).content.decode().count("what was given with it")
    assert links == {"olga@example.org": 0, "tess@example.org": 1}


@pytest.mark.parametrize(("page", "cost"), [(LOG, 9), (LIST, 9)])
@pytest.mark.parametrize("rows", [1, 3])
def test_a_list_costs_the_same_for_one_row_and_three(client, carlos, kind, page, cost, rows, django_assert_num_queries):
    for _ in range(rows):
        use(make.equipment(kind), carlos, make.visit(make.patient(), carlos.practitioner))
    client.force_login(carlos)
    with django_assert_num_queries(cost):
        assert client.get(reverse(page)).status_code == 200
