"""Sign-in pages: allauth's views, each with our access mark (they do their own asking)."""

from allauth import urls as allauth_urls
from django.urls import path

from clinic.accounts import language, views
from clinic.accounts.access import mark_all

urlpatterns = [
    path("arrive/", views.arrive, name="arrive"),
    path("language/", language.choose, name="language"),
    *mark_all(allauth_urls.urlpatterns, "open_to_all"),
]
