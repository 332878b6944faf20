"""The papers of the chart on the screen, for the printer and as PDF. Each look is written down with its kind."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse

from clinic.accounts.access import get_or_404, refuse
from clinic.accounts.roles import can
from clinic.audit.recording import record
from clinic.charting.papers import paper, pdf

# A downloaded paper may run nothing and reach nothing, and is kept by no cache.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store, private",
    "Cross-Origin-Resource-Policy": "same-origin",
}
NO_KIND = paper.KINDS["summary"]  # whose right is asked where the address names no paper


def _asked(request, kind, pk):
    """Return the paper that the address names: 403 by role, 404 by kind or row."""
    known = paper.KINDS.get(kind)
    if not can(request.user, (known or NO_KIND).right):
        refuse(request, "role")
        raise PermissionDenied
    rows = (known or NO_KIND).read(request.user)
    row = get_or_404(request, rows if known else rows.none(), pk=pk)
    return paper.of(known, row, request.clinic)


def _note(request, shown, form):
    record("document.printed", shown.row, by=request.user, patient=shown.patient, kind=shown.kind.slug, form=form)


def show(request, kind, pk, site):
    """The paper on the screen, with the button that prints it."""
    shown = _asked(request, kind, pk)
    _note(request, shown, "page")
    request.current_app = site.name
    context = {
        **site.each_context(request),
        **_context(shown),
        "has_pdf": pdf.is_installed(),
        "title": shown.title,
    }
    return TemplateResponse(request, "admin/charting/paper/page.html", context)


def _context(shown):
    return {**shown.content, "paper": shown, "patient": shown.patient}


def as_pdf(request, kind, pk):
    """The paper as a file; where nothing draws one, the page that the browser prints."""
    shown = _asked(request, kind, pk)
    try:
        data = pdf.drawn(render_to_string("admin/charting/paper/pdf.html", {**_context(shown), "user": request.user}))
    except pdf.NotInstalled:
        return redirect(reverse("admin:charting_paper", args=[kind, pk]))
    _note(request, shown, "pdf")
    response = HttpResponse(data, content_type="application/pdf", headers=HEADERS)
    response["Content-Disposition"] = f'attachment; filename="{shown.file_name}"'
    return response
