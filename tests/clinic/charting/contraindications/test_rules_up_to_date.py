"""An older database gets the shipped contraindications of today, and keeps what its clinic made of them."""

import importlib
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from clinic.charting.contraindications import rule_changes
from clinic.charting.contraindications.rule_table import read_rules
from clinic.charting.models import Contraindication

MIGRATION = importlib.import_module("clinic.charting.migrations.0004_bring_contraindications_up_to_date")
FIELDS = (
    "rule_id",
    "treatment",
    "trigger",
    "subject",
    "level",
    "scope",
    "level_when",
    "unknown_site",
    "alternative",
    "message",
    "source",
)

pytestmark = pytest.mark.django_db


def bring_up_to_date():
    MIGRATION.bring_up_to_date(apps, SimpleNamespace(connection=connection))


def rule(rule_id):
    return Contraindication.objects.get(rule_id=rule_id)


def everything():
    return list(Contraindication.objects.order_by("rule_id").values())


def test_a_rule_that_is_missing_is_added():
    Contraindication.objects.filter(rule_id="traction.malignancy_active").delete()
    bring_up_to_date()
    found = rule("traction.malignancy_active")
    assert (found.level, found.scope, found.unknown_site, found.is_enabled) == ("A", "same_region", "everywhere", True)


def test_a_rule_the_clinic_has_not_changed_says_what_the_table_says_now():
    now = rule("needling.pregnancy")
    Contraindication.objects.filter(pk=now.pk).update(regions="lumbar;abdomen", message="Older words.", source="GOLD")
    bring_up_to_date()
    found = rule("needling.pregnancy")
    assert (found.pk, found.regions, found.message, found.source) == (now.pk, now.regions, now.message, now.source)
    assert found.regions == "lumbar;sacral;pelvic;abdomen"


def test_a_rule_the_clinic_has_changed_stays_as_it_is(olga):
    Contraindication.objects.filter(rule_id="needling.pregnancy").update(regions="lumbar;abdomen")
    rule_changes.change(rule("needling.pregnancy"), level="A", because="Agreed with our physician", by=olga)
    rule_changes.change(rule("heat.pregnancy"), is_enabled=False, because="We do not offer heat", by=olga)
    before = everything()
    bring_up_to_date()
    assert everything() == before
    found = rule("needling.pregnancy")
    assert (found.level, found.regions, found.changed_because) == ("A", "lumbar;abdomen", "Agreed with our physician")
    assert rule("heat.pregnancy").is_enabled is False


def test_a_rule_of_the_clinics_own_stays(olga):
    own = rule_changes.add(
        because="Seen twice", by=olga, treatment="heat", trigger="condition", subject="frailty", level="P",
        scope="global", regions="", level_when="", unknown_site="ignore", alternative="", message="Frailty.",
        source="own",
    )  # fmt: skip
    bring_up_to_date()
    assert rule(own.rule_id).message == "Frailty."


def test_a_second_time_changes_nothing_and_a_new_database_is_up_to_date_already():
    before = everything()
    bring_up_to_date()
    assert everything() == before
    shipped = read_rules()
    assert sorted(Contraindication.objects.values_list("rule_id", flat=True)) == sorted(r.id for r in shipped)
    assert sorted(Contraindication.objects.values_list(*FIELDS)) == sorted(
        (r.id, r.treatment, r.trigger, r.subject, r.level, r.scope, *words(r)) for r in shipped
    )


def words(shipped):
    when = ";".join(f"{text}:{level}" for text, level in shipped.level_when)
    return when, shipped.unknown_site, shipped.alternative, shipped.message, shipped.src
