"""The doors."""

from django.contrib import admin
from django.urls import include, path

from clinic.website.setup import set_up
from clinic.website.views import healthz

urlpatterns = [
    path("", include("clinic.website.urls")),
    path("setup/", set_up, name="setup"),
    path("library/", include("content.urls")),
    path("desk/", include("clinic.reception.urls")),
    path("checkin/", include("clinic.reception.kiosk_urls")),
    path("portal/", include("clinic.portal.urls")),
    path("", include("clinic.portal.link_urls")),
    path("accounts/", include("clinic.accounts.urls")),
    path("admin/", admin.site.urls),
    path("healthz", healthz, name="healthz"),
]
