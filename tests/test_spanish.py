"""Spanish for patients: no question, no advice and no sentence that a patient reads is left in English."""

import csv
import gettext
import io
import re

import pytest
import yaml
from django.utils.translation import override

from patients import question_words, red_flags
from patients.questions import DATA, load
from scripts import messages

OVERLAY = yaml.safe_load((DATA / "intake.es.yaml").read_text(encoding="utf-8"))
SAME = {"No", "Psoriasis"}  # the same word in both languages


@pytest.fixture
def questionnaires():
    """The questionnaire in English and in Spanish."""
    with override("es"):
        spanish = load()
    return load(), spanish


def texts(questionnaire):
    """Every text a person can read in a questionnaire, by where it stands."""
    for topic in questionnaire.topics:
        yield f"{topic.key}.title", topic.title
        yield f"{topic.key}.intro", topic.intro
        for question in topic.questions:
            yield f"{question.key}.text", question.text
            yield f"{question.key}.help", question.help
            for part in (*question.choices, *question.rows):
                yield f"{question.key}.{part.value}", part.label


def left_in_english(english, spanish):
    """Where a Spanish text says what the English one says."""
    pairs = zip(texts(english), texts(spanish), strict=True)
    return [where for (where, text), (_, said) in pairs if text == said and text and text not in SAME]


def unknown(overlay, questionnaire):
    """What an overlay says to topics, questions, choices or rows that do not exist."""
    known = {"topics": {topic.key: topic for topic in questionnaire.topics}}
    known["questions"] = {question.key: question for question in questionnaire.questions()}
    for kind, keys in known.items():
        for key, words in overlay[kind].items():
            if key not in keys:
                yield key
                continue
            values = {part.value for part in getattr(keys[key], "choices", ()) + getattr(keys[key], "rows", ())}
            said = {*words.get("choices", {}), *words.get("rows", {})} - values
            yield from (f"{key}.{value}" for value in sorted(said))
            allowed = {"topics": {"title", "intro"}, "questions": {"text", "help", "choices", "rows"}}[kind] | {
                "english"
            }
            yield from (f"{key}.{word}" for word in sorted(set(words) - allowed))


def test_every_text_of_the_intake_is_said_in_spanish(questionnaires):
    english, spanish = questionnaires
    assert left_in_english(english, spanish) == []
    assert left_in_english(english, english) != []  # the check can fail


def test_the_spanish_words_name_only_what_is_asked(questionnaires):
    assert list(unknown(OVERLAY, questionnaires[0])) == []
    planted = {"topics": {"pains": {}}, "questions": {"RF01": {"choices": {"perhaps": "quizás"}, "hint": "…"}}}
    assert list(unknown(planted, questionnaires[0])) == ["pains", "RF01.perhaps", "RF01.hint"]


def test_the_spanish_belongs_to_the_english_of_today():
    """A reworded question must not keep its old Spanish: read it again, then note the new mark at `english`."""
    rows = [("topics", topic) for topic in load().topics] + [("questions", one) for one in load().questions()]
    marks = {one.key: question_words.mark(one) for kind, one in rows if kind == "questions"}
    marks |= {f"topic {one.key}": question_words.mark(one) for kind, one in rows if kind == "topics"}
    kept = {key: words["english"] for key, words in OVERLAY["questions"].items()}
    kept |= {f"topic {key}": words["english"] for key, words in OVERLAY["topics"].items()}
    assert kept == marks


def test_the_language_changes_words_and_nothing_else(questionnaires):
    def bare(questionnaire):
        blank = {"topics": {}, "questions": {}, "words": {}}
        for topic in questionnaire.topics:
            blank["topics"][topic.key] = {"title": "", "intro": ""}
        for one in questionnaire.questions():
            labels = {part.value: "" for part in (*one.choices, *one.rows)}
            blank["questions"][one.key] = {"text": "", "help": "", "choices": labels, "rows": labels}
        return question_words.worded(questionnaire, blank)

    english, spanish = questionnaires
    assert bare(english) == bare(spanish)


def test_a_question_without_spanish_words_stays_english(tmp_path):
    path = tmp_path / "intake.yaml"
    path.write_text((DATA / "intake.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "intake.es.yaml").write_text("questions: {RF12: {text: ¿Cáncer?}}", encoding="utf-8")
    with override("es"):
        asked = load(path)
    assert (asked.question("RF12").text, asked.question("RF13").text) == ("¿Cáncer?", load().question("RF13").text)


@pytest.mark.parametrize(("table", "key"), [("red_flags", "id"), ("red_flag_levels", "level")])
def test_every_advice_has_its_spanish(table, key):
    def rows(name):
        with (DATA / name).open(newline="", encoding="utf-8") as lines:
            return list(csv.DictReader(lines))

    english, spanish = rows(f"{table}.csv"), rows(f"{table}.es.csv")
    assert [(row[key], row["english"]) for row in spanish] == [(row[key], row["patient_advice"]) for row in english]
    assert [row[key] for row in spanish if not row["patient_advice"] or row["patient_advice"] == row["english"]] == []


def test_advice_is_given_in_the_language_asked_for():
    found = red_flags.evaluate(red_flags.Facts({"RF01": "yes", "RF12": "yes"}), soft=False)
    spanish = red_flags.read_advice("es")
    assert found.advice_in("es") == tuple(spanish[line] for line in found.advice)
    assert found.advice_in("en") == found.advice_in("en-us") == found.advice_in("fr") == found.advice
    assert len(found.advice) == 2


# --- the catalog ---

PO = messages.FOLDER / "django.po"
SAME_IN_SPANISH = {"Error:", "No", "abdomen", "pelvis"}
HOLES = re.compile(r"%\(\w+\)[sd]|%[sd]|%%|\{\w+\}|<[^>]*>")


@pytest.fixture(scope="module")
def kept():
    """The catalog as it stands in the repository: message -> Spanish forms."""
    return messages.read(PO.read_text(encoding="utf-8"))


def compiled():
    """What the compiled catalog answers, by Python's own reader."""
    with (messages.FOLDER / "django.mo").open("rb") as file:
        return gettext.GNUTranslations(file)._catalog


def without_spanish(found, catalog):
    """Messages that the compiled catalog does not know."""
    return [message.id for message in found if {message.key, (message.key, 1)}.isdisjoint(catalog)]


def test_every_text_a_patient_reads_has_its_spanish():
    """Fails for a new text: run scripts/messages.py and write its Spanish into django.po, then run it again."""
    catalog = compiled()
    assert without_spanish(messages.gathered(), catalog) == []
    planted = [*messages.of_template('{% load i18n %}{% translate "A new sentence." %}'), messages.Message("Sign in")]
    assert without_spanish(planted, catalog) == ["A new sentence."]


def test_the_catalog_holds_nothing_that_patients_do_not_read(kept):
    assert sorted(message.key for message in kept) == sorted(message.key for message in messages.gathered())


def test_the_compiled_catalog_says_what_the_catalog_says(kept):
    catalog = compiled()
    said = {key: text for key, text in catalog.items() if key}
    plain = {message.key: forms[0] for message, forms in kept.items() if not message.plural}
    plural = {(m.key, n): text for m, forms in kept.items() if m.plural for n, text in enumerate(forms)}
    assert said == {**plain, **plural}


def other_holes(catalog):
    """Messages whose Spanish fills in other things, or is dressed in other tags, than the English."""
    for message, forms in catalog.items():
        english = (message.id, message.plural or message.id)
        pairs = zip(english, forms, strict=False)
        if any(sorted(HOLES.findall(text)) != sorted(HOLES.findall(said)) for text, said in pairs):
            yield message.id


def test_the_spanish_fills_in_the_same_things(kept):
    assert list(other_holes(kept)) == []
    planted = {messages.Message("Call %(phone)s"): ("Llame al %(fone)s",), messages.Message("<b>x</b>"): ("x",)}
    assert list(other_holes(planted)) == ["Call %(phone)s", "<b>x</b>"]


def test_no_spanish_text_is_the_english_one(kept):
    same = {message.id for message, forms in kept.items() if message.id in forms or message.plural in forms}
    assert same == SAME_IN_SPANISH


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{% translate 'One' %}", [messages.Message("One")]),
        ("{{ day|date:_('l, F j') }}", [messages.Message("l, F j")]),
        ("{% blocktranslate with a=b|date:_('j') %}On {{ a }}{% endblocktranslate %}", ["j", "On %(a)s"]),
        (
            "{% blocktranslate count n=n context 'x' %}{{ n }} it{% plural %}{{ n }} them{% endblocktranslate %}",
            [messages.Message("%(n)s it", "%(n)s them", "x")],
        ),
        ("{# {% translate 'No' %} #}Plain{% comment %}{% translate 'No' %}{% endcomment %}", []),
    ],
)
def test_texts_of_a_template_are_gathered(source, expected):
    found = list(messages.of_template("{% load i18n %}" + source))
    assert found == [one if isinstance(one, messages.Message) else messages.Message(one) for one in expected]


def test_texts_of_a_module_are_gathered_also_from_one_class_only():
    source = """
NOT = "plain"
A = _("One" " and a half")
class B(models.Model):
    name = models.CharField(_("staff"))
    class Kind(models.TextChoices):
        X = "x", _("Two")
def f(n):
    return ngettext("%(n)d it", "%(n)d them", n), pgettext("here", "Three"), _(NOT)
"""
    some = [messages.Message("One and a half"), messages.Message("staff"), messages.Message("Two")]
    more = [messages.Message("%(n)d it", "%(n)d them"), messages.Message("Three", "", "here")]
    assert sorted(messages.of_python(source), key=str) == sorted([*some, *more], key=str)
    assert list(messages.of_python(source, ("B.Kind", "A"))) == [messages.Message("Two"), some[0]]
    with pytest.raises(LookupError):
        list(messages.of_python(source, ("B.Gone",)))


def test_a_catalog_is_written_as_it_is_read_and_leaves_out_what_has_no_spanish():
    rows = {
        messages.Message("One"): ("Uno",),
        messages.Message('"Two"\nlines\\', "", "here"): ("«Dos»\nlíneas\\",),
        messages.Message("%(n)s it", "%(n)s them"): ("%(n)s", "%(n)s más"),
        messages.Message("None yet"): ("",),
    }
    assert messages.read(messages.write({m: messages.Entry(forms) for m, forms in rows.items()})) == rows
    catalog = gettext.GNUTranslations(io.BytesIO(messages.compiled(rows)))
    assert (catalog.gettext("One"), catalog.gettext("None yet")) == ("Uno", "None yet")
    assert catalog.pgettext("here", '"Two"\nlines\\') == "«Dos»\nlíneas\\"
    assert [catalog.ngettext("%(n)s it", "%(n)s them", n) for n in (1, 2)] == ["%(n)s", "%(n)s más"]
