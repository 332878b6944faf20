"""No order of pages, answers, refusals, double sends and windows loses or changes an answer.

A play opens pages of one intake in two windows, answers, sends, sends again. Beside it runs the simplest idea of what
must be kept: what was last given for a question in a window that changed it. After every step the kept answers equal
that idea, and the page when opened again shows exactly what is kept.
"""

from dataclasses import dataclass, field

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from clinic.accounts import links
from clinic.accounts.models import SignedLink
from clinic.portal.filling import Filling
from clinic.portal.reading_answers import read
from patients import intake as intakes
from patients.answer_words import in_words
from patients.models import Intake
from patients.questionnaire import clean, load
from tests import make
from tests.clinic.portal.browser_form import form_of
from tests.clinic.portal.filled import fields, fill_in

pytestmark = pytest.mark.django_db
REFUSED = object()
SPOT = {"site": "low_back", "side": "right", "score_0_10": 6, "quality": []}
SPOT |= {"spreads_to": "calf", "spreads_side": "right"}
CRASH = {"q-mechanism": ["mva"]}

# page: [(question, what is sent for it, what is kept)]
EDITS = {
    "about_you": [
        ("sex", {"q-sex": ["M"]}, "M"),
        ("sex", {"q-sex": ["F"]}, "F"),
        ("preferred_name", {"q-preferred_name": [" Annie\x07 "]}, "Annie"),
        ("preferred_name", {"q-preferred_name": [""]}, None),
        ("proxy_needed", {"q-proxy_needed": ["yes"]}, "yes"),
        ("proxy_needed", {"q-proxy_needed": ["no"]}, "no"),
        ("date_of_birth", {"q-date_of_birth": ["soon"]}, REFUSED),
    ],
    "complaint": [
        ("chief_complaint", {"q-chief_complaint": ["Low back\nand leg"]}, "Low back\nand leg"),
        ("chief_complaint", {"q-chief_complaint": ["<b>&amp; 'x'"]}, "<b>&amp; 'x'"),
        ("chief_complaint", {"q-chief_complaint": [""]}, REFUSED),
        ("care_reason", {"q-care_reason": ["new"]}, "new"),
        ("care_reason", {"q-care_reason": ["moon"]}, REFUSED),
        (
            "secondary_complaints",
            {"q-secondary_complaints-0-problem": ["Neck"], "q-secondary_complaints-0-since": ["May"]},
            [{"problem": "Neck", "since": "May"}],
        ),
        ("secondary_complaints", {"q-secondary_complaints-0-since": ["May"]}, REFUSED),
        ("secondary_complaints", {}, None),
    ],
    "pain": [
        (
            "pain_sites",
            {
                "q-pain_sites": ["low_back.right"],
                "q-pain_sites-score-low_back.right": ["6"],
                "q-pain_sites-to-low_back.right": ["calf.right"],
            },
            [SPOT],
        ),
        ("pain_sites", {}, REFUSED),
        (
            "pain_sites",
            {"q-pain_sites": ["neck."], "q-pain_sites-score-neck.": [""], "q-pain_sites-to-neck.": ["moon."]},
            REFUSED,
        ),
        ("quality", {"q-quality": ["stiff", "spasm"]}, ["spasm", "stiff"]),
        ("quality", {"q-quality": ["dull"]}, ["dull"]),
        ("spasm_per_week", {"q-spasm_per_week": ["3,5"]}, 3.5),
        ("pain_now", {"q-pain_now": ["0"]}, 0),
        ("pain_now", {"q-pain_now": ["10"]}, 10),
    ],
    "provoking": [
        ("movement_direction", {"q-movement_direction": ["Bending"]}, "Bending"),
        ("movement_grid", {}, REFUSED),
    ],
    "onset": [
        ("mechanism", CRASH, "mva"),
        ("mechanism", {"q-mechanism": ["sleep"]}, "sleep"),
        ("claim_type", {"q-claim_type": ["auto"]}, "auto"),
        ("claim_type", {"q-claim_type": ["none"]}, "none"),
        ("claim_number", {"q-claim_number": ["A-7"]}, "A-7"),
        ("crash_after", {"q-crash_after": ["blackout", "none"]}, REFUSED),
        ("crash_after", {"q-crash_after": ["scan", "blackout"]}, ["blackout", "scan"]),
        ("onset_date", {"q-onset_date": ["2026-01-05"]}, "2026-01-05"),
    ],
    "red_flags": [
        ("RF12", {"q-RF12": ["yes"]}, "yes"),
        ("RF12", {"q-RF12": ["no"]}, "no"),
        ("RF12a", {"q-RF12a": ["no"]}, "no"),
        ("RF22", {"q-RF22": ["7"]}, 7),
        ("RF22", {"q-RF22": ["1"]}, 1),
        ("RF22a", {"q-RF22a": ["unsure"]}, "unsure"),
        ("RF20", {"q-RF20": ["none", "RF20a"]}, REFUSED),
    ],
    "history": [
        ("illnesses", {"q-illnesses": ["malignancy_history"]}, ["malignancy_history"]),
        ("illnesses", {"q-illnesses": ["none"]}, ["none"]),
        ("radiotherapy", {"q-radiotherapy": ["Chest, 2019"]}, "Chest, 2019"),
        ("injuries", {"q-injuries-0-what": ["Fall"], "q-injuries-1-what": ["Cut"]}, None),
    ],
    "pregnancy": [
        ("pregnancy_status", {"q-pregnancy_status": ["yes"]}, "yes"),
        ("pregnancy_status", {"q-pregnancy_status": ["no"]}, "no"),
        ("pregnancy_week", {"q-pregnancy_week": ["12"]}, 12),
        ("pregnancy_week", {"q-pregnancy_week": ["45"]}, REFUSED),
    ],
}
INJURIES = [{"what": "Fall", "year": ""}, {"what": "Cut", "year": ""}]
EDITS["history"][-1] = ("injuries", EDITS["history"][-1][1], INJURIES)
PAGES = tuple(EDITS)


@dataclass
class Window:
    """One open page: its form, and for each of its questions the answer it was opened with and the one given since."""

    page: str
    form: dict
    base: dict
    given: dict = field(default_factory=dict)


class Play:
    """One intake, its windows, and the simplest idea of what is kept."""

    def __init__(self, **patient):
        self.person = make.patient("Ana", **patient)
        self.intake = intakes.open_intake(self.person)
        self.url = reverse("intake", args=[links.make(SignedLink.Scope.INTAKE, self.intake.pk)])
        self.client, self.windows, self.kept = Client(), {}, {}

    def filling(self):
        return Filling(Intake.objects.select_related("patient").get(pk=self.intake.pk))

    def take(self, step):
        deed, window, page, number = step
        if deed == "open" or window not in self.windows:
            self.open(window, PAGES[page % len(PAGES)])
        if deed == "answer" and window in self.windows:
            self.answer(self.windows[window], number)
        if deed == "complete" and window in self.windows:
            self.complete(self.windows[window])
        if deed in ("send", "twice", "complete") and window in self.windows:
            self.send(window, again=deed == "twice")
        self.check()

    def open(self, window, page):
        if self.filling().page(page) is None:
            assert self.client.get(f"{self.url}{page}/").status_code == 404
            return
        self.windows[window] = self.read(page, self.client.get(f"{self.url}{page}/"))

    def read(self, page, response):
        form = form_of(response.content.decode())
        shown = self.filling().answers
        return Window(page, form, {key: shown.get(key) for key in form["asked"]})

    def answer(self, window, number):
        key, sent, kept = EDITS[window.page][number % len(EDITS[window.page])]
        if key in window.base:
            self.put(window, key, sent, kept)

    def put(self, window, key, sent, kept):
        for name in [name for name in window.form if name == f"q-{key}" or name.startswith(f"q-{key}-")]:
            del window.form[name]
        window.form |= sent
        window.given[key] = kept

    def complete(self, window):
        """Answer calmly whatever is open on this page, so that it is accepted."""
        asked = {one.question.key: one for one in self.filling().asked(self.filling().page(window.page) or _none())}
        for key, value in window.base.items():
            if window.given.get(key, value) in (None, REFUSED) and key in asked:
                sent = {name: made if isinstance(made, list) else [made] for name, made in fields([asked[key]]).items()}
                sent.pop("asked")
                data = query(sent)
                self.put(window, key, sent, clean(asked[key].question, read(asked[key].question, data)))

    def send(self, name, again):
        window = self.windows.pop(name)
        page = self.filling().page(window.page)
        if page is None:
            assert self.client.post(f"{self.url}{window.page}/", window.form).status_code == 404
            return
        for _time in range(1 + again):
            response = self.client.post(f"{self.url}{window.page}/", window.form)
            self.expect(window)
        if response.status_code == 422:
            self.windows[name] = self.read(window.page, response)
            self.windows[name].given = window.given
        else:
            assert response.status_code == 302

    def expect(self, window):
        before, shown_before = dict(self.kept), self.filling_of(self.kept)
        for key, base in window.base.items():
            mine, now = window.given.get(key, base), self.shown(key)
            if mine is REFUSED or (mine is None and load().question(key).required):
                continue
            if mine == now or now == base:
                self.kept[key] = mine
        shown = self.filling_of(self.kept)
        leads = {key for topic in load().topics if topic.key == window.page for key in map(_key, topic.questions)}
        for key in [key for key in self.kept if key not in shown]:
            if key in window.base or key in shown_before or _leads_of(key) & leads:
                del self.kept[key]
            else:
                assert self.kept[key] == before[key]

    def shown(self, key):
        return {**self.from_record(), **self.kept}.get(key)

    def from_record(self):
        from clinic.portal.prefill import from_record

        return from_record(self.person)

    def filling_of(self, kept):
        return self.filling().shown_keys({**self.from_record(), **kept})

    def check(self):
        stored = Intake.objects.get(pk=self.intake.pk).answers
        assert stored == self.kept

    def check_pages(self):
        """Each page opened again shows what is kept; where nothing is, what the record knows or nothing."""
        for page in self.filling().pages:
            if page.key not in PAGES:
                continue
            data = query(form_of(self.client.get(f"{self.url}{page.key}/").content.decode()))
            for question in page.questions:
                raw, expected = read(question, data), self.shown(question.key)
                shown = clean(question, raw) if raw not in (None, "", [], {}) else None
                assert (question.key, shown) == (question.key, expected)


def _none():
    return type("NoPage", (), {"questions": ()})


def _key(question):
    return question.key


def _leads_of(key):
    import re

    return set(re.findall(r"\w+", load().question(key).shown_when))


def query(sent):
    data = QueryDict(mutable=True)
    for name, values in sent.items():
        data.setlist(name, values)
    return data


STEP = st.tuples(
    st.sampled_from(("open", "answer", "answer", "answer", "complete", "send", "twice")),
    st.sampled_from((1, 2)),
    st.integers(0, len(PAGES) - 1),
    st.integers(0, 7),
)
SOME = settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
ONSET, FLAGS = PAGES.index("onset"), PAGES.index("red_flags")
CRASH_THEN_SLEEP = [
    *(("open", 1, ONSET, 0), ("answer", 1, ONSET, 0), ("complete", 1, 0, 0)),
    *(("open", 1, ONSET, 0), ("complete", 1, 0, 0)),
    *(("open", 1, ONSET, 0), ("answer", 1, ONSET, 1), ("send", 1, 0, 0)),
]
TWO_WINDOWS = [
    *(("open", 1, 1, 0), ("open", 2, 1, 0), ("answer", 1, 1, 0), ("complete", 1, 0, 0)),
    *(("answer", 2, 1, 1), ("send", 2, 0, 0), ("twice", 2, 0, 0)),
]

REFUSED_BESIDE_ANOTHER = [
    *(("open", 2, FLAGS, 0), ("open", 1, FLAGS, 0), ("complete", 1, 0, 0)),
    *(("send", 2, 0, 0), ("send", 2, 0, 0)),
]


@SOME
@given(st.lists(STEP, min_size=6, max_size=18))
@example(CRASH_THEN_SLEEP)
@example(TWO_WINDOWS)
@example(REFUSED_BESIDE_ANOTHER)
def test_no_order_of_answers_loses_or_changes_one(clinic, steps):
    play = Play()
    for step in steps:
        play.take(step)
    play.check_pages()


@settings(SOME, max_examples=3)
@given(st.lists(STEP, min_size=4, max_size=12))
def test_what_is_handed_in_is_what_was_read_through(clinic, steps):
    play = Play()
    for step in steps:
        play.take(step)
    fill_in(play.client, play.url, play.intake)
    told = play.client.get(f"{play.url}read-through/").context["told"]
    shown = {}
    for page, lines in told:  # what is signed on a page stands above its questions
        for question, (_text, words, _open) in zip(page.questions, lines[-len(page.questions) :], strict=True):
            shown[question.key] = [str(line) for line in words]
    play.client.post(f"{play.url}read-through/")
    row = Intake.objects.get(pk=play.intake.pk)
    kept = {key: [str(line) for line in in_words(load().question(key), value)] for key, value in row.answers.items()}
    assert row.submitted_at
    assert kept == shown


# --- the play itself can tell


def _forgetful(monkeypatch, change):
    kept = intakes.save_page

    def save_page(intake, *, page, answers, forget=(), done=True):
        return kept(intake, **change({"page": page, "answers": answers, "forget": forget, "done": done}))

    monkeypatch.setattr("clinic.portal.filling.intakes.save_page", save_page)


@pytest.mark.parametrize(
    "change",
    [
        lambda told: {**told, "answers": {k: v for k, v in told["answers"].items() if k != "onset_date"}},
        lambda told: {**told, "forget": ()},
        lambda told: {**told, "forget": (*told["forget"], "onset_date")},
        lambda told: {**told, "answers": {k: v or "" for k, v in told["answers"].items()}},
    ],
)
def test_the_play_notices_a_save_that_loses_or_changes_an_answer(clinic, monkeypatch, change):
    _forgetful(monkeypatch, change)
    play = Play()
    with pytest.raises(AssertionError):
        for step in CRASH_THEN_SLEEP:
            play.take(step)


def test_the_play_notices_a_window_that_overwrites_another(clinic, monkeypatch):
    monkeypatch.setattr(Filling, "_mine", lambda self, question, value, data: value)
    monkeypatch.setattr(Filling, "_is_of_another_window", lambda self, question, data: False)
    play = Play()
    with pytest.raises(AssertionError):
        for step in TWO_WINDOWS:
            play.take(step)
