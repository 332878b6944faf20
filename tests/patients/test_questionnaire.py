"""The questionnaire as data: complete, readable, and tied to the vocabulary and the safety rules."""

import pytest

from patients import questions
from patients.expressions import BadExpression, Facts, parse
from patients.questionnaire import BadQuestionnaire, load, shown
from patients.questions import TARGETS, TYPES, targets
from patients.red_flags import read_table
from patients.vocabulary import read_terms

ALL = list(load().questions())


def every_target(kind):
    own = [(question.key, target) for question in ALL for target in question.targets(kind)]
    return own + [(q.key, target) for q in ALL for c in q.choices for target in targets(c.maps_to, kind)]


def test_the_second_questionnaire_holds_20_topics_and_164_questions():
    assert (load().version, len(load().topics), len(ALL)) == (2, 20, 164)


def test_every_type_and_every_kind_of_target_is_used():
    used = {entry.partition(":")[0] for q in ALL for entry in (*q.maps_to, *(m for c in q.choices for m in c.maps_to))}
    assert ({question.type for question in ALL}, used) == (set(TYPES), set(TARGETS))


def test_every_rule_asks_only_about_questions_and_known_facts():
    keys = {question.key for question in ALL} | {"visit_kind"}
    asked = {key for question in ALL if question.shown_when for key in parse(question.shown_when).keys}
    assert asked - keys == set()


def test_rules_compare_only_with_choices_that_exist():
    facts_values = {("visit_kind", "initial")}
    for question in ALL:
        for key in parse(question.shown_when).keys if question.shown_when else ():
            if key == "visit_kind":
                continue
            values = load().question(key).values
            quoted = [part.split("'")[1] for part in question.shown_when.split(key) if part[:3] in ("=='", "!='")]
            facts_values |= {(key, value) for value in quoted if value not in values}
    assert facts_values == {("visit_kind", "initial")}


def test_every_condition_and_state_stands_in_the_vocabulary():
    unknown = []
    for key, target in every_target("condition") + every_target("unanswered"):
        slug, _, state = target.partition("[")
        term = read_terms().get(slug)
        name, _, value = state.rstrip("]").partition("=")
        if term is None or (state and value not in term.states.get(name, ())):
            unknown.append((key, target))
    assert unknown == []


def test_every_red_flag_has_its_question_with_the_same_words():
    asked = {target: load().question(key).text for key, target in every_target("flag") if target.startswith("RF")}
    assert asked == {row.id: row.question for row in read_table()}


def test_every_answer_the_red_flags_read_is_filled_by_a_question():
    filled = {target.partition("[")[0] for _, target in every_target("answer") + every_target("flag")}
    filled |= {question.key for question in ALL} | {"RF10b", "RF18d", "weeks_in_care", "clinic_min_age"}
    rules = [rule for row in read_table() for rule in (row.rule, *(rule for rule, _ in row.escalations))]
    assert {key for rule in rules for key in rule.keys} - filled == set()


def test_every_prompt_points_at_a_safety_question():
    filled = {target for _, target in every_target("answer") + every_target("flag")}
    assert {target for _, target in every_target("prompts")} - filled == set()


def test_every_choice_question_offers_choices_and_every_list_its_fields():
    empty = [q.key for q in ALL if q.type in ("choice", "multi", "yes_no_unsure", "movement_grid") and not q.choices]
    assert (empty, [q.key for q in ALL if q.type == "list_of" and not q.fields]) == ([], [])


def test_every_question_names_its_source():
    assert [question.key for question in ALL if not question.source] == []


@pytest.mark.parametrize(
    ("key", "facts", "expected"),
    [
        ("legal_name", Facts(), True),
        ("guardian", Facts(age=17), True),
        ("guardian", Facts(age=18), False),
        ("guardian", Facts(), True),
        ("guardian", Facts({"proxy_needed": "yes"}, age=40), True),
        ("RF04", Facts(age=15), False),
        ("RF04", Facts(), True),
        ("RF06a", Facts({"RF06": "unsure"}), True),
        ("RF06a", Facts({"RF06": "no"}), False),
        ("RF06a", Facts(), False),
        ("RF22a", Facts({"RF22": 4}), True),
        ("RF22a", Facts({"RF22": 3}), False),
        ("spasm_bulge", Facts({"quality": ["dull", "cramp"]}), True),
        ("illness_details", Facts({"illnesses": ["none"]}), False),
        ("illness_details", Facts({"illnesses": ["diabetes"]}), True),
        ("pregnancy_status", Facts(sex="M"), False),
        ("pregnancy_status", Facts(), True),
        ("RF24", Facts({"visit_kind": "initial"}), False),
        ("RF24", Facts({"visit_kind": "follow_up"}), True),
        ("date_of_loss", Facts({"claim_type": "none", "mechanism": "mva"}), True),
        ("date_of_loss", Facts({"claim_type": "none", "mechanism": "lift"}), False),
    ],
)
def test_a_question_is_shown_when_it_applies(key, facts, expected):
    assert shown(load().question(key), facts) is expected


def test_an_unknown_key_is_a_key_error():
    for find in (load().question, load().topic):
        with pytest.raises(KeyError):
            find("nobody")


@pytest.mark.parametrize(
    ("old", "new", "error", "message"),
    [
        (
            "key: preferred_name",
            "key: legal_name",
            BadQuestionnaire,
            "question legal_name stands in the questionnaire twice",
        ),
        ("type: date", "type: day", BadQuestionnaire, "question date_of_birth: type 'day' is not known"),
        (
            "maps_to: field:patient.sex",
            "maps_to: patient.sex",
            BadQuestionnaire,
            "question sex: 'patient.sex' maps to nothing known",
        ),
        (
            "shown_when: age>=16",
            "shown_when: age>=sixteen()",
            BadExpression,
            "'(' is not expected at character 13 of 'age>=sixteen()'",
        ),
    ],
)
def test_a_bad_questionnaire_is_refused_by_name(tmp_path, old, new, error, message):
    text = (questions.DATA / "intake.yaml").read_text(encoding="utf-8")
    path = tmp_path / "intake.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(error) as refused:
        load(path)
    assert str(refused.value) == message
