"""Therapy timers beside the day: minutes that count down for everybody, started, lengthened and stopped in a click."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib import messages
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from clinic.accounts.access import get_or_404, reception_only
from clinic.accounts.roles import can, require
from clinic.reception.cards import short_name
from clinic.reception.going_back import go_back
from clinic.reception.timer_forms import TimerForm
from clinic.scheduling import timers
from clinic.scheduling.models import TherapyTimer
from clinic.scheduling.therapies import therapy

MOST_ROWS = 20
SOON = timedelta(minutes=1)
FORGOTTEN = timedelta(hours=1)  # one that rang so long ago is no longer shown


@dataclass(frozen=True)
class Row:
    """One timer as it stands at `now`. What counts on is counted on by static/js/timers.js."""

    timer: TherapyTimer
    now: datetime

    @property
    def name(self):
        return str(self.timer.appointment.patient)

    @property
    def short(self):
        return short_name(self.timer.appointment.patient)

    @property
    def therapy(self):
        return therapy(self.timer.name)

    @property
    def left(self):
        return self.timer.left(self.now)

    @property
    def state(self):
        """Empty, "soon" in the last minute, "rung" from zero on: class of the row."""
        return "rung" if self.left <= timedelta(0) else "soon" if self.left < SOON else ""

    @property
    def clock(self):
        """Minutes and seconds until it rings, or since."""
        seconds = int(abs(self.left).total_seconds())
        return f"{seconds // 60}:{seconds % 60:02d}"

    @property
    def seconds(self):
        """How long it runs altogether."""
        return int((self.timer.ends_at - self.timer.started_at).total_seconds())

    @property
    def told(self):
        """What a screen reader says when it rings."""
        words = {"what": self.therapy.label, "table": self.timer.room, "name": self.name}
        if self.timer.room:
            return _("%(what)s on %(table)s has ended: %(name)s") % words
        return _("%(what)s has ended: %(name)s") % words


def panel(user, now):
    """Return the timers that run or have just rung, the next to ring on top."""
    running = TherapyTimer.objects.for_user(user).running().filter(ends_at__gt=now - FORGOTTEN)
    rows = running.select_related("appointment__patient", "room")[:MOST_ROWS]
    return {"timers": [Row(timer, now) for timer in rows], "timers_at": now, "may_time": can(user, "timer.change")}


@reception_only
@require_http_methods(["GET", "HEAD", "POST"])
def start(request):
    """The form: a page, or a fragment for the dialog on the day's page."""
    require(request.user, "timer.change")
    if request.method != "POST":
        return _page(request, TimerForm(initial=request.GET.dict(), user=request.user), request.GET.get("back", ""))
    form = TimerForm(request.POST, user=request.user)
    if not form.is_valid():
        return _page(request, form, request.POST.get("back", ""), status=422)
    if form.start(by=request.user) is None:
        return _page(request, form, request.POST.get("back", ""), status=409)
    return go_back(request)


def _page(request, form, back, status=200):
    name = "reception/_timer_form.html" if request.htmx and not request.htmx.boosted else "reception/timer.html"
    nobody = not form.fields["appointment"].queryset.exists()
    return render(request, name, {"form": form, "back": back, "nobody": nobody}, status=status)


def _timer(request, pk):
    return get_or_404(request, TherapyTimer.objects.for_user(request.user), pk=pk)


@reception_only
@require_POST
def more(request, pk):
    """Five minutes more."""
    try:
        timers.add_minutes(_timer(request, pk), by=request.user)
    except timers.AlreadyStopped:
        messages.warning(request, _("This timer was stopped meanwhile. Start a new one."))
    except timers.TooLong:
        messages.warning(request, _("A timer runs two hours at most."))
    return go_back(request)


@reception_only
@require_POST
def stop(request, pk):
    """Take it off the board."""
    timers.stop(_timer(request, pk), by=request.user)
    return go_back(request)
