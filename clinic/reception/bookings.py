"""Booking at the desk: who on the left, when on the right, one form; a taken time offers the nearest free ones."""

from datetime import datetime, timedelta

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.accounts.access import reception_only
from clinic.accounts.roles import require
from clinic.reception import plans, suggesting
from clinic.reception.days import asked_day
from clinic.reception.finding import hits, with_alerts
from clinic.reception.going_back import go_back
from clinic.scheduling import availability, booking
from clinic.scheduling.forms import TYPED, BookingForm, next_step
from clinic.scheduling.models import Appointment, VisitKind
from clinic.scheduling.models.appointments import Status
from patients.duplicates import likely_same
from patients.models import Patient

MOST_TIMES, LATELY = 24, 8
HABITS = ("kind", "practitioner")
COMES_AGAIN = (VisitKind.Purpose.SUBSEQUENT, VisitKind.Purpose.MAINTENANCE)


@reception_only
@require_http_methods(["GET", "HEAD", "POST"])
def book(request):
    """The booking form; buttons other than "Book" (take, find, show times) draw it again with everything typed."""
    require(request.user, "appointment.add")
    if request.method != "POST":
        return page(request, as_usual(BookingForm(initial=asked_for(request.GET), user=request.user), request))
    if redrawn := between(request):
        return page(request, redrawn)
    form = BookingForm(request.POST, user=request.user)
    if not form.is_valid():
        return page(request, form, status=422)
    try:
        appointment = form.book(by=request.user)
    except (booking.SlotTaken, booking.NotOpen) as refused:
        return page(request, form, status=409, refused=why(refused), nearest=refused.nearest)
    except booking.InThePast:
        form.add_error("at" if form.cleaned_data.get("at") else "time", _("This time has gone. Choose a later one."))
        return page(request, form, status=422)
    return _booked(request, appointment)


def why(refused):
    """Return in words why the time cannot be had."""
    if isinstance(refused, booking.PatientIsElsewhere):
        return _("This patient has another visit at that time.")
    if isinstance(refused, booking.PatientHasDied):
        return _("This patient has died.")
    if isinstance(refused, booking.NotOpen):
        return _("The practitioner does not work at that time.")
    return _("This time was taken meanwhile.")


def _booked(request, appointment):
    start = timezone.localtime(appointment.starts_at)
    words = {
        "name": appointment.patient,
        "when": f"{formats.date_format(start, 'D, M j')}, {formats.time_format(start, 'g:i A')}",
        "who": appointment.practitioner,
    }
    messages.success(request, _("Booked: %(name)s, %(when)s, with %(who)s.") % words)
    return to_day(request, start, appointment.patient_id)


def to_day(request, start, patient_id):
    """After booking: to the day with the patient's snapshot; from the dialog back to the sheet around it."""
    if request.htmx:
        return go_back(request, done="desk-booked")
    return redirect(f"{reverse('desk:day')}?day={start:%Y-%m-%d}&p={patient_id}")


def asked_for(given):
    """Return what the address asks for as initial values: patient, practitioner, kind, day or time, walk-in."""
    initial = {
        name: given[name] for name in ("patient", "practitioner", "kind", "minutes") if given.get(name, "").isdecimal()
    }
    if "walk_in" in given:
        at = timezone.localtime(next_step(timezone.now()))
        return initial | {"walk_in": True, "day": at.date(), "time": at.time()}
    try:
        at = datetime.fromisoformat(given.get("at", ""))
        at = timezone.localtime(at) if at.tzinfo else at
        return initial | {"day": at.date(), "time": at.time().replace(second=0, microsecond=0)}
    except (ValueError, OverflowError):
        return initial | {"day": asked_day(given.get("day"))}


def between(request):
    """Return the form to draw again when another button than "Book" was pressed, else None; nothing is judged yet."""
    sent = typed(request)
    if request.POST.get("take", "").isdecimal():
        return as_usual(BookingForm(initial=sent | {"patient": request.POST["take"]}, user=request.user), request)
    if request.POST.get("do") == "other":
        return BookingForm(initial=sent | {"patient": ""}, user=request.user)
    looking = request.POST.get("q") and not (sent["patient"] or sent["given_name"])
    in_series = request.POST.get("series") and request.POST.get("do") != "first"  # Enter in its rule books nothing
    if request.POST.get("do") in ("find", "times") or looking or in_series:
        return BookingForm(initial=sent, user=request.user)
    return None


def as_usual(form, request):
    """Let kind and practitioner stand as this patient mostly comes, where nobody has chosen them; return the form."""
    untouched = request.POST.get("untouched", "").split() if request.method == "POST" else HABITS
    wanted = [name for name in untouched if name in HABITS and not (request.method == "GET" and name in request.GET)]
    patient = chosen_patient(form, request.user) if wanted else None
    if patient:
        usual = habits_of(patient)
        form.initial |= {name: usual[name] for name in wanted if name in usual}
    return form


def habits_of(patient):
    """Return {"kind": id, "practitioner": id} of the patient's latest visits; who was here before comes for more."""
    rows = Appointment.objects.blocking().of(patient).filter(kind__is_active=True).order_by("-starts_at")
    latest = list(rows.select_related("kind", "practitioner")[:LATELY])
    if not latest:
        return {}
    usual = [row.kind for row in latest if row.kind.purpose in COMES_AGAIN]
    others = VisitKind.objects.filter(is_active=True, purpose=VisitKind.Purpose.SUBSEQUENT)
    kind = usual[0] if usual else others.first()
    by = next((row.practitioner for row in latest if row.practitioner.is_active), None)
    if kind and by and not kind.is_done_by(by):
        by = None
    return {name: row.pk for name, row in (("kind", kind), ("practitioner", by)) if row}


def typed(request):
    """Return what was sent for each field of the form, to draw it again without judging."""
    return {name: request.POST.get(name, "") for name in BookingForm.base_fields}


def chosen_patient(form, user):
    """Return the patient whose number stands in the form, with `has_alert`, or None."""
    number = str(form["patient"].value() or "")
    if not number.isdecimal() or len(number) > 18:
        return None
    found = with_alerts(list(Patient.objects.for_user(user).kept().living().filter(pk=number)))
    return found[0] if found else None


def page(request, form, *, status=200, refused="", nearest=(), section=None):
    """Draw the booking form with everything that belongs to it; `section` is the series, read from what was sent."""
    patient, text = chosen_patient(form, request.user), request.POST.get("q", "").strip()
    context = {"form": form, "patient": patient, "q": text, "refused": refused, "nearest": nearest, "pick": True}
    context["hits"] = hits(text, request.user) if text and not patient else []
    context["same"] = with_alerts(form.duplicates)
    context |= offered(form, patient) | {"section": section or plans.read(plans.sent(request, form), request.user)}
    context |= pressed(request, form, context["choices"]) | {"untouched": untouched(request)}
    return render(request, "reception/_book.html" if request.htmx else "reception/book.html", context, status=status)


def untouched(request):
    """Return which of kind and practitioner nobody has chosen yet, as the form carries it along."""
    if request.method == "POST":
        return request.POST.get("untouched", "")
    return " ".join(name for name in HABITS if name not in request.GET)


def pressed(request, form, choices):
    """Return which free time is pressed, and which one stands ready in the dialog until somebody chooses.

    Nothing stands ready where a time was asked for, and none on a page without script: there a typed time must count.
    """
    chosen = form["at"].value() or ""
    if chosen and chosen != request.POST.get("stood"):
        return {"pressed": chosen, "listed": chosen not in [start.isoformat() for _words, start in choices]}
    ready = request.htmx and choices and not form["time"].value()
    return {"pressed": choices[0][1].isoformat(), "stood": True} if ready else {"pressed": ""}


def offered(form, patient):
    """Return the free times for the kind, practitioner, length and day of the form; when the day has none, the next.

    `times_day` is the day they are all on, or None when they are the next ones after it; `choices` are the few that
    are said first.
    """
    practitioner, kind = _named(form, "practitioner"), _named(form, "kind")
    day, minutes = asked_day(str(form["day"].value() or "")), _minutes(form)
    if not (practitioner and kind):
        return {"times": [], "times_day": None, "choices": []}
    ahead = _ahead(practitioner, kind, timezone.localdate(), patient, minutes)
    near = ahead if day - timezone.localdate() < availability.LOOK_AHEAD else []
    near = [t for t in near if t.date() >= day] or _ahead(practitioner, kind, day, patient, minutes)
    found = [t for t in near if t.date() == day]
    choices = suggesting.first_choices(near, day, usual_of(patient), next(iter(ahead), None))
    if found:
        return {"times": found[:MOST_TIMES], "times_day": day, "choices": choices}
    return {"times": near[:3], "times_day": None, "choices": choices}


def _ahead(practitioner, kind, first, patient, minutes):
    """Return the free times of the three weeks from `first` on; none when a mistyped year lies behind it."""
    if first - timezone.localdate() > availability.FURTHEST:
        return []
    days = [first + timedelta(days=n) for n in range(availability.LOOK_AHEAD.days)]
    found = availability.free_times([practitioner], kind, days, patient=patient, minutes=minutes)
    return found[practitioner.pk]


def usual_of(patient):
    """Return the clock time at which this patient mostly came lately, or None."""
    if patient is None:
        return None
    came = Appointment.objects.of(patient).filter(status=Status.DONE).order_by("-starts_at")
    return suggesting.usual_clock([timezone.localtime(t) for t in came.values_list("starts_at", flat=True)[:LATELY]])


def _minutes(form):
    text = str(form["minutes"].value() or "")
    return int(text) if text.isdecimal() and 5 <= int(text[:9]) <= 480 else None


def _named(form, name):
    """The row a select of the form shows: the chosen one, or the first as the browser does."""
    rows, value = form.fields[name].queryset, str(form[name].value() or "")
    return (rows.filter(pk=value).first() if value.isdecimal() and len(value) < 19 else None) or rows.first()


@reception_only
@require_safe
def times(request):
    """The free times again, after another kind, practitioner or day was chosen."""
    require(request.user, "appointment.add")
    given = {name: request.GET.get(name, "") for name in ("patient", "practitioner", "kind", "day", "minutes", "time")}
    form = BookingForm(initial=given, user=request.user)
    context = offered(form, chosen_patient(form, request.user)) | {"form": form}
    context |= pressed(request, form, context["choices"])
    return render(request, "reception/_times.html", context)


@reception_only
@require_POST
def duplicates(request):
    """Who might be the person being typed; a POST, so that a name never stands in an address. Changes nothing."""
    require(request.user, "patient.add")
    form = BookingForm(request.POST, user=request.user)
    form.is_valid()
    typed = {name: form.cleaned_data.get(name) or "" for name in TYPED}
    known = likely_same(**typed) if typed["given_name"] and typed["birth_date"] else []
    return render(request, "reception/_same.html", {"same": with_alerts(known), "form": form})
