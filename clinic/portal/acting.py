"""Who may act for me, for whom I may act, and asking the clinic for it; leave itself is given at the desk."""

from dataclasses import dataclass, field

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.conf import settings
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clinic.scheduling import booking
from clinic.scheduling.models import Appointment, AppointmentRequest
from patients import granting
from patients.models import Intake, Patient, ProxyGrant

MOST_VISITS, MOST_OPEN_REQUESTS = 5, 2
MAY = {
    "record": _("read the record"),
    "booking": _("book visits"),
    "forms": _("fill in forms"),
    "messages": _("write messages"),
}


class AskedAlready(Exception):
    """Two wishes of this person wait for the clinic; a third would say nothing new."""


def may_of(grant):
    """Return in words what a grant opens."""
    return [words for scope, words in MAY.items() if getattr(grant, f"may_{scope}")]


@dataclass
class Held:
    """One person this account may act for, and what that opens right now."""

    grant: ProxyGrant
    visits: list = field(default_factory=list)
    intake: Intake | None = None

    @property
    def may(self):
        return may_of(self.grant)


def held_by(user, now=None):
    """Return what this account holds, each with the coming visits or the waiting form that it opens."""
    return [_held(user, grant, now or timezone.now()) for grant in granting.held_by(user)[: granting.MOST_LISTED]]


def _held(user, grant, now):
    made = Held(grant)
    if grant.may_booking:
        rows = Appointment.objects.for_own(user).of(grant.patient).filter(ends_at__gte=now).blocking()
        made.visits = list(rows.select_related("practitioner", "location", "kind").order_by("starts_at")[:MOST_VISITS])
    if grant.may_forms:
        made.intake = Intake.objects.for_own(user).of(grant.patient).filter(submitted_at=None).first()
    return made


def own_record(user):
    """The record this account is the patient of, or None."""
    return Patient.objects.filter(user=user, deceased_on=None).first()


def endable(user):
    """Grants this account may end: those it holds, and those for its own records."""
    own = Patient.objects.filter(user=user)
    mine = Q(user=user) | Q(patient__in=Patient.objects.records_of(own).values("pk"))
    return ProxyGrant.objects.filter(mine).select_related("user", "patient")


class AskForm(forms.Form):
    """For whom leave is wished; nothing is given by it: somebody at the clinic calls."""

    name = forms.CharField(label=_("Who should act for you?"), max_length=120, help_text=_("First and last name."))
    relation = forms.CharField(label=_("Who are they to you?"), max_length=60, help_text=_("For example my daughter."))
    scopes = forms.MultipleChoiceField(
        label=_("They may"),
        choices=list(MAY.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one thing.")},
    )

    @property
    def helper(self):
        helper = FormHelper()
        helper.form_tag = False
        helper.layout = Layout("name", "relation", "scopes")
        return helper

    def ask(self, person):
        """Leave the wish with the desk, among those who ask to be called, and return it. Raises `AskedAlready`."""
        contact = {"name": person.full_name[:120], "phone": person.phone, "email": person.email}
        if (
            AppointmentRequest.objects.unanswered().filter(**contact, about=AppointmentRequest.About.ACTING).count()
            >= MOST_OPEN_REQUESTS
        ):
            raise AskedAlready
        return booking.request_call(
            contact=contact | {"question": self._question(), "about": AppointmentRequest.About.ACTING}
        )

    def _question(self):
        """The wish in the clinic's language, whatever the portal speaks."""
        said = self.cleaned_data
        with translation.override(settings.LANGUAGE_CODE):
            words = gettext("Asks that %(name)s (%(relation)s) may: %(what)s. Look at an identity document first.")
            what = ", ".join(str(MAY[scope]) for scope in said["scopes"])
            return (words % {"name": said["name"], "relation": said["relation"], "what": what})[:500]
