"""Moving a visit at the desk: dragged, by keys or typed; a taken place springs back with what could be instead."""

from datetime import datetime

from django.shortcuts import render
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clinic.accounts.access import get_or_404, reception_only
from clinic.accounts.models import User
from clinic.accounts.roles import can, require
from clinic.audit.models import AuditEvent
from clinic.reception.bookings import why
from clinic.reception.going_back import go_back, remember
from clinic.reception.moving_form import MoveForm
from clinic.scheduling import booking, steps
from clinic.scheduling.models import Appointment, Practitioner, Room

REFUSED = (booking.SlotTaken, booking.NotOpen)


@reception_only
@require_http_methods(["GET", "HEAD", "POST"])
def move(request, pk):
    """Move a visit to another time, practitioner, room or length; the mail to the patient goes with it."""
    require(request.user, "appointment.change")
    rows = Appointment.objects.for_user(request.user)
    row = get_or_404(request, rows.select_related("patient", "kind", "room", "practitioner__location"), pk=pk)
    if request.method != "POST":
        return _page(request, row, MoveForm(visit=row, user=request.user))
    form, was = MoveForm(request.POST, visit=row, user=request.user), place_of(row)
    if not form.is_valid():
        return _page(request, row, form, status=422)
    try:
        moved = form.move(by=request.user)
    except REFUSED as refused:
        return _page(request, row, form, status=409, refused=why(refused), nearest=refused.nearest)
    except booking.MovedMeanwhile as met:
        return _page(request, met.appointment, form, status=409, moved_by=mover(met.appointment) or _("somebody"))
    except (booking.InThePast, steps.StepNotPossible) as refused:
        form.add_error("time", _refusal(refused))
        return _page(request, row, form, status=422)
    remember(request, moved, was=was)
    return go_back(request)


def _refusal(refused):
    if isinstance(refused, booking.InThePast):
        return _("This time has gone. Choose a later one.")
    return _("This visit is %(status)s and cannot be moved any more.") % {"status": refused.status.label}


def _page(request, row, form, *, status=200, **context):
    template = "reception/_moving.html" if request.htmx else "reception/move.html"
    context |= {"form": form, "appointment": row, "may_overbook": can(request.user, "appointment.overbook")}
    context["back"] = request.POST.get("back", request.GET.get("back", ""))
    return render(request, template, context, status=status)


def place_of(row):
    """Return where a visit stands, as the session can keep it until the move is taken back."""
    return {
        "starts_at": row.starts_at.isoformat(),
        "practitioner": row.practitioner_id,
        "room": row.room_id,
        "minutes": row.minutes,
        "sequence": row.sequence + 1,  # the move itself: a later one by somebody else is not taken back
    }


def put_back(row, was, *, by):
    """Move a visit to where it was and return it; raises as `booking.move` does."""
    return booking.move(
        row,
        starts_at=datetime.fromisoformat(was["starts_at"]),
        practitioner=Practitioner.objects.select_related("location").get(pk=was["practitioner"]),
        room=Room.objects.filter(pk=was["room"]).first(),
        minutes=was["minutes"],
        sequence=was["sequence"],
        by=by,
    )


def mover(row):
    """Return the name of who moved this visit last, or an empty text."""
    about = {"object_type": row._meta.label_lower, "object_id": str(row.pk), "patient_id": row.patient_id}
    last = AuditEvent.objects.filter(action="appointment.moved", **about).values_list("actor_id", flat=True).first()
    return str(getattr(User.objects.filter(pk=last).first(), "display_name", "")) if last else ""


def when(row):
    """Say in words when and with whom a visit is."""
    start = timezone.localtime(row.starts_at)
    day, clock = formats.date_format(start, "D, M j"), formats.time_format(start, "g:i A")
    return _("%(day)s, %(clock)s, with %(who)s") % {"day": day, "clock": clock, "who": row.practitioner}
