"""Puts our own AdminSite in the place of the stock one (kept out of apps.py, which Django would pick up by itself)."""

from django.contrib.admin.apps import AdminConfig


class ClinicAdminConfig(AdminConfig):
    default_site = "clinic.admin_site.ClinicAdminSite"
