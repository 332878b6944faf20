"""The pages of a kind of treatment in the admin: a new one, one of the clinic's own, a shipped one."""

from functools import partial

from django.contrib import messages
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from clinic.charting.kinds import kind_changes, kind_versions
from clinic.charting.kinds.kind_definitions import BadSetting
from clinic.charting.kinds.kind_forms import KindForm, RangesForm, ShippedForm, settings_forms
from clinic.charting.models import TreatmentKind

OWN = "admin/charting/treatmentkind/own.html"
SHIPPED = "admin/charting/treatmentkind/shipped.html"


def add(request, site):
    """GET asks for a new kind; POST adds it or says what is wrong with everything still typed."""
    posted = request.POST if request.method == "POST" else None
    form, rows = KindForm(posted), settings_forms(posted)
    if posted is not None and _valid(form, rows) and _done_with(kind_changes.add, form, rows, by=request.user):
        told = _("“%(kind)s” is added. It can be charted now.") % {"kind": form.cleaned_data["label"]}
        return _back(request, told)
    return _page(request, site, OWN, {"form": form, "rows": rows, "title": _("Add a kind of treatment")}, posted)


def change(request, site, kind):
    """GET shows one kind with its versions; POST changes it with a reason."""
    return _change_own(request, site, kind) if kind.is_own else _adjust(request, site, kind)


def _change_own(request, site, kind):
    posted = request.POST if request.method == "POST" else None
    form, rows = KindForm(posted, kind=kind), settings_forms(posted, kind=kind)
    deed = partial(kind_changes.change_own, kind)
    if posted is not None and _valid(form, rows) and _done_with(deed, form, rows, by=request.user):
        return _back(request, _("“%(kind)s” is changed.") % {"kind": form.cleaned_data["label"]})
    return _page(request, site, OWN, {"form": form, "rows": rows, **_about(kind)}, posted)


def _adjust(request, site, kind):
    posted = request.POST if request.method == "POST" else None
    form, ranges = ShippedForm(posted, kind=kind), RangesForm(posted, kind=kind)
    if posted is not None and _valid(form, ranges):
        kind_changes.adjust(kind, by=request.user, ranges=ranges.ranges(), **form.fields_for_deed())
        return _back(request, _("“%(kind)s” is changed.") % {"kind": form.cleaned_data["label"]})
    return _page(request, site, SHIPPED, {"form": form, "ranges": ranges, **_about(kind)}, posted)


def _valid(*forms):
    checked = [form.is_valid() for form in forms]  # each of them, so that every message shows
    return all(checked)


def _done_with(deed, form, rows, by):
    """Do it; what only the stored kind can refuse is told at its field."""
    try:
        deed(by=by, settings=rows.settings(), **form.fields_for_deed())
    except BadSetting as bad:
        rows.given[bad.place].add_error(bad.field, str(bad))
        return False
    return True


def _about(kind):
    return {"kind": kind, "title": kind.label, "versions": kind_versions.versions(kind)}


def _back(request, told):
    messages.success(request, told)
    return redirect(reverse("admin:charting_treatmentkind_changelist"))


def _page(request, site, template, context, posted):
    shared = {**site.each_context(request), "opts": TreatmentKind._meta}
    request.current_app = site.name
    return TemplateResponse(request, template, {**shared, **context}, status=200 if posted is None else 422)
