"""The intake behind its link: every page, saved, resumed, refused, handed in (T006, T015, T022 of the threat list)."""

import pytest
from django.test import Client
from django.urls import reverse

from clinic.accounts import links
from clinic.accounts.models import SignedLink
from clinic.audit.models import AuditEvent
from clinic.outcomes.models import Response
from clinic.portal.filling import Filling
from patients import intake as intakes
from patients.models import Alert, Condition, Intake
from patients.questionnaire import load
from tests import make
from tests.clinic.portal.browser_form import form_of
from tests.clinic.portal.filled import errors_of, fill_in, page_fields


@pytest.fixture
def intake(ana):
    return intakes.open_intake(ana)


@pytest.fixture
def url(intake):
    return reverse("intake", args=[links.make(SignedLink.Scope.INTAKE, intake.pk)])


def kept(intake):
    return Intake.objects.get(pk=intake.pk)


def send(client, url, intake, key, **changes):
    """Send one page with these changes; None leaves a field out."""
    fields = page_fields(intake, key, **changes)
    return client.post(f"{url}{key}/", {name: value for name, value in fields.items() if value is not None})


def test_a_patient_fills_in_every_page_and_hands_in(client, intake, url):
    fill_in(client, url, intake)
    assert client.get(f"{url}read-through/").status_code == 200
    done = client.post(f"{url}read-through/")
    assert (done.status_code, done.templates[0].name) == (200, "intake/done.html")
    assert kept(intake).status == "submitted"
    scores = {score.measure_id: score.answers for score in Response.objects.filter(patient=intake.patient)}
    assert sorted(scores) == ["nrs_pain", "psfs", "spasms"]
    assert scores["nrs_pain"] == {"pain_now": 6, "pain_best": 2, "pain_worst": 2, "pain_average": 2}
    assert client.get(url).status_code == 404


def test_every_question_of_a_patient_is_on_its_page(client, intake, url):
    """A question that no page shows would count as open for ever."""
    fill_in(client, url, intake)
    filling = Filling(kept(intake))
    for page in filling.pages:
        text = client.get(f"{url}{page.key}/").content.decode()
        assert [q.key for q in page.questions if f'value="{q.key}"' not in text] == []
        assert [q.key for q in page.questions if f'name="q-{q.key}' not in text] == []


def test_questions_for_the_clinician_are_not_asked(client, intake, url):
    text = client.get(f"{url}risk_list/").content.decode()
    assert ("risk_patient" in text, "risk_clinician" in text) == (True, False)


def test_what_the_clinic_knows_is_filled_in(client, intake, url):
    text = client.get(f"{url}about_you/").content.decode()
    assert 'value="Ana Sørensen"' in text
    assert 'value="1965-03-14"' in text


def test_reading_a_page_changes_nothing(client, intake, url):
    for key in ("", *(topic.key + "/" for topic in load().topics), "read-through/"):
        client.get(url + key)
    assert (kept(intake).answers, kept(intake).pages_done, kept(intake).saved_at) == ({}, [], None)


def test_a_page_is_saved_and_the_start_says_where_to_go_on(client, intake, url):
    answer = send(client, url, intake, "about_you")
    assert answer.url == f"{url}complaint/"
    assert kept(intake).pages_done == ["about_you"]
    assert client.get(url).context["goes_on"].key == "complaint"
    assert client.get(f"{url}complaint/").context["back"].key == "about_you"


def test_a_refused_page_keeps_what_was_typed_and_ties_the_error_to_its_field(client, intake, url):
    answer = send(client, url, intake, "onset", onset_date="yesterday", mechanism_story="I bent <down>")
    assert answer.status_code == 422
    assert list(errors_of(answer)) == ["onset_date"]
    text = answer.content.decode()
    assert 'role="alert" id="errors" tabindex="-1" autofocus' in text
    assert '<a href="#q-onset_date">' in text
    assert 'aria-describedby="q-onset_date-hint q-onset_date-error"' in text
    assert 'value="yesterday"' in text
    assert "I bent &lt;down&gt;</textarea>" in text
    assert "onset" not in kept(intake).pages_done


def test_valid_answers_are_kept_beside_a_refused_one(client, intake, url):
    send(client, url, intake, "complaint", chief_complaint="Spasm", care_reason=None)
    row = kept(intake)
    assert (row.answers.get("chief_complaint"), "care_reason" in row.answers, row.pages_done) == ("Spasm", False, [])


def test_a_question_that_was_shown_and_left_empty_is_kept_as_open(client, intake, url):
    send(client, url, intake, "complaint")
    assert kept(intake).answers["secondary_complaints"] is None


def test_a_follow_up_is_asked_on_the_same_page_before_it_goes_on(client, intake, url):
    answer = send(client, url, intake, "red_flags", RF12="yes")
    assert answer.url == f"{url}red_flags/#q-RF12a"
    assert "red_flags" not in kept(intake).pages_done
    assert send(client, url, intake, "red_flags", RF12="yes", RF12a="no").url == f"{url}history/"


def test_an_answer_to_a_question_that_is_no_longer_asked_is_forgotten(client, intake, url):
    send(client, url, intake, "red_flags", RF12="yes")
    send(client, url, intake, "red_flags", RF12="yes", RF12a="yes")
    assert kept(intake).answers["RF12a"] == "yes"
    send(client, url, intake, "red_flags", RF12="no")
    assert ("RF12a" in kept(intake).answers, kept(intake).answers["RF12"]) == (False, "no")


def test_saving_a_page_leaves_the_answers_of_other_pages_alone(client, intake, url):
    """Another page may hide a question that this page only left where it was."""
    before = {"radiotherapy": "Chest", "risk_clinician": ["poor_posture"], "gone_question": "kept"}
    Intake.objects.filter(pk=intake.pk).update(answers=before)
    send(client, url, intake, "complaint")
    assert {key: kept(intake).answers.get(key) for key in before} == before
    send(client, url, intake, "red_flags", RF12="no")
    assert "radiotherapy" not in kept(intake).answers


def test_two_windows_on_one_page_keep_both_their_answers(client, intake, url):
    here, there = (form_of(client.get(f"{url}complaint/").content.decode()) for _window in range(2))
    here |= {"q-chief_complaint": ["Low back"], "q-care_reason": ["new"]}
    there |= {"q-secondary_complaints-0-problem": ["Neck"], "q-chief_complaint": ["Low back"]}
    there["q-care_reason"] = ["flare"]
    client.post(f"{url}complaint/", here)
    answer = client.post(f"{url}complaint/", there)
    assert (answer.status_code, list(errors_of(answer))) == (422, ["care_reason"])
    assert errors_of(answer)["care_reason"].startswith("This was answered in another window meanwhile.")
    answers = kept(intake).answers
    assert (answers["care_reason"], answers["secondary_complaints"][0]["problem"]) == ("new", "Neck")
    again = form_of(answer.content.decode())
    assert again["q-care_reason"] == ["flare"]
    assert client.post(f"{url}complaint/", again).status_code == 302
    assert kept(intake).answers["care_reason"] == "flare"


def test_a_page_sent_in_the_background_is_told_where_to_go_on(client, intake, url):
    fields = page_fields(intake, "complaint")
    answer = client.post(f"{url}complaint/", fields, headers={"X-Stays": "yes"})
    assert (answer.status_code, answer.headers["X-Go-On"], answer.content) == (204, f"{url}pain/", b"")
    refused = client.post(f"{url}complaint/", {**fields, "q-care_reason": ""}, headers={"X-Stays": "yes"})
    assert (refused.status_code, "X-Go-On" in refused.headers) == (422, False)


def test_a_page_says_what_to_do_when_it_cannot_be_sent(client, intake, url):
    fill_in(client, url, intake)
    for page in ("pain/", "read-through/"):
        text = client.get(f"{url}{page}").content.decode()
        assert 'id="lost" role="alert" tabindex="-1" aria-labelledby="lost-title" hidden' in text
        assert ("Your answers are still on this page." in text, "Call (503) 555-0100" in text) == (True, True)


def test_an_intake_that_changed_after_it_was_read_through_is_read_once_more(client, intake, url):
    fill_in(client, url, intake)
    seen = form_of(client.get(f"{url}read-through/").content.decode())
    send(client, url, intake, "complaint", chief_complaint="Neck")
    answer = client.post(f"{url}read-through/", seen)
    assert (answer.status_code, kept(intake).submitted_at) == (409, None)
    assert "Something was changed in another window" in answer.content.decode()
    assert client.post(f"{url}read-through/", form_of(answer.content.decode())).status_code == 200
    assert kept(intake).answers["chief_complaint"] == "Neck"


def test_an_answer_that_no_page_shows_is_not_handed_in(client, intake, url):
    fill_in(client, url, intake)
    Intake.objects.filter(pk=intake.pk).update(
        answers={**kept(intake).answers, "gone_question": "old", "RF12a": "yes", "risk_clinician": ["poor_posture"]}
    )
    client.post(f"{url}read-through/")
    answers = kept(intake).answers
    assert ("gone_question" in answers, "RF12a" in answers, answers["risk_clinician"]) == (
        False,
        False,
        ["poor_posture"],
    )


def test_an_incomplete_intake_is_not_handed_in(client, intake, url):
    fill_in(client, url, intake, until="history")
    answer = client.post(f"{url}read-through/")
    assert answer.status_code == 422
    assert kept(intake).submitted_at is None
    assert client.get(url).status_code == 200


def test_an_error_while_handing_in_keeps_the_intake_open_and_the_link_alive(client, intake, url, monkeypatch):
    fill_in(client, url, intake)
    monkeypatch.setattr("clinic.portal.handing_in.recording.pain_from_intake", lambda intake: 1 / 0)
    client.raise_request_exception = False
    assert client.post(f"{url}read-through/").status_code == 500
    assert kept(intake).submitted_at is None
    assert (Response.objects.count(), Condition.objects.count(), Alert.objects.count()) == (0, 0, 0)
    assert client.get(url).status_code == 200


def test_yes_to_osteoporosis_becomes_a_condition_as_stated(client, intake, url):
    fill_in(client, url, intake, illnesses=["osteoporosis"], illness_details="since 2019")
    client.post(f"{url}read-through/")
    condition = Condition.objects.get(patient=intake.patient, code="osteoporosis")
    assert (condition.certainty, condition.source) == ("stated", "intake")


def test_advice_below_an_emergency_stands_on_the_last_page(client, intake, url):
    fill_in(client, url, intake, RF16="yes")
    text = client.post(f"{url}read-through/").content.decode()
    assert "Please see a doctor today or tomorrow." in text
    assert "Please do this first" in text


def test_a_list_keeps_its_rows_and_a_half_filled_one_is_refused(client, intake, url):
    rows = {"medicines-0-name": "Ibuprofen", "medicines-0-dose": "400 mg", "medicines-2-name": "Vitamin D"}
    send(client, url, intake, "medicines", **rows)
    assert [row["name"] for row in kept(intake).answers["medicines"]] == ["Ibuprofen", "Vitamin D"]
    answer = send(client, url, intake, "medicines", **{"medicines-0-dose": "400 mg"})
    assert list(errors_of(answer)) == ["medicines"]
    assert 'value="400 mg"' in answer.content.decode()


def test_the_body_map_keeps_place_side_and_score(client, intake, url):
    places = {"pain_sites": ["low_back.left", "neck."], "pain_sites-score-low_back.left": "7"}
    send(client, url, intake, "pain", **places)
    spots = [(spot["site"], spot["side"], spot["score_0_10"]) for spot in kept(intake).answers["pain_sites"]]
    assert spots == [("low_back", "left", 7), ("neck", "", None)]


def test_a_place_tells_where_it_spreads_to_in_the_list_on_the_drawing_and_in_words(client, intake, url):
    sent = {"pain_sites": ["low_back.right"], "pain_sites-score-low_back.right": "6"}
    send(client, url, intake, "pain", **sent, **{"pain_sites-to-low_back.right": "calf.right"})
    [spot] = kept(intake).answers["pain_sites"]
    assert (spot["spreads_to"], spot["spreads_side"]) == ("calf", "right")
    text = client.get(f"{url}pain/").content.decode()
    assert '<option value="calf.right" selected>Calf, right</option>' in text
    assert text.count('<path class="rad" d="M') == 1
    send(client, url, intake, "pain", **sent, **{"pain_sites-to-low_back.right": "calf.right", "quality": ["dull"]})
    assert "Low back, right: 6 of 10, spreads to calf, right" in client.get(f"{url}read-through/").content.decode()


def test_an_older_answer_without_the_side_it_spreads_to_is_shown_and_kept(client, intake, url):
    old = {"site": "low_back", "side": "left", "score_0_10": 3, "quality": [], "spreads_to": "foot"}
    Intake.objects.filter(pk=intake.pk).update(answers={"pain_sites": [old]})
    fields = form_of(client.get(f"{url}pain/").content.decode())
    assert fields["q-pain_sites-to-low_back.left"] == ["foot.left"]
    client.post(f"{url}pain/", fields)
    assert kept(intake).answers["pain_sites"] == [{**old, "spreads_side": "left"}]


def test_the_movement_grid_asks_about_the_places_that_were_marked(client, intake, url):
    send(client, url, intake, "pain", pain_sites=["neck.", "calf.left"])
    text = client.get(f"{url}provoking/").content.decode()
    regions = ("neck", "calf", "low_back")
    assert [f'name="q-movement_grid-{region}-flexion"' in text for region in regions] == [True, True, False]


def test_the_second_intake_starts_from_the_answers_of_the_first(client, intake, url):
    fill_in(client, url, intake)
    client.post(f"{url}read-through/")
    second = intakes.open_intake(intake.patient)
    again = reverse("intake", args=[links.make(SignedLink.Scope.INTAKE, second.pk)])
    assert "Spasm in the low back" in client.get(f"{again}complaint/").content.decode()
    assert client.post(f"{again}read-through/").status_code == 422


def test_a_child_s_intake_is_handed_in_by_the_guardian(client, clinic):
    from datetime import date

    kim = make.patient("Kim", birth_date=date(2016, 5, 1))
    row = intakes.open_intake(kim)
    url = reverse("intake", args=[links.make(SignedLink.Scope.INTAKE, row.pk)])
    fill_in(client, url, row, date_of_birth="2016-05-01")
    client.post(f"{url}read-through/")
    assert (kept(row).status, kept(row).filled_by) == ("submitted", "guardian")


# --- tampering


@pytest.mark.parametrize("path", ["", "about_you/", "read-through/", "stop/", "nonsense/"])
def test_a_wrong_token_says_so_without_naming_anyone(client, intake, url, path):
    answer = client.get(f"/intake/not-the-token/{path}")
    text = answer.content.decode()
    assert answer.status_code == 404
    assert answer.templates[0].name == "accounts/link_not_valid.html"
    assert ("Ana" in text, "Sørensen" in text, "(503) 555-0100" in text) == (False, False, True)


def test_an_expired_link_opens_nothing(client, intake, url):
    from datetime import timedelta

    from django.utils import timezone

    past = timezone.now() - timedelta(days=8)
    SignedLink.objects.update(created_at=past, expires_at=past + timedelta(days=7))
    assert client.get(url).status_code == 404
    assert client.post(f"{url}complaint/", {"asked": "chief_complaint", "q-chief_complaint": "x"}).status_code == 404
    assert kept(intake).answers == {}


def test_a_newer_link_withdraws_the_older_one(client, intake, url):
    links.make(SignedLink.Scope.INTAKE, intake.pk)
    assert client.get(url).status_code == 404


def test_a_link_for_something_else_opens_no_intake(client, intake):
    token = links.make(SignedLink.Scope.INVITATION, intake.pk)
    assert client.get(reverse("intake", args=[token])).status_code == 404


@pytest.mark.parametrize("page", ["nonsense", "RF01", "guardian", "stop", "12"])
def test_an_unknown_page_is_404(client, intake, url, page):
    assert client.get(f"{url}{page}/").status_code == 404
    assert client.post(f"{url}{page}/", {"asked": "chief_complaint"}).status_code == 404


def test_answers_to_unknown_questions_are_ignored(client, intake, url):
    fields = page_fields(intake, "complaint")
    extra = {"q-risk_clinician": "poor_posture", "q-RF01": "no", "patient": "7", "submitted_at": "2020-01-01"}
    fields |= {**extra, "asked": [*fields["asked"], "risk_clinician", "RF01", "made_up"]}
    client.post(f"{url}complaint/", fields)
    assert sorted(kept(intake).answers) == ["care_reason", "chief_complaint", "secondary_complaints"]


@pytest.mark.parametrize(
    ("page", "changes"),
    [
        ("complaint", {"care_reason": "not a choice"}),
        ("complaint", {"chief_complaint": "x" * 4001}),
        ("pain", {"pain_now": "11"}),
        ("pain", {"pain_now": "１"}),
        ("pain", {"pain_sites": ["moon.left"]}),
        ("pain", {"pain_sites": ["neck."], "pain_sites-to-neck.": "moon"}),
        ("red_flags", {"RF22": "-1"}),
        ("red_flags", {"RF20": ["RF20a", "none"]}),
        ("onset", {"onset_date": "2999-01-01"}),
        ("provoking", {"movement_grid-low_back-flexion": "much worse"}),
    ],
)
def test_a_value_that_was_not_offered_is_refused_at_its_field(client, intake, url, page, changes):
    answer = send(client, url, intake, page, **changes)
    assert answer.status_code == 422
    assert list(errors_of(answer)) == [next(iter(changes)).split("-")[0]]


def test_control_characters_are_cleaned(client, intake, url):
    send(client, url, intake, "complaint", chief_complaint="Spa\x01sm\x07")
    assert kept(intake).answers["chief_complaint"] == "Spasm"


def test_a_body_of_a_megabyte_is_400(client, intake, url):
    answer = client.post(f"{url}complaint/", {"asked": "chief_complaint", "q-chief_complaint": "x" * 1_100_000})
    assert answer.status_code == 400
    assert kept(intake).answers == {}


def test_a_post_from_another_site_is_refused(intake, url):
    assert Client(enforce_csrf_checks=True).post(f"{url}complaint/", {"asked": "x"}).status_code == 403


def test_the_page_sends_an_origin_with_its_form(client, intake, url):
    """A referrer policy of no-referrer would make browsers send `Origin: null`, which is refused."""
    assert 'name="referrer"' not in client.get(url).content.decode()
    assert client.get(url).headers["Referrer-Policy"] == "same-origin"
    assert "no-store" in client.get(url).headers["Cache-Control"]


@pytest.mark.parametrize("where", ["", "complaint/", "read-through/"])
def test_a_receptionist_who_is_signed_in_never_reads_a_history_behind_a_link(client, rita, ana, where):
    intake = intakes.open_intake(ana)
    intakes.save_page(intake, page="complaint", answers={"chief_complaint": "Lumbagonia since Monday"})
    link = f"/intake/{links.make(SignedLink.Scope.INTAKE, intake.pk, by=rita)}/{where}"
    assert client.get(link).status_code == 200
    client.force_login(rita)
    answer = client.get(link)
    assert (answer.status_code, "Lumbagonia" in answer.content.decode()) == (403, False)
    assert AuditEvent.objects.filter(action="access.denied", actor_id=rita.pk).count() == 1


def test_a_receptionist_fills_in_a_history_of_their_own(client, rita):
    of = make.patient("Rita", "Own")
    of.user = rita
    of.save()
    link = links.make(SignedLink.Scope.INTAKE, intakes.open_intake(of).pk, by=rita)
    client.force_login(rita)
    assert client.get(f"/intake/{link}/").status_code == 200
