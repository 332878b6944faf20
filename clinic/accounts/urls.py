"""Sign-in pages: allauth's views, each with our access mark (they do their own asking)."""

from allauth import urls as allauth_urls
from django.urls import path

from clinic.accounts import views
from clinic.accounts.access import mark_all

urlpatterns = [path("arrive/", views.arrive, name="arrive"), *mark_all(allauth_urls.urlpatterns, "open_to_all")]
