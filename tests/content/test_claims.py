"""The claims guard: what it strikes, what it leaves alone."""

import pytest

from content.claims import Problem, check, sentences


def codes(text: str, references: int = 1) -> list[str]:
    return [problem.code for problem in check(text, references=references)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Our adjustments cure back pain.", "cure"),
        ("You will be CURED in a week.", "cure"),
        ("A cure-all for stiff necks.", "cure"),
        ("Spasm is curable.", "cure"),
        ("We **cure** spasms.", "cure"),
        ("We guarantee relief.", "guarantee"),
        ("Results guaranteed.", "guarantee"),
        ("We promise that you will walk again.", "promise"),
        ("Chiropractic has no side effects.", "side-effects"),
        ("Relief without any side effects", "side-effects"),
        ("Free from harmful side-effects.", "side-effects"),
        ("No drugs or side effects.", "side-effects"),
        ("It does not cause any side effects.", "side-effects"),
        ("It doesn’t have side effects.", "side-effects"),
        ("Side-effect-free care.", "side-effects"),
        ("No rebound effects either.", "side-effects"),
        ("A risk-free treatment.", "no-risk"),
        ("There is no risk.", "no-risk"),
        ("Adjustments are completely safe.", "no-risk"),
        ("Permanent relief is near.", "permanent"),
        ("We permanently correct your spine.", "permanent"),
        ("Be pain-free for life.", "permanent"),
        ("Massage flushes out toxins.", "toxins"),
        ("A detoxifying rub.", "toxins"),
        ("It works 100 % of the time.", "hundred-percent"),
        ("100% success.", "hundred-percent"),
        ("One hundred? No: 100 percent.", "hundred-percent"),
        ("A miracle for your back.", "miracle"),
        ("Miraculously better.", "miracle"),
        ("We treat the root cause.", "root-cause"),
        ("Your root cause is removed.", "root-cause"),
        ("It always works.", "absolute"),
        ("Instant relief!", "absolute"),
        ("Subluxations disturb your organs.", "organ-claim"),
        ("Adjustments boost your immune system.", "organ-claim"),
        ("You can stop taking your blood pressure medicine.", "stop-medicine"),
        ("Throw away your pills.", "stop-medicine"),
        ("Avoid habit-forming drugs.", "stop-medicine"),
        ("Painkillers are dangerous.", "stop-medicine"),
    ],
)
def test_a_banned_phrase_is_struck(text: str, code: str) -> None:
    assert codes(text) == [code]


@pytest.mark.parametrize(
    "text",
    [
        "There is no cure.",
        "There is no known cure for worn discs.",
        "We cannot promise a cure.",
        "We can't promise a cure or a result.",
        "Nobody can guarantee a result.",
        "No treatment is guaranteed.",
        "Relief is not guaranteed.",
        "It does not cure disease.",
        "It is not a cure.",
        "There is no quick fix or cure.",
        "Osteoporosis cannot be cured, but falls can be made rarer.",
        "A cure cannot be promised.",
        "A cure does not exist.",
        "With no guarantee of a cure, we measure.",
        "Be wary of anyone who promises a cure.",
        "Beware of clinics that guarantee results.",
        "No test is 100 % accurate.",
        "No treatment is without side effects.",
        "No care is risk-free.",
        "This is not a miracle.",
        "Do not stop taking your medicine.",
        "Never stop your blood thinner.",
    ],
)
def test_an_honest_denial_stays(text: str) -> None:
    assert codes(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("This is not only a relief but a cure.", ["cure"]),
        ("We will not rest until you are cured.", ["cure"]),
        ("There is no doubt that it will cure you.", ["cure"]),
        ("It cannot fail to cure.", ["cure"]),
        ("Why not cure it now?", ["cure"]),
        ("No pills, just a cure.", ["cure"]),
        ("There is no cure like ours.", ["cure"]),
        ("Nothing cures like it.", ["cure"]),
        ("It does not cure pain alone: it cures disease.", ["cure"]),
        ("No other clinic can cure you.", ["cure"]),
        ("We cannot promise a cure, but we guarantee relief.", ["guarantee"]),
        ("We cannot promise a cure and we guarantee relief.", ["guarantee"]),
        ("There is no cure. Our cure is new.", ["cure"]),
        ("No surgery and no side effects.", ["side-effects"]),
    ],
)
def test_a_denial_that_does_not_govern_the_phrase_is_no_excuse(text: str, found: list[str]) -> None:
    assert codes(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "Keep the pillow secure.",
        "An accurate count.",
        "The curve of the low back.",
        "An incurable optimist with curious feet.",
        "Early findings are promising.",
        "Waiting can cause permanent harm to a nerve.",
        "You have no risk factors.",
        "There were 1,100 % more clicks.",
        "Side effects are common.",
        "Stop and rest.",
        "Stop if the pain spreads, and bring your medicines.",
        "Some joints pop.",
    ],
)
def test_look_alikes_are_left_alone(text: str) -> None:
    assert codes(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Heat may help.",
        "Massage can gently ease a tight muscle.",
        "Walking has been shown to reduce pain.",
        "Stretching is effective.",
        "Studies show a difference.",
    ],
)
def test_a_benefit_without_a_reference_is_a_problem_and_with_one_is_not(text: str) -> None:
    assert codes(text, references=0) == ["no-reference"]
    assert codes(text, references=1) == []


@pytest.mark.parametrize(
    "text", ["We can help you book a time.", "It may hurt.", "Heat may not help.", "Staff can help."]
)
def test_help_between_people_and_doubt_need_no_reference(text: str) -> None:
    assert codes(text, references=0) == []


def test_a_problem_carries_the_sentence_and_what_to_do() -> None:
    assert check("All is well. We guarantee\nrelief today.", references=1) == [
        Problem("guarantee", "We guarantee relief today.", "Nobody can guarantee a result. Leave the word out.")
    ]


def test_one_sentence_reports_each_code_once_in_reading_order_of_sentences() -> None:
    text = "A miracle cure, a true cure. Results guaranteed."
    assert codes(text) == ["cure", "miracle", "guarantee"]


def test_markdown_marks_and_cells_part_sentences() -> None:
    text = "## Heat\n- one [link](https://example.org/cure)\n- two\n\n| Care | Low |\n> [!urgent]\n> Call\n> now."
    assert list(sentences(text)) == ["Heat", "one link", "two", "Care", "Low", "Call now."]


def test_hidden_characters_do_not_hide_a_claim() -> None:
    assert codes("We cu\u00adre and gua\u200brantee.") == ["cure", "guarantee"]


def test_a_negative_number_of_references_is_refused() -> None:
    with pytest.raises(ValueError, match="references cannot be negative"):
        check("Fine.", references=-1)


def test_empty_text_has_no_problem() -> None:
    assert check("", references=0) == []
