"""The form of a device at the desk."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.accounts.models import Device
from clinic.practice.models import Location


class DeviceForm(forms.ModelForm):
    """What a tablet is called and where it stands: it shows the check-in of that place."""

    location = forms.ModelChoiceField(label=_("Location"), queryset=Location.objects.active(), empty_label=None)

    class Meta:
        model = Device
        fields = ["name", "location"]
        help_texts = {"name": _("For example: tablet by the door.")}

    @property
    def helper(self):
        helper = FormHelper(self)
        helper.form_tag = helper.disable_csrf = False
        helper.layout = Layout(Row(Column("name"), Column("location")))
        return helper
