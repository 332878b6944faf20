"""The settings of the day: a practitioner's hours, weekly and of single dates."""

from datetime import date, time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.scheduling.models import SpecialHours, WorkingHours
from tests import make


def page(client, who):
    return client.get(reverse("admin:scheduling_practitioner_change", args=[who.pk]))


@pytest.mark.parametrize("rows", [1, 3])
def test_the_hours_of_a_practitioner_take_the_same_queries_for_any_number_of_rows(
    client, olga, rows, django_assert_num_queries
):
    who = make.practitioner(hours=False)
    for n in range(rows):
        make.location(name=f"Place {n}")
        WorkingHours.objects.create(practitioner=who, weekday=n, opens=time(9), closes=time(12))
        SpecialHours.objects.create(
            practitioner=who, on=timezone.localdate() + timedelta(days=n), opens=time(9), closes=time(10)
        )
    client.force_login(olga)
    page(client, who)
    with django_assert_num_queries(12):
        assert page(client, who).status_code == 200


def test_the_hours_of_long_ago_are_not_drawn(client, olga):
    who = make.practitioner()
    SpecialHours.objects.create(practitioner=who, on=date(2020, 1, 6), opens=time(9), closes=time(10))
    SpecialHours.objects.create(practitioner=who, on=timezone.localdate(), opens=time(7), closes=time(8))
    client.force_login(olga)
    text = page(client, who).content.decode()
    assert ("2020-01-06" in text, str(timezone.localdate()) in text) == (False, True)
