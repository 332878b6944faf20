"""Starting a timer: who, what, for how long, on which table."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.scheduling import timers
from clinic.scheduling.models import Appointment, Room
from clinic.scheduling.therapies import THERAPIES


class Visits(forms.ModelChoiceField):
    """Visits by the name of their patient."""

    def label_from_instance(self, visit):
        return f"{visit.patient}, {visit.practitioner.name}"


def therapy_choices():
    """Return (word that is kept, "Heat, 10 min") of each therapy."""
    return [(name, _("%(what)s, %(n)d min") % {"what": t.label, "n": t.minutes}) for name, t in THERAPIES.items()]


class TimerForm(forms.Form):
    """One timer for somebody who is in the clinic today."""

    appointment = Visits(
        Appointment.objects.none(),
        label=gettext_lazy("Who"),
        empty_label=None,
        error_messages={"invalid_choice": gettext_lazy("This patient is not in the clinic now.")},
    )
    therapy = forms.ChoiceField(label=gettext_lazy("Therapy"), choices=therapy_choices)
    minutes = forms.IntegerField(
        label=gettext_lazy("Other minutes"), required=False, min_value=1, max_value=timers.LONGEST
    )
    room = forms.ModelChoiceField(
        Room.objects.none(), label=gettext_lazy("Table"), required=False, empty_label=gettext_lazy("No table")
    )

    def __init__(self, *args, user=None, now=None, **kwargs):
        super().__init__(*args, **kwargs)
        today = timezone.localdate(now)
        here = Appointment.objects.for_user(user).here().on_day(today, timezone.get_current_timezone())
        here = here.filter(patient__isnull=False).select_related("patient", "practitioner")
        here = here.order_by("patient__given_name", "patient__family_name", "pk")
        self.fields["appointment"].queryset = here  # type: ignore[attr-defined]
        self.fields["room"].queryset = Room.objects.filter(is_active=True)  # type: ignore[attr-defined]

    @property
    def helper(self):
        helper = FormHelper(self)
        helper.form_tag = helper.disable_csrf = False
        helper.layout = Layout("appointment", Row(Column("therapy"), Column("minutes"), Column("room")))
        return helper

    def start(self, *, by, now=None):
        """Start the timer and return it; None with the refusal at its field when it cannot be."""
        given = self.cleaned_data
        try:
            return timers.start(
                given["appointment"],
                name=given["therapy"],
                minutes=given["minutes"],
                room=given["room"],
                by=by,
                now=now,
            )
        except timers.NotInTheClinic:
            self.add_error("appointment", _("This patient is not in the clinic now."))
        except timers.AlreadyRunning:
            self.add_error("therapy", _("This is being timed already. Add minutes there instead."))
        except timers.TableIsTaken as taken:
            self.add_error("room", self._taken(taken.timer))
        return None

    def _taken(self, timer):
        if timer is None:
            return _("This table was taken meanwhile. Choose another.")
        until = timezone.localtime(timer.ends_at)
        words = {"name": timer.appointment.patient, "clock": f"{until:%H:%M}"}
        return _("%(name)s is on this table until %(clock)s. Choose another, or stop that timer.") % words
