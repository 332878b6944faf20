"""The form with which two records are proposed as one person."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.utils.translation import gettext_lazy as _


class ProposeForm(forms.Form):
    """Which record stays the one that is opened, and why the two are thought to be one person."""

    THIS, OTHER = "this", "other"

    keep = forms.ChoiceField(label=_("Which record is kept?"), widget=forms.RadioSelect)
    because = forms.CharField(
        label=_("Why are they one person?"),
        max_length=300,
        error_messages={"required": _("Say why; the clinic admin reads it before the two are joined.")},
        help_text=_("Nothing about health. The clinic admin reviews both before they are joined."),
    )

    def __init__(self, *args, patient=None, other=None, **kwargs):
        super().__init__(*args, **kwargs)
        pair = ((self.THIS, patient, _("This record")), (self.OTHER, other, _("The other one")))
        self.fields["keep"].choices = [  # type: ignore[attr-defined]
            (word, f"{row.full_name}, {row.chart_number}" if row else plain) for word, row, plain in pair
        ]

    @property
    def helper(self):
        helper = FormHelper(self)
        helper.form_tag = helper.disable_csrf = False
        helper.layout = Layout("keep", "because")
        return helper
