"""The clinician's review of a health history: what matters on top, one click each, for clinicians only."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.charting import safety
from patients import judging
from patients.models import Alert, Allergy, Condition, Intake, IntakeReview, Medication
from tests import make
from tests.patients.test_judging import handed_in, stated


def address(patient, **more):
    return f"/admin/patients/patient/{patient.pk}/change/?tab=intake" + "".join(f"&{k}={v}" for k, v in more.items())


@pytest.fixture
def doctor(client, carlos):
    client.force_login(carlos)
    return client


@pytest.fixture
def twice(ana):
    """Two versions; the second adds a medicine, a thin bone, a doubt and a phone."""
    first = handed_in(ana, pain_now=4, RF14="no", illnesses=["none"], phone="1")
    second = handed_in(
        ana,
        pain_now=6,
        RF14="unsure",
        illnesses=["osteoporosis"],
        illness_details="Scan in May",
        falls="unsure",
        phone="2",
        medicines=[{"name": "Alendronate", "dose": "70 mg", "how_often": "", "since": "", "prescriber": ""}],
    )
    return first, second


def press(client, patient, do, **more):
    return client.post(address(patient), {"do": do, **more})


def order(page, *words):
    """The words in the order in which they stand on the page."""
    text = page.content.decode()
    return sorted(words, key=text.index)


# --- what is shown


def test_what_matters_stands_on_top(doctor, ana, twice):
    parts = ('id="flags"', 'id="changes"', 'id="to-confirm"', 'id="to-answer"', 'id="named"', 'id="whole"')
    assert order(doctor.get(address(ana)), *reversed(parts)) == list(parts)


def test_the_newest_version_is_compared_with_the_one_before_it(doctor, ana, twice):
    shown = doctor.get(address(ana)).context
    assert (shown["intake"], shown["against"]) == (twice[1], twice[0])
    assert shown["changes"][0].key == "RF14"
    assert {one.key for one in shown["changes"]} == {
        *("RF14", "illnesses", "illness_details", "falls", "medicines", "pain_now", "phone")
    }


def test_any_two_versions_can_be_compared_the_older_stands_left(doctor, ana, twice):
    third = handed_in(ana, pain_now=1)
    shown = doctor.get(address(ana, v=twice[0].pk, against=third.pk)).context
    assert (shown["older"], shown["newer"], shown["intake"]) == (twice[0], third, twice[0])


@pytest.mark.parametrize("asked", ["x", "999999", "-1", "9" * 40, ""])
def test_a_version_that_is_not_there_shows_the_newest(doctor, ana, ben, twice, asked):
    assert doctor.get(address(ana, v=asked, against=asked)).context["intake"] == twice[1]
    strange = handed_in(ben, pain_now=9)
    assert doctor.get(address(ana, v=strange.pk)).context["intake"] == twice[1]


def test_each_condition_stands_beside_the_question_and_what_was_said(doctor, ana, twice):
    shown = doctor.get(address(ana)).context
    (bone,), (falls,) = shown["to_confirm"], shown["to_answer"]
    assert (bone.row.code, bone.question, bone.details) == (
        "osteoporosis",
        "Which of these have you had?",
        "Scan in May",
    )
    assert bone.answer.startswith("Osteoporosis")
    assert (falls.row.code, falls.answer, falls.question) == (
        "falls_history",
        "Not sure",
        "Have you fallen in the last year? How many times?",
    )


def test_an_imported_condition_waits_too_and_says_where_it_is_from(doctor, ana):
    make.condition(ana, certainty="stated", source="import")
    page = doctor.get(address(ana))
    assert ([one.question for one in page.context["to_confirm"]], page.context["intake"]) == ([""], None)
    assert re.findall(r'class="asked">(Import)', page.content.decode()) == ["Import"]


def test_nothing_handed_in_says_what_to_do(doctor, ana):
    assert doctor.get(address(ana)).content.decode().count("Nothing handed in yet. The desk can send the link.") == 1


def test_the_most_urgent_flag_stands_first_with_the_answer_that_raised_it(doctor, ana):
    handed_in(ana, RF14="yes", RF01="yes")
    told = [(row.level, row.flag, answer) for row, _question, answer in doctor.get(address(ana)).context["flags"]]
    assert (told[0], sorted(told, key=lambda one: "EURC".index(one[0]))) == (("E", "RF01", "Yes"), told)
    assert [answer for _level, flag, answer in told if flag in ("RF14", "RF10")] == ["Yes", "Left open"]


def test_older_answers_stay_readable_version_by_version(doctor, ana, twice):
    page = doctor.get(address(ana, v=twice[0].pk)).context
    told = {question: words for _title, lines in page["answers"] for question, words, _open in lines}
    assert told["How bad is it right now?"] == ["4 of 10"]


# --- one click each


@pytest.mark.parametrize(
    ("word", "certainty", "over"),
    [("confirm", "confirmed", False), ("over", "confirmed", True), ("not_so", "ruled_out", False)],
)
def test_one_click_judges_and_leads_back(doctor, ana, twice, word, certainty, over):
    row = Condition.objects.get(code="osteoporosis")
    answer = press(doctor, ana, f"{word}:{row.pk}")
    row.refresh_from_db()
    assert (answer.status_code, answer.url) == (302, f"{address(ana)}#to-confirm")
    assert (row.certainty, row.resolved_on is not None) == (certainty, over)


def test_a_wrong_click_is_put_back_and_warns_again(doctor, ana, twice):
    row = Condition.objects.get(code="osteoporosis")
    press(doctor, ana, f"not_so:{row.pk}")
    assert [fact.code for fact, _level in safety.banner(ana)] == []
    assert doctor.get(address(ana)).context["decided"] == [row]
    press(doctor, ana, f"put_back:{row.pk}")
    assert [fact.code for fact, _level in safety.banner(ana)] == ["osteoporosis"]
    assert doctor.get(address(ana)).context["decided"] == []


@pytest.mark.parametrize(("word", "certainty"), [("yes", "confirmed"), ("no", "ruled_out")])
def test_an_open_question_is_answered_by_one_click(doctor, ana, twice, word, certainty):
    row = Condition.objects.get(code="falls_history")
    press(doctor, ana, f"{word}:{row.pk}")
    row.refresh_from_db()
    assert row.certainty == certainty


def test_a_second_click_changes_nothing_and_says_so(doctor, ana, twice):
    row = Condition.objects.get(code="osteoporosis")
    press(doctor, ana, f"confirm:{row.pk}")
    doctor.get(address(ana))
    told = doctor.post(address(ana), {"do": f"not_so:{row.pk}"}, follow=True)
    row.refresh_from_db()
    assert row.certainty == "confirmed"
    assert [str(m) for m in told.context["messages"]] == ["This was decided before; nothing was changed."]


def test_what_was_chosen_to_compare_stays_chosen_after_a_click(doctor, ana, twice):
    row = Condition.objects.get(code="osteoporosis")
    shown = address(ana, v=twice[0].pk, against=twice[1].pk)
    assert doctor.post(shown, {"do": f"confirm:{row.pk}"}).url == f"{shown}#to-confirm"


def test_the_condition_of_somebody_else_is_not_found(doctor, ana, ben):
    row = stated(ben)
    for word in ("confirm", "over", "not_so", "put_back", "yes", "no", "correct"):
        assert press(doctor, ana, f"{word}:{row.pk}").status_code == 404
    row.refresh_from_db()
    assert row.certainty == "stated"


@pytest.mark.parametrize("pk", ["", "abc", "-1", "9223372036854775808"])
def test_an_odd_number_is_not_found(doctor, ana, pk):
    for word in ("confirm", "correct", "review", "seen", "list"):
        assert press(doctor, ana, f"{word}:{pk}").status_code == 404


# --- correcting


def test_the_form_to_correct_opens_for_one_condition_and_keeps_its_states(doctor, ana):
    row = stated(ana, state={"severity": "mild"})
    form = doctor.get(address(ana, correct=row.pk)).context["correct_form"]
    assert (form["code"].initial, form["state_severity"].initial) == ("osteoporosis", "mild")
    assert list(form.helper.layout.fields) == list(form.fields)


def test_a_correction_is_recorded_with_its_state(doctor, ana):
    row = stated(ana, state={"severity": "mild"})
    prefix = f"correct-{row.pk}"
    sent = {"code": "osteoporosis", "label": "Osteoporosis", "state_severity": "severe", "onset_on": "2024-05-02"}
    press(doctor, ana, f"correct:{row.pk}", **{f"{prefix}-{name}": value for name, value in sent.items()})
    row.refresh_from_db()
    assert (row.state, str(row.onset_on), row.certainty) == ({"severity": "severe"}, "2024-05-02", "confirmed")
    assert row.history.order_by("history_id").first().state == {"severity": "mild"}


def test_another_term_takes_its_label_and_drops_the_states_of_the_old_one(doctor, ana):
    row = stated(ana, state={"severity": "mild"})
    prefix = f"correct-{row.pk}"
    sent = {"code": "osteopenia", "label": "Osteoporosis", "state_severity": "severe"}
    press(doctor, ana, f"correct:{row.pk}", **{f"{prefix}-{name}": value for name, value in sent.items()})
    row.refresh_from_db()
    assert (row.code, row.label, row.state) == ("osteopenia", "Low bone density", {})


def test_a_bad_correction_stays_on_the_page_with_its_message(doctor, ana):
    row = stated(ana)
    prefix = f"correct-{row.pk}"
    sent = {f"{prefix}-code": "", f"{prefix}-label": "", f"{prefix}-onset_on": "2999-01-01"}
    answer = press(doctor, ana, f"correct:{row.pk}", **sent)
    row.refresh_from_db()
    assert (answer.status_code, answer.context["correct_form"].errors) == (
        422,
        {
            "onset_on": ["This day is in the future."],
            "label": ["Choose a term, or say in words what it is."],
        },
    )
    assert (row.certainty, 'value="2999-01-01"' in answer.content.decode()) == ("stated", True)


# --- lists


def test_a_named_medicine_goes_on_the_list_by_one_click_and_is_offered_no_more(doctor, ana, twice):
    assert [one.label for one in doctor.get(address(ana)).context["named"]] == ["Alendronate"]
    press(doctor, ana, f"list:{twice[1].pk}:medicine:0")
    press(doctor, ana, f"list:{twice[1].pk}:medicine:0")
    assert [(m.label, m.dose) for m in Medication.objects.all()] == [("Alendronate", "70 mg")]
    assert doctor.get(address(ana)).context["named"] == []


def test_an_allergy_stands_in_one_place_and_is_accepted_or_not_so(doctor, ana):
    handed_in(ana, allergies=["latex_allergy"])
    shown = doctor.get(address(ana)).context
    assert ([one.which for one in shown["named"]], shown["to_confirm"]) == (["latex_allergy"], [])
    press(doctor, ana, "no_allergy:latex_allergy")
    assert Condition.objects.get().certainty == "ruled_out"
    assert (doctor.get(address(ana)).context["named"], Allergy.objects.count()) == ([], 0)


def test_an_intake_of_somebody_else_adds_nothing(doctor, ana, ben):
    strange = handed_in(ben, medicines=[{"name": "Aspirin"}])
    assert press(doctor, ana, f"list:{strange.pk}:medicine:0").status_code == 404
    assert Medication.objects.count() == 0


# --- the stamp


def words(page):
    return re.findall(r'value="review:\d+">.*?</svg>\s*([^<]+)</button>', page.content.decode(), re.S)


def test_the_stamp_says_no_change_only_when_nothing_differs_or_it_was_read_before(doctor, carlos, ana, twice):
    told = [words(doctor.get(address(ana)))]
    IntakeReview.objects.create(intake=twice[1], by=make.user("eva@example.org"), note="")
    told.append(words(doctor.get(address(ana))))
    handed_in(ana, **twice[1].answers)
    told.append(words(doctor.get(address(ana))))
    assert told == [["Reviewed"], ["Reviewed, no change"], ["Reviewed, no change"]]


def test_a_review_is_kept_once_a_day_with_who_and_when(doctor, carlos, ana, twice):
    for _ in range(2):
        press(doctor, ana, f"review:{twice[1].pk}")
    page = doctor.get(address(ana))
    assert [(r.by, r.note) for r in IntakeReview.objects.all()] == [(carlos, "")]
    assert (page.context["stamped_today"], words(page)) == (IntakeReview.objects.get(), [])


def test_a_later_visit_stamps_again(doctor, carlos, ana, twice):
    IntakeReview.objects.create(intake=twice[1], by=carlos, at=timezone.now() - timezone.timedelta(days=7))
    press(doctor, ana, f"review:{twice[1].pk}", note="Asked again")
    assert [(r.note, again) for _v, r, again in doctor.get(address(ana)).context["reviews"]] == [
        ("Asked again", True),
        ("", False),
    ]


# --- who may


def test_a_therapist_reads_and_decides_nothing(client, tess, ana, twice):
    client.force_login(tess)
    page = client.get(address(ana, correct=Condition.objects.get(code="osteoporosis").pk))
    buttons = re.findall(r'name="do" value="(\w+):', page.content.decode())
    assert (page.status_code, sorted(set(buttons)), "correct_form" in page.context) == (200, ["seen"], False)
    for row in Condition.objects.all():
        for word in ("confirm", "over", "not_so", "put_back", "yes", "no", "correct"):
            assert press(client, ana, f"{word}:{row.pk}").status_code in (403, 422)
    for do in (f"list:{twice[1].pk}:medicine:0", f"review:{twice[1].pk}"):
        assert press(client, ana, do).status_code == 403
    assert Condition.objects.exclude(judged_at=None).count() == IntakeReview.objects.count() == 0


def test_the_clinic_admin_sees_nothing_of_it_and_presses_nothing(client, olga, ana, twice):
    client.force_login(olga)
    page = client.get(address(ana)).content.decode()
    row = Condition.objects.get(code="osteoporosis")
    assert ("Scan in May" in page, press(client, ana, f"confirm:{row.pk}").status_code) == (False, 403)


# --- cost


def test_the_tab_costs_the_same_for_one_row_and_three(doctor, carlos, ana, ben):
    for patient, rows in ((ana, 2), (ben, 4)):
        for number in range(rows):
            given = handed_in(patient, pain_now=number, worse_with=f"shovelling {number}", phone=str(number))
            IntakeReview.objects.create(intake=given, by=carlos)
        for number in range(rows):
            stated(patient, f"osteoporosis{number}", external_id=f"intake-{given.pk}-{number}")
            judging.confirm(stated(patient, f"epilepsy{number}"), by=carlos)
            Alert.objects.create(
                patient=patient, flag=f"X{number}", level="R", points_to="x", staff_action="y", acknowledged_at=None
            )
    costs = []
    for patient in (ana, ben):
        with CaptureQueriesContext(connection) as asked:
            doctor.get(address(patient))
        costs.append(len(asked))
    locking = 1 if connection.vendor == "postgresql" else 0
    assert costs == [COST + locking] * 2


def test_the_versions_shown_do_not_grow_with_the_history(doctor, ana):
    for number in range(14):
        handed_in(ana, pain_now=number % 10)
    assert (len(doctor.get(address(ana)).context["versions"]), Intake.objects.count()) == (12, 14)


COST = 26
