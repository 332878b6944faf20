"""The pages of letters: a new one that opens with what the chart says, one letter with what became of it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from clinic.accounts.access import get_or_404, refuse
from clinic.accounts.roles import can
from clinic.audit.recording import record
from clinic.charting.models import Episode, Referral
from clinic.charting.papers import letter_draft, letters
from clinic.charting.papers.letter_forms import AnswerForm, CloseForm, KeptLetterForm, LetterForm, SendForm
from clinic.charting.papers.letter_standing import standing
from patients import documents, uploads
from patients.joined import kept_of, to_kept
from patients.models import Document, Patient

PAGE, NEW = "admin/charting/paper/letter.html", "admin/charting/paper/letter_new.html"

MEANWHILE = (
    *(letters.AlreadySent, letters.AlreadyAnswered, letters.AlreadyClosed, letters.NotSent),
    letters.ChangedMeanwhile,
)


class Unreadable(Exception):
    """The file that came with an answer is not kept; the form says why."""


def _needs(request, right):
    if not can(request.user, right):
        refuse(request, "role")
        raise PermissionDenied(right)


# --- a new letter


def add(request, pk, site):
    """GET opens a letter worded from the chart (`?kind=`, `?episode=`); POST keeps it."""
    _needs(request, "referral.add")
    found = get_or_404(request, Patient.objects.for_user(request.user).select_related("merged_into"), pk=pk)
    patient = kept_of(found)
    if patient != found and request.method != "POST":
        return to_kept(request, reverse("admin:charting_referral_add_for", args=[patient.pk]))
    if request.method == "POST":
        return _keep_new(request, patient, site)
    record("chart.read", patient, by=request.user, patient=patient, via="letter")
    kind = Referral.Kind.IMAGING if request.GET.get("kind") == Referral.Kind.IMAGING else Referral.Kind.REFERRAL
    drafted = letter_draft.draft(patient, kind=kind, episode=_episode(patient, request.GET.get("episode", "")))
    return _show_new(request, patient, site, LetterForm(patient=patient, initial=drafted))


def _episode(patient, number):
    """The complaint the address names, if it is this patient's; else the open one, if there is one."""
    own = Episode.objects.of(patient)
    named = own.filter(pk=number).first() if number.isascii() and number.isdigit() and len(number) < 18 else None
    return named or own.filter(closed_at=None).first()


def _keep_new(request, patient, site):
    form = LetterForm(request.POST, patient=patient)
    if not form.is_valid():
        return _show_new(request, patient, site, form, 422)
    letter = letters.write(patient, by=request.user, **form.cleaned_data)
    return _after(request, letter)


def _show_new(request, patient, site, form, status=200):
    request.current_app = site.name
    context = {**site.each_context(request), "title": _("New letter"), "patient": patient, "form": form}
    return TemplateResponse(request, NEW, context, status=status)


def _after(request, letter):
    """On to the printer where that was asked for, else back to the letter."""
    if request.POST.get("do") == "print":
        return redirect("admin:charting_paper", "letter", letter.pk)
    messages.success(request, _("The letter is kept. It is not sent yet."))
    return redirect("admin:charting_referral_change", letter.pk)


# --- one letter


def change(request, pk, site):
    """GET shows the letter and what became of it; POST does what the button says."""
    _needs(request, "referral.view")
    rows = Referral.objects.for_user(request.user)
    rows = rows.select_related("patient", "episode", "written_by", "sent_by", "closed_by", "report")
    letter = get_or_404(request, rows, pk=pk)
    if request.method == "POST":
        _needs(request, "referral.change")
        return _pressed(request, letter, site)
    record("chart.read", letter, by=request.user, patient=letter.patient, via="letter")
    return _show(request, letter, site)


def _show(request, letter, site, status=200, **changed):
    stands, may = standing(letter), can(request.user, "referral.change")
    is_open, patient = may and stands.is_open, kept_of(letter.patient)
    editable = is_open and not letter.sent_at
    context = {
        **site.each_context(request),
        "title": letter.get_kind_display(),
        "opts": Referral._meta,
        "letter": letter,
        "patient": patient,
        "standing": stands,
        "form": KeptLetterForm.of(letter) if editable else None,
        "send_form": SendForm() if editable else None,
        "answer_form": AnswerForm(patient=patient) if is_open and letter.sent_at and not letter.answered_at else None,
        "close_form": CloseForm() if is_open else None,
        **changed,
    }
    request.current_app = site.name
    return TemplateResponse(request, PAGE, context, status=status)


def _pressed(request, letter, site):
    deed = DEEDS.get(request.POST.get("do", ""), _save)
    try:
        return deed(request, letter, site)
    except MEANWHILE:
        letter.refresh_from_db()
        messages.error(request, _("Somebody has changed this letter meanwhile; nothing of yours was kept."))
        return _show(request, letter, site, 409, typed=_typed(request))


def _typed(request):
    """All that somebody has typed in vain, to copy from."""
    texts = (request.POST.get(name, "").strip() for name in ("addressee", "address", "question", "body", "words"))
    return "\n\n".join(text for text in texts if text)


def _save(request, letter, site):
    form = KeptLetterForm.of(letter, request.POST)
    if not form.is_valid():
        return _show(request, letter, site, 422, form=form)
    return _after(request, letters.rewrite(letter, by=request.user, **form.cleaned_data))


def _send(request, letter, site):
    """What is typed is kept first: the letter that stands is the one that was on the screen."""
    form, how = KeptLetterForm.of(letter, request.POST), SendForm(request.POST)
    if not (form.is_valid() and how.is_valid()):
        return _show(request, letter, site, 422, form=form, send_form=how)
    with transaction.atomic():
        letters.rewrite(letter, by=request.user, **form.cleaned_data)
        letters.send(letter, by=request.user, **how.cleaned_data)
    messages.success(request, _("Sent. Its text stands now, and a task asks for the answer when it is due."))
    return redirect("admin:charting_referral_change", letter.pk)


def _answer(request, letter, site):
    form = AnswerForm(request.POST, request.FILES, patient=kept_of(letter.patient))
    try:
        if not form.is_valid():
            raise Unreadable
        _keep_answer(request, letter, form)
    except Unreadable:
        return _show(request, letter, site, 422, answer_form=form)
    messages.success(request, _("The answer is kept, and nothing is waited for any more."))
    return redirect("admin:charting_referral_change", letter.pk)


def _keep_answer(request, letter, form):
    """The answer first, then the file: a file that is not accepted takes the answer back. Raises `Unreadable`."""
    told = form.cleaned_data
    try:
        with transaction.atomic():
            letters.answer(letter, words=told["words"], report=told["report"], by=request.user)
            if told["file"]:
                letters.file_report(letter, report=_filed(letter, told["file"], request.user), by=request.user)
    except uploads.NotAccepted as refused:
        form.add_error("file", refused.args[0])
        raise Unreadable from refused


def _filed(letter, file, by):
    kind = Document.Kind.IMAGING if letter.kind == Referral.Kind.IMAGING else Document.Kind.REPORT
    title = _("Answer from %(who)s") % {"who": letter.addressee}
    return documents.add(kept_of(letter.patient), file=file, kind=kind, title=title[:120], by=by)


def _close(request, letter, site):
    form = CloseForm(request.POST)
    if not form.is_valid():
        return _show(request, letter, site, 422, close_form=form)
    letters.close(letter, by=request.user, **form.cleaned_data)
    messages.success(request, _("Closed."))
    return redirect("admin:charting_referral_change", letter.pk)


DEEDS = {"send": _send, "answer": _answer, "close": _close}
