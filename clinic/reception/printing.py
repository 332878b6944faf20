"""The day on paper: times, names and kinds, a list for each practitioner; nothing about health."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from clinic.accounts.access import reception_only
from clinic.reception import sheet
from clinic.reception.days import asked_day
from clinic.scheduling.models.appointments import FREEING, Status

UNPRINTED = {*FREEING, Status.HELD}


@reception_only
@require_safe
def day(request):
    """The day sheet for the printer: who comes when to whom; freed times are left out."""
    shown = asked_day(request.GET.get("day"))
    of_day = sheet.read(shown, user=request.user, now=timezone.now())
    lists = [
        (column, [c for c in column.cards if c.status not in (*FREEING, Status.HELD)]) for column in of_day.columns
    ]
    context = {"sheet": of_day, "day": shown, "lists": [(column, rows) for column, rows in lists if rows]}
    return render(request, "reception/print.html", context)
