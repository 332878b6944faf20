"""The form of a practitioner's calendar address."""

from typing import cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.scheduling import feeds
from clinic.scheduling.models import Practitioner


class FeedForm(forms.Form):
    """Whose calendar, and whether it names the patients."""

    practitioner = forms.ModelChoiceField(
        label=_("Practitioner"), queryset=Practitioner.objects.none(), empty_label=None
    )
    shows_names = forms.BooleanField(
        label=_("Show the names of patients"),
        required=False,
        help_text=_(
            "Off: every entry says “Visit”. On: the names leave the clinic and lie with whoever runs that calendar, "
            "often a company. Ask the patients and your law first."
        ),
    )

    def __init__(self, *args, user=None, **kwargs):
        super().__init__(*args, **kwargs)
        if user is not None:
            cast(forms.ModelChoiceField, self.fields["practitioner"]).queryset = feeds.shareable(user)

    @property
    def helper(self):
        helper = FormHelper(self)
        helper.form_tag = helper.disable_csrf = False
        helper.layout = Layout("practitioner", "shows_names")
        return helper
