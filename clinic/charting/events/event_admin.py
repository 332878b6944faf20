"""The register of adverse events: every one, filtered, and how often they follow each treatment."""

from datetime import timedelta

from django.contrib import admin
from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from clinic.accounts.admin_lookups import FilteredOnly
from clinic.accounts.admin_rights import ByRight
from clinic.charting.models import AdverseEvent, TreatmentApplied, VisitMark

YEAR = timedelta(days=365)
RATED = 1000  # events per so many treatments


def rates(since):
    """Return [(treatment, events, given, events per 1000 given)] since a day, the most frequent first; two questions.

    Notes entered in error count on neither side.
    """
    wrong = {"visit__marks__kind": VisitMark.Kind.ENTERED_IN_ERROR}
    events = AdverseEvent.objects.filter(began_on__gte=since).exclude(kind=None).exclude(**wrong)
    told = list(events.order_by().values_list("kind", "kind__label").annotate(n=Count("pk")))
    rows = TreatmentApplied.objects.filter(kind__in=[kind for kind, _label, _n in told]).exclude(**wrong)
    rows = rows.filter(visit__visited_at__date__gte=since)
    given = dict(rows.order_by().values_list("kind").annotate(n=Count("pk")))
    found = [(label, n, given.get(kind, 0)) for kind, label, n in told]
    counted = [(label, n, of, round(n * RATED / of, 1) if of else None) for label, n, of in found]
    return sorted(counted, key=lambda row: (-(row[3] or 0), row[0]))


class Stands(admin.SimpleListFilter):
    """Open or closed, in words."""

    title = _("state")
    parameter_name = "stands"

    def lookups(self, request, model_admin):
        return [("open", _("Open")), ("closed", _("Closed"))]

    def queryset(self, request, queryset):
        return {"open": queryset.filter(closed_at=None), "closed": queryset.exclude(closed_at=None)}.get(
            self.value() or "", queryset
        )


@admin.register(AdverseEvent)
class AdverseEventAdmin(ByRight, FilteredOnly):
    """Read here; reported, asked after and closed in the chart of the patient."""

    right_prefix = "adverse_event"
    change_list_template = "admin/charting/adverseevent/change_list.html"
    list_display = ("began", "patient", "severity_word", "treatment", "what", "asked_again", "stands")
    list_display_links = ("began", "patient")
    list_filter = (Stands, "severity", "kind", "began_on")
    list_select_related = ("patient", "kind")
    list_per_page = 50
    show_full_result_count = False
    actions = None
    ordering = ("-began_on", "-pk")
    fields = ("patient", "chart", "severity", "what", "kind", "began_on", "action", "follow_up_on", "reported_at",
              "reported_by", "outcome", "outcome_note", "closed_at", "closed_by")  # fmt: skip
    readonly_fields = ("chart",)

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    @admin.display(description=_("began on"), ordering="began_on")
    def began(self, event):
        return date_format(event.began_on, "j M Y")

    @admin.display(description=_("treatment"), ordering="kind", empty_value="–")
    def treatment(self, event):
        return event.kind and event.kind.label.split(" (")[0]

    @admin.display(description=_("ask again on"), ordering="follow_up_on", empty_value="–")
    def asked_again(self, event):
        return event.follow_up_on and date_format(event.follow_up_on, "j M Y")

    @admin.display(description=_("severity"), ordering="severity")
    def severity_word(self, event):
        return event.severity_word

    @admin.display(description=_("stands"))
    def stands(self, event):
        return event.get_outcome_display() if event.closed_at else _("Open")

    @admin.display(description=_("in the chart"))
    def chart(self, event):
        address = reverse("admin:patients_patient_change", args=[event.patient_id])
        return format_html('<a href="{}?tab=events#event-{}">{}</a>', address, event.pk, _("Open the chart"))

    def changelist_view(self, request, extra_context=None):
        """The rates stand above the list for whoever may read it; without the right the list itself refuses."""
        shown = {"rates": rates(timezone.localdate() - YEAR)} if self.has_view_permission(request) else {}
        return super().changelist_view(request, {**shown, **(extra_context or {})})
