"""The pages on which a visitor asks for a time or for a call. No account, no look into the records."""

from datetime import date, timedelta

from django.contrib import messages
from django.core import signing
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from clinic.accounts.access import open_to_all
from clinic.scheduling import availability, booking
from clinic.scheduling.limits import limits_of
from clinic.scheduling.models import AppointmentRequest
from clinic.scheduling.models.appointments import FREEING
from clinic.website import throttle, times
from clinic.website.forms import CallForm, RequestForm

TICKET, TICKET_LASTS = "clinic.website.requested", timedelta(days=1)


def _first_day(text, today, last):
    """Return the day a page of times begins with: never before today nor after the last day that is open."""
    try:
        return min(max(date.fromisoformat(text), today), last)
    except ValueError:
        return today


def _chosen(request, kinds):
    kind = next((kind for kind in kinds if kind.slug == request.GET.get("kind")), kinds[0])
    able = times.doing(kind, times.practitioners())
    person = next((person for person in able if str(person.pk) == request.GET.get("with")), None)
    return kind, able, person


@require_safe
@open_to_all
def choose(request):
    """Find a time: kind of visit, with whom, then one button for each free time. Nothing is held yet."""
    now, kinds, limits = timezone.now(), times.kinds(), limits_of(request.clinic)
    if not kinds:
        return render(request, "website/no_times.html")
    kind, able, person = _chosen(request, kinds)
    today, last = timezone.localdate(now), limits.last_day(now)
    first = _first_day(request.GET.get("from", ""), today, last)
    days = times.days_from(first, kind, [person] if person else able, now=now, limits=limits)
    shown = {"kinds": kinds, "kind": kind, "able": able, "person": person, "days": days, "today": today}
    if days and days[-1].on < last:
        shown["later"] = days[-1].on + timedelta(days=1)
    if first > today:
        shown["earlier"] = max(today, first - timedelta(days=7))
    return render(request, "website/choose.html", {**shown, "tomorrow": today + timedelta(days=1)})


def _details(request, form, offer, status=200, nearest=None, wait=0):
    """The second page; `nearest` are offered instead of a time that is gone, everything typed stays."""
    shown = {"form": form, "offer": offer, "gone": nearest is not None, "nearest": nearest or []}
    response = render(request, "website/details.html", shown, status=status)
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response


def _too_many(form, wait):
    minutes = -(-wait // 60)
    form.add_error(None, _("Many messages came from your address. Try again in %d minutes, or call us.") % minutes)


def _others(request, offer, now):
    limits = limits_of(request.clinic)
    wished, earliest = max(offer.starts_at, now), limits.earliest(now)
    found = availability.nearest_free(offer.practitioner, offer.kind, wished, now=earliest)
    return [times.Offer(offer.kind, offer.practitioner, at) for at in found if not limits.is_too_far(at, now)]


def _request_time(request, offer, contact, now):
    """Ask for the offered time; a clinic that books at once keeps it until the visit is over."""
    clinic = request.clinic
    if offer.starts_at < limits_of(clinic).earliest(now):
        raise booking.NotOpen
    return booking.request_time(
        practitioner=offer.practitioner,
        kind=offer.kind,
        starts_at=offer.starts_at,
        contact=contact,
        hold_for=None if clinic.requests_are_booked else timedelta(minutes=clinic.hold_minutes),
        now=now,
    )


def _hold(request, form, offer, now):
    """Hold the time; return the thanks page, or the details again with the nearest free times."""
    contact = form.cleaned_data
    if wait := throttle.seconds_to_wait_today(request, contact, request.clinic.requests_a_day):
        form.add_error(None, _("You have asked for several times today. Please call us, and we find one together."))
        return _details(request, form, offer, status=429, wait=wait)
    try:
        made = _request_time(request, offer, contact, now)
    except (booking.SlotTaken, booking.NotOpen, booking.InThePast):
        return _details(request, form, offer, status=409, nearest=_others(request, offer, now))
    throttle.count(request, "request")
    throttle.count_today(request, contact)
    return redirect("website:requested", ticket=signing.dumps(made.pk, salt=TICKET))


@require_http_methods(["GET", "HEAD", "POST"])
@open_to_all
def details(request):
    """Name and phone for the chosen time; sending them holds it until the desk answers."""
    now, typed = timezone.now(), request.POST if request.method == "POST" else request.GET
    try:
        offer = times.find(typed.get("slot", ""), now, limits_of(request.clinic))
    except times.NotOffered:
        messages.warning(request, _("Choose one of these times first."))
        return redirect("website:request")
    if request.method != "POST":
        return _details(request, RequestForm(), offer)
    form = RequestForm(request.POST)
    if wait := throttle.seconds_to_wait(request, "request"):
        _too_many(form, wait)
        return _details(request, form, offer, status=429, wait=wait)
    return _hold(request, form, offer, now) if form.is_valid() else _details(request, form, offer, status=422)


def standing(visit):
    """Say how the visitor's time stands: theirs without a further answer, gone, or (neither) waiting for the desk."""
    gone = visit.status in FREEING
    return {"is_gone": gone, "is_sure": not gone and (visit.is_promised or not visit.is_held)}


@require_safe
@open_to_all
def requested(request, ticket):
    """Thanks, and the time that is held; the ticket in the address names no person and lasts a day."""
    try:
        number = signing.loads(ticket, salt=TICKET, max_age=TICKET_LASTS)
    except signing.BadSignature as error:
        raise Http404 from error
    made = AppointmentRequest.objects.filter(pk=number).select_related(
        "appointment__practitioner", "appointment__kind", "appointment__location"
    )
    held = next((row.appointment for row in made), None)
    return render(request, "website/requested.html", {"held": held} | (standing(held) if held else {}))


@require_http_methods(["GET", "HEAD", "POST"])
@open_to_all
def call(request):
    """Ask to be called back before anything is booked."""
    if request.method != "POST":
        return render(request, "website/call.html", {"form": CallForm()})
    form = CallForm(request.POST)
    if wait := throttle.seconds_to_wait(request, "call"):
        _too_many(form, wait)
        answer = render(request, "website/call.html", {"form": form}, status=429)
        answer.headers["Retry-After"] = str(wait)
        return answer
    if not form.is_valid():
        return render(request, "website/call.html", {"form": form}, status=422)
    booking.request_call(contact=form.cleaned_data)
    throttle.count(request, "call")
    return redirect("website:called")


@require_safe
@open_to_all
def called(request):
    """Thanks for asking for a call."""
    return render(request, "website/requested.html", {"held": None})
