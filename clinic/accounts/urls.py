"""Sign-in pages: allauth's views, each with our access mark (they do their own asking)."""

from allauth import urls as allauth_urls
from django.urls import path
from django.urls.resolvers import URLPattern

from clinic.accounts import views
from clinic.accounts.access import mark


def _marked(patterns):
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            mark(pattern.callback, "open_to_all")
        else:
            _marked(pattern.url_patterns)
    return patterns


urlpatterns = [path("arrive/", views.arrive, name="arrive"), *_marked(allauth_urls.urlpatterns)]
