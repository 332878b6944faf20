"""Risks and self-care in the chart: the twelve factors, what fits them, and what the patient was given to do."""

from dataclasses import dataclass

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.accounts.access import get_or_404
from clinic.accounts.roles import can
from patients import risks, self_care
from patients.models import RiskFinding, SelfCareItem

TAB, MOST_ENDED = "risks", 20
WORDS = {
    risks.PRESENT: gettext_lazy("Present"),
    risks.ABSENT: gettext_lazy("Not present"),
    risks.UNCLEAR: gettext_lazy("Not clear"),
    risks.NOT_ASKED: gettext_lazy("Not asked"),
}
CSS = {risks.PRESENT: "yes", risks.ABSENT: "no", risks.UNCLEAR: "due", risks.NOT_ASKED: "due"}
PARTS = {
    "patient": gettext_lazy("the patient says"),
    "clinician": gettext_lazy("found by you"),
    "both": gettext_lazy("said or found"),
}


@dataclass(frozen=True)
class Row:
    """One factor on the tab: where it stands, who says so, and the buttons to say otherwise."""

    standing: risks.Standing
    finding: RiskFinding | None

    @property
    def factor(self):
        return self.standing.factor

    @property
    def words(self):
        return WORDS[self.standing.answer]

    @property
    def css(self):
        return CSS[self.standing.answer]

    @property
    def part(self):
        return PARTS[self.factor.part]

    @property
    def choices(self):
        """The answers a clinician may give, with the one that stands marked."""
        chosen = self.finding.answer if self.finding else ""
        return [(value, label, value == chosen) for value, label in RiskFinding.Answer.choices]


def context(request, patient):
    """What the tab shows: factors that stand first, suggestions that fit, current items, ended ones."""
    facts, was_asked = self_care.facts_of(patient)
    found = self_care.newest_findings(patient)
    told = risks.standing(facts, {slug: row.answer for slug, row in found.items()}, was_asked=was_asked)
    order = {risks.PRESENT: 0, risks.UNCLEAR: 1}
    rows = [Row(one, found.get(one.factor.slug)) for one in told]
    items = SelfCareItem.objects.of(patient).for_user(request.user).select_related("given_by", "ended_by")
    current = list(items.current())
    taken = {item.slug for item in current}
    return {
        "risk_rows": sorted(rows, key=lambda row: order.get(row.standing.answer, 2)),
        "self_care": current,
        "self_care_ended": items.exclude(ended_at=None).order_by("-ended_at", "-pk")[:MOST_ENDED],
        "suggestions": [
            (item, _because(item, told)) for item in risks.suggested(facts, told) if item.slug not in taken
        ],
        "may_give": can(request.user, "self_care.change"),
    }


def _because(item, standings):
    """Which factor or load an item is suggested for, in words for the patient."""
    named = [one.factor.label for one in standings if risks.RISK + one.factor.slug in item.when.slugs]
    stand = [
        one.factor.label
        for one in standings
        if risks.RISK + one.factor.slug in item.when.slugs and one.answer == risks.PRESENT
    ]
    return "; ".join(stand or named) or _("what you told us about everyday loads")


def _back(patient):
    return redirect(f"{patient.get_absolute_url()}?tab={TAB}")


def note(request, patient, what, site):
    """`risk:hamstrings:present`: what the clinician found about one factor."""
    factor, _colon, answer = what.partition(":")
    try:
        words = request.POST.get(f"note-{factor}", "")
        self_care.note_finding(patient, factor=factor, answer=answer, by=request.user, note=words)
    except self_care.NotAFactor:
        messages.error(request, _("This is not in the list of risk factors; nothing was kept."))
    return _back(patient)


def give(request, patient, slug, site):
    """`self_care:raking`: give one suggested item in the words of its field; without a name, own words."""
    listed = slug if slug in {item.slug for item in risks.read_self_care()} else ""
    words, because = request.POST.get(f"text-{listed}", ""), request.POST.get(f"because-{listed}", "")
    try:
        self_care.give(patient, text=words, slug=listed, because=because, by=request.user)
        messages.success(request, _("The patient sees it on the portal now."))
    except self_care.NothingToDo:
        messages.error(request, _("Say in words what the patient can do."))
    except self_care.GivenAlready:
        messages.info(request, _("The patient has this one already."))
    except self_care.TooMany:
        messages.error(request, _("That would be more than twelve at a time. End one first."))
    return _back(patient)


def end(request, patient, pk, site):
    """`self_care_end:5`: take one item off the portal."""
    row = get_or_404(request, SelfCareItem.objects.of(patient).for_user(request.user), pk=pk)
    try:
        self_care.end(row, by=request.user)
    except self_care.AlreadyEnded:
        messages.info(request, _("It was ended before."))
    return _back(patient)


DEEDS = {"risk": note, "self_care": give, "self_care_end": end}
