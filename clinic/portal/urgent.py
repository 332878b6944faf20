"""When an answer cannot wait: what counts as an emergency, whom it is told to, and in which words it is said back."""

from patients import intake as intakes
from patients.models import Alert
from patients.questionnaire import load
from patients.questions import targets
from patients.red_flags import Assessment

EMERGENCY = "E"


def emergencies(intake):
    """Return the rows that fired at the emergency level on the answers so far (`red_flags.Assessment`)."""
    return only_emergencies(intakes.assess(intake))


def only_emergencies(assessment):
    """Return the part of an assessment that is at the emergency level."""
    return Assessment(tuple(fired for fired in assessment.fired if fired.level == EMERGENCY))


def tell_the_clinic(intake, assessment):
    """Raise the alerts that the desk and the clinicians see; what is already raised is not raised twice."""
    if assessment.fired:
        intakes.raise_alerts(intake.patient, assessment, intake=intake)


def is_told(intake):
    """Does an emergency stand on the answers so far that the clinic was told of and has not ended?"""
    return Alert.objects.of(intake.patient).open().filter(flag__in=emergencies(intake).ids).exists()


def told(answers, assessment):
    """Return, word for word and in the order of the form, what the person said yes to that made these rows fire."""
    keys = frozenset().union(*(_keys(fired.flag) for fired in assessment.fired))
    return list(dict.fromkeys(line for q in load().questions() for line in _said(q, answers.get(q.key), keys)))


def _keys(flag):
    return flag.rule.keys.union({flag.id}, *(rule.keys for rule, _level in flag.escalations))


def _said(question, value, keys):
    if value == "yes" and keys & {question.key, *question.targets("flag"), *question.targets("answer")}:
        yield question.text
    if isinstance(value, list):
        for choice in question.choices:
            if choice.value in value and keys & {choice.value, *targets(choice.maps_to, "answer")}:
                yield choice.label
