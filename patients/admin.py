"""Patients in the admin."""

from django.contrib import admin

from clinic.accounts.admin_rights import ByRight
from patients.models import Patient


@admin.register(Patient)
class PatientAdmin(ByRight, admin.ModelAdmin):
    right_prefix = "patient"
    list_display = ("family_name",)
