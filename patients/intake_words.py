"""The answers of a health history as people read them: topic by topic, question and answer in words. Pure."""

from patients.questions import load

YES_NO = {"yes": "yes", "no": "no", "unsure": "not sure"}


def _said(question, value):
    """One answer in words; choices by their label, lists and maps part by part."""
    labels = {choice.value: choice.label for choice in question.choices}
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return "; ".join(_said(question, part) for part in value)
    if isinstance(value, dict):
        parts = ((str(name).replace("_", " "), _said(question, part)) for name, part in value.items())
        return ", ".join(f"{name} {part}" for name, part in parts if part)
    return labels.get(str(value), YES_NO.get(str(value), str(value)))


def answers_in_words(answers):
    """Return [(topic title, [(question, answer)])] of what was answered; questions left open are left out."""
    told = []
    for topic in load().topics:
        pairs = [
            (question.text, _said(question, answers[question.key]))
            for question in topic.questions
            if answers.get(question.key) not in (None, "", [], {})
        ]
        if pairs:
            told.append((topic.title, pairs))
    return told
