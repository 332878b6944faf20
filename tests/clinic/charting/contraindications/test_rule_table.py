import csv

import pytest

from clinic.charting.contraindications.rule_table import DEFAULT_PATH, RuleError, parse_expression, read_rules


def row(**changes):
    fields = {
        "id": "heat.fever",
        "treatment": "heat",
        "trigger": "sign",
        "subject": "fever",
        "level": "A",
        "scope": "global",
        "regions": "",
        "level_when": "",
        "unknown_site": "ignore",
        "alternative": "",
        "message": "Fever.",
        "source_row": "1",
        "src": "own",
    }
    return fields | changes


def table(tmp_path, *rows):
    path = tmp_path / "rules.csv"
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, list(row()))
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_every_row_of_the_shipped_table_is_read():
    with DEFAULT_PATH.open(encoding="utf-8", newline="") as source:
        shipped = list(csv.DictReader(source))
    rules = read_rules()
    assert len(rules) == 443
    assert [(rule.id, rule.src) for rule in rules] == [(line["id"], line["src"]) for line in shipped]


def test_every_rule_keeps_its_source():
    assert [rule.id for rule in read_rules() if not rule.src] == []


def test_every_level_when_expression_of_the_shipped_table_can_be_read():
    expressions = {text for rule in read_rules() for text, _ in rule.level_when}
    assert len(expressions) == 31
    assert {name for text in expressions for name, _, _ in parse_expression(text)} == {
        *("activity", "can_report", "cause", "cleared", "control", "deficit", "dose", "examined", "fused", "grade"),
        *("highrisk", "hours", "inflamed", "months", "recency", "sensation", "severity", "stability", "trimester"),
    }


def test_pairs_of_level_when_keep_their_order(tmp_path):
    [rule] = read_rules(table(tmp_path, row(level_when="activity=quiet&fused=no:R;hours>=72:N")))
    assert rule.level_when == (("activity=quiet&fused=no", "R"), ("hours>=72", "N"))


def test_an_expression_is_read_term_by_term():
    assert parse_expression("age<=12&site=growth_plate") == (("age", "<=", "12"), ("site", "=", "growth_plate"))


@pytest.mark.parametrize("text", ["", "age", "age=", "=12", "age<12&", "age==12", "age < 12", "a=b or c=d"])
def test_an_expression_in_other_words_is_refused(text):
    with pytest.raises(RuleError):
        parse_expression(text)


@pytest.mark.parametrize(
    "changes",
    [
        {"treatment": "cupping"},
        {"trigger": "mood"},
        {"level": "N"},
        {"scope": "site"},
        {"regions": "cx"},
        {"unknown_site": "somewhere"},
        {"subject": ""},
        {"id": ""},
        {"scope": "region"},
        {"level_when": "stability:N"},
        {"level_when": "stability=stable:X"},
        {"level_when": "stability=stable"},
        {"trigger": "age", "subject": "under 12"},
        {"trigger": "age", "subject": "weight<12"},
        {"trigger": "age", "subject": "condition=a&condition=b"},
        {"trigger": "consent", "subject": "age<12"},
    ],
)
def test_a_wrong_row_is_refused_with_its_file_and_line(tmp_path, changes):
    path = table(tmp_path, row(id="first"), row(**changes))
    with pytest.raises(RuleError) as refusal:
        read_rules(path)
    assert str(refusal.value).startswith(f"{path}:3: ")


def test_an_id_used_twice_is_refused(tmp_path):
    path = table(tmp_path, row(), row())
    with pytest.raises(RuleError, match=r"rules\.csv:3: the id heat\.fever is used twice"):
        read_rules(path)


def test_a_file_without_a_column_is_refused(tmp_path):
    path = tmp_path / "rules.csv"
    path.write_text("id,treatment\nheat.fever,heat\n", encoding="utf-8")
    with pytest.raises(RuleError, match=r"rules\.csv:2: 'regions'"):
        read_rules(path)
