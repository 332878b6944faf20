"""The rule language: what it reads, what it refuses, and how open answers count."""

import pytest

from patients.expressions import BadExpression, Facts, Pass, parse

ANA = Facts(
    answers={
        "RF06": "yes",
        "RF07": "no",
        "RF08": "unsure",
        "RF09": None,
        "RF22": 5,
        "mechanism": "mva",
        "quality": ["spasm", "burning"],
        "clinic_min_age": 12,
        "words": "five",
    },
    age=40,
    sex="F",
    conditions=frozenset({"osteoporosis"}),
    derived={"older": parse("age>30").rule},
    fired=frozenset({"RF20"}),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RF06", True),
        ("RF07", False),
        ("RF06 and RF07", False),
        ("RF06 or RF07 and RF07", True),
        ("(RF06 or RF07) and RF07", False),
        ("has(osteoporosis)", True),
        ("has(stroke)", False),
        ("any(RF07,has(osteoporosis))", True),
        ("any(RF07,RF08)", False),
        ("count(RF06,RF07,has(osteoporosis))>=2", True),
        ("count(RF06,RF07)==2", False),
        ("fired(RF20)", True),
        ("fired(RF19)", False),
        ("age>=40", True),
        ("age>40", False),
        ("age<clinic_min_age", False),
        ("age>clinic_min_age", True),
        ("sex=='F'", True),
        ("sex!='F'", False),
        ("RF22>3", True),
        ("RF22<=4.5", False),
        ("RF22==5", True),
        ("mechanism=='mva'", True),
        ("mechanism!='mva'", False),
        ("quality=='spasm'", True),
        ("quality=='cramp'", False),
        ("quality!='cramp'", True),
        ("quality!='spasm'", False),
        ("older", True),
        ("words>3", False),
    ],
)
def test_a_rule_is_read_by_firm_answers(text, expected):
    assert parse(text).holds(ANA) is expected


def test_the_word_yes_stands_for_the_rows_own_answer():
    assert (parse("yes", "RF06").holds(ANA), parse("yes", "RF07").holds(ANA)) == (True, False)


def test_and_binds_stronger_than_or():
    assert parse("RF06 or RF06 and RF07").holds(ANA) is True


@pytest.mark.parametrize(
    ("text", "firm", "soft", "show"),
    [
        ("RF08", False, True, False),
        ("RF09", False, True, False),
        ("never_asked", False, True, False),
        ("never_asked=='x'", False, True, False),
        ("never_asked!='x'", False, True, False),
        ("never_asked>3", False, True, False),
        ("RF08=='unsure'", True, True, True),
        ("RF08=='yes'", False, True, False),
        ("RF07", False, False, False),
        ("age<18", False, True, True),
        ("age>=18", False, True, True),
        ("sex=='F'", False, True, True),
        ("sex!='M'", True, True, True),
        ("count(RF08,RF09,RF07)>=2", False, True, False),
        ("has(stroke)", False, False, False),
        ("unsure_ticks=='a'", True, True, True),
        ("unsure_ticks=='b'", False, True, False),
        ("limit_unknown_age<limit", False, True, False),
    ],
)
def test_open_answers_never_mean_no_in_the_soft_pass(text, firm, soft, show):
    facts = Facts({"RF07": "no", "RF08": "unsure", "RF09": None, "unsure_ticks": ["a", "unsure"]})
    if text == "limit_unknown_age<limit":
        text, facts = "age<limit", Facts(age=10)
    rule = parse(text)
    assert [rule.holds(facts, how) for how in (Pass.FIRM, Pass.SOFT, Pass.SHOW)] == [firm, soft, show]


def test_a_rule_tells_what_it_asks_about():
    rule = parse("yes and (RF06a or has(stroke)) and age<clinic_min_age or fired(RF20)", "RF06")
    assert (rule.keys, rule.slugs, rule.flags) == (
        {"RF06", "RF06a", "clinic_min_age"},
        {"stroke"},
        {"RF20"},
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "a condition is missing at character 1 of ''"),
        ("RF01 and", "a condition is missing at character 9 of 'RF01 and'"),
        ("RF01 RF02", "'RF02' is not expected at character 6 of 'RF01 RF02'"),
        ("RF01 + 1", "'+' is not understood at character 6 of 'RF01 + 1'"),
        ("not RF01", "'not' cannot stand here at character 1 of 'not RF01'"),
        ("or RF01", "'or' cannot stand here at character 1 of 'or RF01'"),
        ("(RF01", "')' is missing at character 6 of '(RF01'"),
        ("RF01)", "')' is not expected at character 5 of 'RF01)'"),
        ("eval(RF01)", "'eval' is not a function at character 5 of 'eval(RF01)'"),
        ("has()", "has() needs one name at character 5 of 'has()'"),
        ("has(a,b)", "')' is missing at character 6 of 'has(a,b)'"),
        ("has('a')", "has() needs one name at character 5 of \"has('a')\""),
        ("any()", "')' cannot stand here at character 5 of 'any()'"),
        ("count(a,b)", "count() needs a comparison at character 11 of 'count(a,b)'"),
        ("count(a)>='x'", "count() is compared with a number at character 11 of \"count(a)>='x'\""),
        ("age", "age needs a comparison at character 4 of 'age'"),
        ("age>'x'", "age is compared with a number at character 5 of \"age>'x'\""),
        ("sex>3", "sex is compared by == or != with a quoted letter at character 5 of 'sex>3'"),
        ("sex=='F", '"\'" is not understood at character 6 of "sex==\'F"'),
        ("RF22>'x'", "> needs a number at character 6 of \"RF22>'x'\""),
        ("RF22==", "a quoted text or a number is missing at character 7 of 'RF22=='"),
        ("RF22==RF21", "a quoted text or a number is missing at character 7 of 'RF22==RF21'"),
        ("RF01.__class__", "'.' is not understood at character 5 of 'RF01.__class__'"),
        ("yes", "'yes' needs a question of its own at character 1 of 'yes'"),
        ("3>2", "'3' cannot stand here at character 1 of '3>2'"),
        ("RF01 = 'a'", "'=' is not understood at character 6 of \"RF01 = 'a'\""),
    ],
)
def test_unknown_syntax_is_refused_with_text_and_position(text, message):
    with pytest.raises(BadExpression) as refused:
        parse(text)
    assert str(refused.value) == message


def test_endless_brackets_and_endless_rules_are_refused():
    with pytest.raises(BadExpression, match=r"^too many brackets at character"):
        parse("(" * 40 + "RF01" + ")" * 40)
    with pytest.raises(BadExpression, match=r"^the rule is longer than 1000 characters"):
        parse("RF01 or " * 200 + "RF01")
