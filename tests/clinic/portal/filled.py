"""A whole intake as a healthy patient with a low back spasm gives it: what a browser would send, page by page."""

from clinic.portal import asking
from clinic.portal.filling import Filling
from patients.models import Intake
from patients.questionnaire import load

SPECIAL = {
    "q-date_of_birth": "1965-03-14",
    "q-sex": "F",
    "q-phone": "(503) 555-0123",
    "q-emergency_contact-0-name": "Leif",
    "q-guardian-0-name": "Ana",
    "q-chief_complaint": "Spasm in the low back",
    "q-pain_sites": ["low_back.right"],
    "q-pain_sites-score-low_back.right": "6",
    "q-pain_now": "6",
    "q-movement_grid-low_back-flexion": "worse",
    "q-onset_date": "2026-01-05",
    "q-date_of_loss": "2026-01-05",
    "q-mechanism": "lift",
    "q-claim_type": "none",
    "q-RF22": "1",
    "q-RF09": "no",
    "q-goal_activities-0-activity": "Rake the yard",
    "q-goal_activities-0-score_0_10": "3",
    "q-goal_activities-1-activity": "Sit at work",
    "q-goal_activities-1-score_0_10": "4",
    "q-goal_activities-2-activity": "Lift my son",
    "q-goal_activities-2-score_0_10": "2",
    "q-pregnancy_status": "not_applicable",
    "q-pregnancy_week": "12",
}
QUIET = {"yes_no_unsure": "no", "scale_0_10": "2", "number": "0"}


def fields(asked):
    """What a browser would send for these questions (`asking.Asked`), with calm answers unless SPECIAL says other."""
    sent = {"asked": [one.question.key for one in asked]}
    for one in asked:
        question, name = one.question, one.name
        own = {key: value for key, value in SPECIAL.items() if key == name or key.startswith(f"{name}-")}
        sent.update(own or {name: _calm(question)})
    return sent


def _calm(question):
    if question.type in QUIET:
        return QUIET[question.type]
    if question.type in ("multi", "choice"):
        calm = [value for value in ("none", "no", "not_applicable") if value in question.values]
        value = calm[0] if calm and question.key != "true_and_complete" else question.values[0]
        return [value] if question.type == "multi" else value
    return "Nothing to add" if question.type == "text" and question.required else ""


def page_fields(intake, key, **changes):
    """The fields of one page of this intake; `changes` replace what is sent (a name without its `q-`)."""
    filling = Filling(Intake.objects.select_related("patient").get(pk=intake.pk))
    sent = fields(filling.asked(filling.page(key)))
    return {**sent, **{f"q-{name}": value for name, value in changes.items()}}


def fill_in(client, url, intake, until=None, **changes):
    """Send every page of the intake in order (up to and without `until`); return the keys of the pages sent."""
    sent = []
    for topic in load().topics:
        if topic.key == until:
            break
        filling = Filling(Intake.objects.select_related("patient").get(pk=intake.pk))
        if filling.page(topic.key) is None:
            continue
        mine = {name: value for name, value in changes.items() if name in {q.key for q in topic.questions}}
        for _again in range(3):  # follow-ups are asked on the same page
            answer = client.post(f"{url}{topic.key}/", page_fields(intake, topic.key, **mine))
            assert answer.status_code == 302, (topic.key, errors_of(answer))
            if f"/{topic.key}/" not in answer.url:
                break
        sent.append(topic.key)
    return sent


def errors_of(response):
    """The refusals on a page that came back: question key to message."""
    return {one.question.key: str(one.error) for one in response.context["errors"]} if response.context else {}


__all__ = ["asking", "errors_of", "fields", "fill_in", "page_fields"]
