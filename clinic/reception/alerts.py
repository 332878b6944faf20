"""Saying "seen" to a clinical alert; the front desk does so without learning what it says."""

from django.views.decorators.http import require_POST

from clinic.accounts.access import get_or_404, reception_only
from clinic.accounts.roles import require
from clinic.reception.going_back import go_back
from clinic.reception.sections import some_of
from patients import intake
from patients.models import Alert


def panel(user, now):
    """Alerts nobody has acknowledged."""
    rows, count = some_of(Alert.objects.to_acknowledge(user).select_related("patient"))
    return {"alerts": rows, "alerts_count": count}


@reception_only
@require_POST
def acknowledge(request, pk):
    """Note by name and time that the alert was seen; a second click changes nothing."""
    require(request.user, "alert.acknowledge")
    if row := Alert.objects.to_acknowledge(request.user).filter(pk=pk).first():
        intake.acknowledge(row, by=request.user)
    else:
        get_or_404(request, Alert.objects.open().only("pk"), pk=pk)  # already seen is no error, unknown is
    return go_back(request)
