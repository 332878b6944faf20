"""The tasks of one patient in the chart: what is to do, what was done, and the button that closes one.

They stand on the overview and on the tab of the plan, which belongs to a higher floor.
"""

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.accounts.access import get_or_404
from clinic.accounts.roles import can
from patients import tasks
from patients.models import Task

TAB, MOST = "plan", 40


class Refused(Exception):
    """Something typed cannot be kept: the tab comes back with this in its context."""

    def __init__(self, **context):
        super().__init__()
        self.context = context


def open_tasks(request, patient):
    """What is to do for this patient, first what is due first: for the overview and the tab."""
    rows = Task.objects.of(patient).for_user(request.user).open()[:MOST]
    return {"tasks": rows, "may_close": can(request.user, "task.change"), "today": timezone.localdate()}


def context(request, patient):
    """What is to do for this patient, and what was done last."""
    done = Task.objects.of(patient).for_user(request.user).exclude(done_at=None).select_related("done_by")
    return {**open_tasks(request, patient), "done_tasks": done.order_by("-done_at")[:MOST]}


def _done(request, patient, pk):
    """Close a task; an outcome that is missing is asked for at its row, also when the button stood on the home page."""
    task = get_or_404(request, Task.objects.of(patient).for_user(request.user), pk=pk)
    try:
        tasks.done(task, outcome=request.POST.get("outcome", ""), by=request.user)
    except tasks.OutcomeNeeded as error:
        raise Refused(closing=task.pk, outcome_error=_("Say in a few words what came of it.")) from error
    messages.success(request, _("Done: %(what)s") % {"what": task.title})
    home = request.POST.get("back") == "home"
    return redirect(reverse("admin:index") if home else f"{patient.get_absolute_url()}?tab={TAB}")


DEEDS = {"task_done": _done}
