"""The forms of a letter: what is asked of whom, how it went out, what came back, why it is closed."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.charting.forms import Plain
from clinic.charting.models import Episode, Referral
from clinic.charting.papers import letters
from patients.models import Document

MOST_DOCUMENTS = 40
WAYS = [(way, way) for way in (_("Post"), _("Fax"), _("Secure e-mail"), _("Handed to the patient"), _("By phone"))]
Kind = Referral.Kind


class LetterForm(Plain):
    """A letter that is not sent; it opens with what the chart says."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices)
    addressee = forms.CharField(label=_("To"), max_length=160, help_text=_("Name and profession, or a department."))
    address = forms.CharField(
        label=_("Address or fax"), max_length=300, required=False, widget=forms.Textarea({"rows": 2, "maxlength": 300})
    )
    urgency = forms.ChoiceField(label=_("Urgency"), choices=Referral.Urgency.choices)
    episode = forms.ModelChoiceField(label=_("Complaint"), queryset=Episode.objects.none(), required=False)
    question = forms.CharField(
        label=_("What is asked"),
        max_length=600,
        help_text=_("One question, as you would ask it on the phone."),
        widget=forms.Textarea({"rows": 2, "maxlength": 600}),
    )
    body = forms.CharField(
        label=_("Letter"), max_length=8000, required=False, widget=forms.Textarea({"rows": 16, "maxlength": 8000})
    )

    def __init__(self, *args, patient=None, **kwargs):
        super().__init__(*args, **kwargs)
        episode: Any = self.fields["episode"]
        if patient is not None:
            episode.queryset = Episode.objects.of(patient)
        self.mark()


class KeptLetterForm(LetterForm):
    """A letter that is kept and not sent; `seen` says which wording was on the screen."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    @classmethod
    def of(cls, letter, data=None):
        """The form of this letter: bound to what was typed, or showing what is stored."""
        stored = {name: getattr(letter, name) for name in letters.TEXTS}
        return cls(data, patient=letter.patient, initial={**stored, "seen": letters.stamp(letter)})


class SendForm(Plain):
    """How the letter went out."""

    how = forms.ChoiceField(label=_("Went out by"), choices=WAYS)


class AnswerForm(Plain):
    """What came back, with a report: one that lies in the chart already, or a file."""

    words = forms.CharField(
        label=_("What came back"), max_length=600, widget=forms.Textarea({"rows": 3, "maxlength": 600})
    )
    report = forms.ModelChoiceField(
        label=_("Report in the chart"), queryset=Document.objects.none(), required=False, empty_label=_("none")
    )
    file = forms.FileField(
        label=_("or file it now"),
        required=False,
        help_text=_("A picture (JPEG, PNG, WebP) or a PDF, at most 10 MB."),
        widget=forms.FileInput({"accept": "image/jpeg,image/png,image/webp,application/pdf"}),
        allow_empty_file=True,  # said in our own words
    )

    def __init__(self, *args, patient=None, **kwargs):
        super().__init__(*args, **kwargs)
        report: Any = self.fields["report"]
        if patient is not None:
            newest = Document.objects.of(patient).valid().order_by("-uploaded_at", "-pk").values_list("pk", flat=True)
            report.queryset = Document.objects.filter(pk__in=list(newest[:MOST_DOCUMENTS]))
        self.mark()

    def clean(self):
        data = super().clean() or self.cleaned_data
        if data.get("report") and data.get("file"):
            self.add_error("file", _("Choose a report of the chart or a file, not both."))
        return data


class CloseForm(Plain):
    """Why nothing is waited for any more."""

    because = forms.CharField(label=_("Reason"), max_length=300)
