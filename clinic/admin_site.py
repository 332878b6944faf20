"""The chart: Django's admin with our doorkeeper and, as its home, today's list."""

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.accounts import second_factor
from clinic.accounts.access import answer, mark_all, refuse, to_login
from clinic.accounts.admin_rights import ByRight
from clinic.accounts.roles import ADMIN, CHIRO, IT, THERAPIST, can, require
from clinic.audit.recording import record
from clinic.reports import alike_notes, today

CHART_ROLES = {ADMIN, CHIRO, THERAPIST, IT}


class ClinicAdminSite(AdminSite):
    site_title = site_header = _("Vertebra")
    index_title = _("Today")
    index_template = "admin/index.html"

    def register(self, model_or_iterable, admin_class=None, **options):
        """Take only pages that ask the permission matrix: what packages bring along (groups, factors) stays out."""
        if admin_class is not None and issubclass(admin_class, ByRight):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request):
        """Signed in, one of the roles that work here, and with a second factor where it is required."""
        user = request.user
        return user.is_authenticated and user.is_active and bool(user.roles & CHART_ROLES) and not self._step(request)

    def _step(self, request):
        return second_factor.next_step(request)

    def get_urls(self):
        """Every address of the admin carries the mark; `admin_view` is what keeps the door."""
        report = path("reports/alike-notes/", self.admin_view(self.alike_notes), name="alike_notes")
        return mark_all([report, *super().get_urls()], "staff_only")

    def admin_view(self, view, cacheable=False):
        """Mark every admin route, and answer 403 by role instead of a second login page."""
        inner = super().admin_view(view, cacheable)

        def guarded(request, *args, **kwargs):
            if not request.user.is_authenticated:
                return to_login(request)
            if not request.user.roles & CHART_ROLES:
                refuse(request, "role")
                raise PermissionDenied
            if step := self._step(request):
                return step
            if request.method not in ("GET", "HEAD", "POST"):
                return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
            return answer(inner, request, *args, **kwargs)

        return guarded

    def login(self, request, extra_context=None):
        """There is one sign-in page; who has signed in already goes to their own door."""
        return redirect("arrive") if request.user.is_authenticated else to_login(request)

    def each_context(self, request):
        """What every page shows: the side list leads to the reports of whoever may read them."""
        user = request.user
        return {**super().each_context(request), "may_compare": user.is_authenticated and can(user, "chart.readers")}

    def alike_notes(self, request):
        """How many notes read like the one before; who reads no notes sees the figures without the links."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        require(request.user, "chart.readers")
        record("report.read", by=request.user, report="alike_notes")
        context = {
            **self.each_context(request),
            "title": _("Notes like the one before"),
            "rows": alike_notes.rows(timezone.now()),
            "may_open": can(request.user, "visit.view"),
            "days": alike_notes.WINDOW.days,
        }
        request.current_app = self.name
        return TemplateResponse(request, "admin/alike_notes.html", context)

    def index(self, request, extra_context=None):
        """Today's list for those who treat; figures without health data for the others."""
        context = {**self.each_context(request), **_home(request.user, **_asked(request)), **(extra_context or {})}
        request.current_app = self.name
        return TemplateResponse(request, self.index_template, context)


SHOWN_TASKS = 6


def _asked(request):
    """Everybody's tasks rather than one's own?"""
    return {"whole": request.GET.get("tasks") == "all"}


def _tasks(due, whole):
    mine = [one for one in due if one.is_mine or one.days < 0]  # what is late is everybody's
    shown = due if whole else mine[:SHOWN_TASKS]
    return {"due": shown, "due_mine": len(mine), "due_all": len(due), "due_whole": whole}


def _home(user, *, whole=False):
    """What the home page shows this user."""
    practitioner = today.practitioner_of(user)
    zone = practitioner.location.zone if practitioner else timezone.get_current_timezone()
    day = timezone.localdate(timezone=zone)
    listed, unsigned = today.rows(user, day, zone, practitioner), today.unsigned(user, practitioner)
    return {
        "title": _("Today"),
        "day": day,
        "now": timezone.now(),
        "is_clinical": can(user, "visit.view"),
        "may_open": can(user, "visit.add"),
        "practitioner": practitioner,
        "rows": listed,
        "figures": today.figures(day, zone, practitioner),
        "longest_wait": today.longest_wait(listed),
        "next_row": today.next_arrived(listed),
        "unsigned": unsigned,
        "first_ready": next((visit for visit in unsigned if visit.is_ready), None),
        "may_sign": can(user, "visit.sign"),
        "intakes": today.intakes_to_review(user),
        "may_close": can(user, "task.change"),
        **_tasks(today.due(user, day, practitioner), whole),
    }
