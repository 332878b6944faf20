"""The form with which a document is handed in: at the desk, in the chart, on the portal."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from patients import uploads
from patients.models import Document


class DocumentForm(forms.Form):
    """A file with what it is; whether it is kept shows when it has been looked into."""

    title = forms.CharField(label=_("What is it?"), max_length=120, help_text=_("For example: MRI of the low back."))
    kind = forms.ChoiceField(label=_("Kind"), choices=Document.Kind, initial=Document.Kind.REPORT)
    dated_on = forms.DateField(
        label=_("Dated"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    file = forms.FileField(
        label=_("File"),
        help_text=_("A picture (JPEG, PNG, WebP) or a PDF, at most 10 MB."),
        widget=forms.FileInput({"accept": "image/jpeg,image/png,image/webp,application/pdf"}),
        allow_empty_file=True,  # said in our own words
    )

    @property
    def helper(self):
        helper = FormHelper(self)
        helper.form_tag = helper.disable_csrf = False
        helper.layout = Layout("title", Row(Column("kind"), Column("dated_on")), "file")
        return helper

    def clean_dated_on(self):
        day = self.cleaned_data["dated_on"]
        if day and day > timezone.localdate():
            raise forms.ValidationError(_("This day is in the future."))
        return day

    def keep(self, deed, patient, *, by):
        """Hand the file to `deed` (`documents.add` or `send`); return the document, or None with the error told."""
        if not self.is_valid():
            return None
        try:
            return deed(patient, by=by, **self.cleaned_data)
        except uploads.NotAccepted as refused:
            self.add_error("file", refused.args[0])
            return None
