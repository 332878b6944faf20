"""The chart's tab of plans and tasks: what is to do for this patient, what is planned, what was decided on imaging.

Plans and complaints lie above the records: they are read by the name they point here under, and changed in the note.
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
    """What the tab shows."""
    plans = patient.rows("care_plans").for_user(request.user).select_related("episode", "made_by", "ended_by")
    complaints = patient.rows("episodes").for_user(request.user).exclude(imaging_decisions=None).distinct()
    done = Task.objects.of(patient).for_user(request.user).exclude(done_at=None).select_related("done_by")
    return {
        **open_tasks(request, patient),
        "done_tasks": done.order_by("-done_at")[:MOST],
        "plans": plans.prefetch_related("treatments__kind")[:MOST],
        "imaged": complaints.prefetch_related("imaging_decisions__decided_by")[:MOST],
        "open_note": patient.rows("visits").for_user(request.user).filter(signed_at=None).only("pk").first(),
    }


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
