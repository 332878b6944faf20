"""An answer that cannot wait: the page stops, the clinic is told at once."""

import pytest
from django.urls import reverse

from clinic.accounts import links
from clinic.accounts.models import SignedLink
from clinic.portal import urgent
from patients import intake as intakes
from patients.models import Alert, Intake
from tests.clinic.portal.filled import fill_in, page_fields

SADDLE = "Do you have new numbness, tingling or a strange feeling around your private parts"


@pytest.fixture
def intake(ana):
    return intakes.open_intake(ana)


@pytest.fixture
def url(intake):
    return reverse("intake", args=[links.make(SignedLink.Scope.INTAKE, intake.pk)])


def safety_page(client, url, intake, **changes):
    fields = {k: v for k, v in page_fields(intake, "red_flags", **changes).items() if v is not None}
    return client.post(f"{url}red_flags/", fields)


def test_an_emergency_answer_leads_to_the_stop_page_and_raises_the_alert_at_once(client, intake, url):
    assert safety_page(client, url, intake, RF01="yes").url == f"{url}stop/"
    assert [(alert.flag, alert.level) for alert in Alert.objects.all()] == [("RF01", "E")]
    answer = client.get(f"{url}stop/")
    text = answer.content.decode()
    assert answer.templates[0].name == "intake/stop.html"
    assert [line in text for line in (SADDLE, 'href="tel:911"', "Please get medical help now")] == [True] * 3


def test_the_stop_does_not_wait_for_the_other_answers_of_the_page(client, intake, url):
    assert safety_page(client, url, intake, RF02="yes", RF13=None).url == f"{url}stop/"
    assert Alert.objects.get().flag == "RF02"


def test_sending_it_twice_raises_one_alert(client, intake, url):
    for _again in range(2):
        safety_page(client, url, intake, RF01="yes")
    assert Alert.objects.count() == 1


def test_the_start_page_leads_back_to_what_to_do(client, intake, url):
    assert client.get(url).context["emergency"] is False
    safety_page(client, url, intake, RF01="yes")
    assert f'href="{url}stop/"' in client.get(url).content.decode()


def test_changing_the_answer_lets_go_on_but_the_alert_stays(client, intake, url):
    safety_page(client, url, intake, RF01="yes")
    assert safety_page(client, url, intake, RF01="no").url == f"{url}history/"
    assert Alert.objects.open().get().flag == "RF01"
    assert client.get(f"{url}stop/").status_code == 404


def test_questions_not_answered_yet_raise_no_alert(client, intake, url):
    fill_in(client, url, intake, until="history")
    assert Alert.objects.count() == 0


def test_an_emergency_stands_again_when_it_is_handed_in(client, intake, url):
    fill_in(client, url, intake, until="red_flags")
    safety_page(client, url, intake, RF26="yes")
    for key in _after_safety(intake):
        client.post(f"{url}{key}/", page_fields(intake, key))
    answer = client.post(f"{url}read-through/")
    assert (answer.status_code, answer.templates[0].name) == (200, "intake/stop.html")
    assert Intake.objects.get(pk=intake.pk).status == "submitted"
    assert [alert.flag for alert in Alert.objects.filter(level="E")] == ["RF26"]


def _after_safety(intake):
    from clinic.portal.filling import Filling

    filling = Filling(Intake.objects.get(pk=intake.pk))
    return [page.key for page in filling.pages if not page.is_done]


def test_an_emergency_put_together_from_two_pages_stops_as_well(client, intake, url):
    safety_page(client, url, intake, RF27=["RF27a"])
    fields = page_fields(intake, "hydration_heat", recent_heat="yes")
    assert client.post(f"{url}hydration_heat/", fields).url == f"{url}stop/"
    assert Alert.objects.get().flag == "RF27"


def test_an_old_yes_of_the_last_intake_tells_nobody_before_it_is_given_again(client, intake, url, carlos):
    Intake.objects.filter(pk=intake.pk).update(answers={"RF01": "yes"})
    intakes.submit(intake)
    intakes.end_alert(Alert.objects.get(flag="RF01"), because="seen in hospital", by=carlos)
    second = intakes.open_intake(intake.patient)
    again = reverse("intake", args=[links.make(SignedLink.Scope.INTAKE, second.pk)])
    assert client.post(f"{again}loads/", page_fields(second, "loads")).url == f"{again}red_flags/"
    assert Alert.objects.open().filter(flag="RF01").count() == 0
    assert client.get(again).context["emergency"] is False
    assert safety_page(client, again, second, RF01="yes").url == f"{again}stop/"
    assert Alert.objects.open().filter(flag="RF01").count() == 1


def test_what_was_said_is_repeated_word_for_word():
    answers = {"RF20": ["RF20a", "RF20d"], "RF01": "no", "RF19": "no"}
    from patients.questionnaire import safety_facts
    from patients.red_flags import evaluate

    found = urgent.only_emergencies(evaluate(safety_facts(answers, age=40, sex="F")))
    assert found.ids == ("RF20",)
    assert urgent.told(answers, found) == ["New double vision?", "New dizziness?"]
