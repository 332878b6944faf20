"""The clinic's own hand on the contraindication table: changed and added to with a name, a time and a reason."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.charting import safety
from clinic.charting.contraindications import rule_changes, rule_versions
from clinic.charting.contraindications.rule_table import RuleError
from clinic.charting.models import Contraindication
from tests import make

ADD = reverse("admin:charting_contraindication_add")
UNREADABLE = "The table cannot read this. Please check how it is written."
OWN = {
    "treatment": "heat",
    "trigger": "condition",
    "subject": "diabetes",
    "level": "R",
    "scope": "region",
    "regions": ["limb"],
    "level_when": "control=good:P",
    "unknown_site": "everywhere",
    "alternative": "warm moving",
    "message": "Diabetes: heat on arms and legs needs a recorded reason.",
    "source": "clinic policy 7",
    "because": "A burn in March",
}
FIELDS = {**OWN, "regions": "limb"}


def page(rule):
    return reverse("admin:charting_contraindication_change", args=[rule.pk])


def sent(rule, **changes):
    kept = {name: getattr(rule, name) for name in ("level", "alternative", "message", "source")}
    return {**kept, "is_enabled": "on", **changes}


# --- adding ---


@pytest.mark.parametrize("who", ["olga", "carlos"])
def test_a_clinic_adds_a_rule_of_its_own(client, who, request):
    user = request.getfixturevalue(who)
    client.force_login(user)
    answer = client.post(ADD, OWN)
    assert (answer.status_code, answer.url) == (302, reverse("admin:charting_contraindication_changelist"))
    rule = Contraindication.objects.get(changed_because="A burn in March")
    assert rule.rule_id.startswith("own-heat.diabetes-")
    assert {name: getattr(rule, name) for name in rule_changes.ADDABLE} == {
        name: FIELDS[name] for name in rule_changes.ADDABLE
    }
    assert (rule.is_enabled, rule.changed_by, rule.changed_at is not None) == (True, user, True)
    told = AuditEvent.objects.get(action="contraindication.added")
    assert (told.actor_id, told.details["rule"]) == (user.pk, rule.rule_id)


def test_an_added_rule_speaks_at_once_as_it_was_written(ana, olga):
    rule_changes.add(by=olga, **FIELDS)
    make.condition(ana, "diabetes")
    heat = make.treatment_kind("heat")
    on_leg = safety.check(ana, heat, {"site": "knee"})
    assert [(c.level, c.message, c.alternative, c.source) for c in on_leg.warnings] == [
        ("R", "Diabetes: heat on arms and legs needs a recorded reason.", "warm moving", "clinic policy 7")
    ]
    assert safety.check(ana, heat, {"site": "low_back"}).warnings == ()


def test_each_change_and_each_addition_makes_a_new_version_of_the_rules(olga):
    seen = [safety.rules_version()]
    rule = rule_changes.add(by=olga, **FIELDS)
    seen.append(safety.rules_version())
    rule_changes.change(rule, because="Stricter", by=olga, level="A")
    seen.append(safety.rules_version())
    rule_changes.change(rule, because="The same again", by=olga, level="A")
    assert [version.rpartition(".")[2] for version in seen] == ["0", "1", "2"]
    assert safety.rules_version() == seen[-1]


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"because": " "}, "because", "This field is required."),
        ({"treatment": ""}, "treatment", "This field is required."),
        ({"treatment": "cupping"}, "treatment", "Select a valid choice. cupping is not one of the available choices."),
        ({"level": "N"}, "level", "Select a valid choice. N is not one of the available choices."),
        ({"source": ""}, "source", "This field is required."),
        ({"regions": []}, "regions", UNREADABLE),
        ({"level_when": "control:P"}, "level_when", UNREADABLE),
        ({"level_when": "control=good:X"}, "level_when", UNREADABLE),
        ({"level_when": "colour=red:P"}, "level_when", "No such detail is kept for this: colour."),
        ({"subject": "diabetis"}, "subject", "The safety vocabulary has no such word."),
        ({"subject": "fever"}, "subject", "The vocabulary keeps this word as another kind of thing."),
        ({"trigger": "sign"}, "subject", "The vocabulary keeps this word as another kind of thing."),
        ({"trigger": "site", "subject": "moon"}, "subject", "There is no such body site."),
        ({"trigger": "age"}, "subject", UNREADABLE),
        ({"trigger": "age", "subject": "weight<12"}, "subject", UNREADABLE),
        ({"trigger": "parameter", "subject": "moon=full"}, "subject", "No treatment has a setting of this name."),
        ({"treatment": "heat", "subject": "pregnancy", "scope": "region", "regions": ["abdomen", "lumbar"],
          "level_when": ""}, "subject", "There is a rule like this already. Change that one."),
    ],
)  # fmt: skip
def test_what_the_table_cannot_use_is_said_at_the_field_and_nothing_is_kept(client, olga, changes, field, message):
    before = Contraindication.objects.count()
    client.force_login(olga)
    answer = client.post(ADD, {**OWN, **changes})
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors == {field: [message]}
    assert f'value="{OWN["alternative"]}"' in answer.content.decode()
    assert (Contraindication.objects.count(), Contraindication.history.count()) == (before, 0)


@pytest.mark.parametrize(
    "changes",
    [
        {"trigger": "age", "subject": "age<=16", "level_when": ""},
        {"trigger": "site", "subject": "jaw", "level_when": "", "scope": "treated_site", "regions": []},
        {"trigger": "parameter", "subject": "technique=drop", "treatment": "smt_hvla", "level_when": ""},
        {"trigger": "sign", "subject": "fever", "treatment": "ice", "level_when": "", "scope": "global"},
        {"trigger": "consent", "subject": "consent=refused", "treatment": "needling", "level_when": ""},
    ],
)
def test_each_sort_of_rule_can_be_added(client, olga, changes):
    client.force_login(olga)
    assert client.post(ADD, {**OWN, **changes}).status_code == 302
    assert Contraindication.objects.get(changed_because="A burn in March").subject == changes["subject"]


def test_the_form_offers_the_words_of_the_vocabulary(client, olga):
    client.force_login(olga)
    shown = client.get(ADD).content.decode()
    for word in ('list="rule-subjects"', '<option value="osteoporosis">Osteoporosis', '<option value="eye">Eye'):
        assert word in shown


def test_the_deed_itself_asks_for_the_right_the_reason_and_a_row_it_can_read(olga, tess, rita, ivan):
    for user in (tess, rita, ivan):
        with pytest.raises(PermissionDenied):
            rule_changes.add(by=user, **FIELDS)
    with pytest.raises(rule_changes.ReasonMissing):
        rule_changes.add(by=olga, **{**FIELDS, "because": "  "})
    with pytest.raises(RuleError):
        rule_changes.add(by=olga, **{**FIELDS, "scope": "nowhere"})
    assert not Contraindication.objects.filter(rule_id__startswith="own-").exists()


def test_an_addition_that_fails_late_leaves_no_row(olga, monkeypatch):
    monkeypatch.setattr(rule_changes, "record", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        rule_changes.add(by=olga, **FIELDS)
    assert not Contraindication.objects.filter(rule_id__startswith="own-").exists()
    assert Contraindication.history.count() == 0


# --- who may not ---


@pytest.mark.parametrize("who", ["tess", "rita", "ivan", "ana"])
def test_others_neither_add_nor_change_a_rule(client, who, request):
    """T029, T033: neither by the form nor by an action of the list."""
    made = request.getfixturevalue(who)
    client.force_login(getattr(made, "user", made))
    rule = make.rule("smt_hvla.osteoporosis")
    listed = reverse("admin:charting_contraindication_changelist")
    assert [client.get(ADD).status_code, client.post(ADD, OWN).status_code] == [403, 403]
    assert client.post(page(rule), sent(rule, level="P", because="x")).status_code == 403
    client.post(listed, {"action": "delete_selected", "_selected_action": [rule.pk], "post": "yes"})
    assert Contraindication.objects.get(pk=rule.pk).level == "R"
    assert not Contraindication.objects.filter(rule_id__startswith="own-").exists()


def test_a_therapist_reads_a_rule_and_its_versions_and_is_asked_for_nothing(client, tess, olga):
    rule = rule_changes.change(make.rule("heat.pregnancy"), because="House rule", by=olga, level="A")
    client.force_login(tess)
    shown = client.get(page(rule)).content.decode()
    assert "House rule" in shown
    assert ['name="because"' in shown, 'name="level"' in shown, 'name="_save"' in shown] == [False, False, False]


@pytest.mark.parametrize("lookup", ["changed_by__password__startswith", "message__startswith", "history__level"])
def test_the_address_of_the_list_filters_by_nothing_hidden(client, olga, lookup):
    """T031."""
    client.force_login(olga)
    answer = client.get(reverse("admin:charting_contraindication_changelist"), {lookup: "a"})
    assert answer.status_code in (400, 302)


# --- versions ---


def test_a_page_tells_every_version_down_to_the_shipped_row(client, olga, carlos):
    rule = make.rule("smt_hvla.osteoporosis")
    client.force_login(olga)
    assert client.post(page(rule), sent(rule, level="A", because="Two fractures")).status_code == 302
    client.force_login(carlos)
    assert client.post(page(rule), sent(rule, level="P", source="HAWK", because="Read again")).status_code == 302
    told = [(v.by, v.because, v.changes) for v in rule_versions.versions(rule)]
    assert told == [
        (str(carlos), "Read again", [("level", "Absolute", "Precaution"), ("source", rule.source, "HAWK")]),
        (str(olga), "Two fractures", [("level", "Relative", "Absolute")]),
        ("", "As shipped.", []),
    ]
    shown = client.get(page(rule)).content.decode()
    for words in ("Two fractures", "<del>Relative</del>", "<ins>Absolute</ins>", "As shipped."):
        assert words in shown


def test_switching_a_rule_off_and_on_is_told_in_words(olga):
    rule = make.rule("smt_hvla.osteoporosis")
    rule_changes.change(rule, because="Not with us", by=olga, is_enabled=False)
    rule_changes.change(rule, because="After all", by=olga, is_enabled=True)
    assert [v.changes for v in rule_versions.versions(rule)] == [
        [("is in force", "no", "yes")],
        [("is in force", "yes", "no")],
        [],
    ]


def test_a_rule_of_the_clinics_own_has_its_beginning_as_its_first_version(olga):
    rule = rule_changes.add(by=olga, **FIELDS)
    rule_changes.change(rule, because="Milder", by=olga, level="P")
    assert [(v.by, v.because, v.changes) for v in rule_versions.versions(rule)] == [
        (str(olga), "Milder", [("level", "Relative", "Precaution")]),
        (str(olga), "A burn in March", []),
    ]


def test_a_rule_nobody_touched_has_one_version(clinic):
    assert [(v.at, v.because) for v in rule_versions.versions(make.rule("heat.fever"))] == [(None, "As shipped.")]


@pytest.mark.parametrize("changes", [1, 3])
def test_the_versions_cost_one_query(olga, django_assert_num_queries, changes):
    rule = make.rule("heat.fever")
    for number in range(changes):
        rule_changes.change(rule, because=f"Reason {number}", by=olga, source=f"Source {number}")
    with django_assert_num_queries(1):
        assert len(rule_versions.versions(rule)) == changes + 1
