"""Addresses of this door."""

from django.urls import path

from clinic.portal.views import documents, home, reading, record, visits

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("intake/<int:pk>/", home.intake, name="intake"),
    path("visits/", visits.visits, name="visits"),
    path("visits/<int:pk>/", visits.visit, name="visit"),
    path("reading/", reading.reading, name="reading"),
    path("reading/<int:pk>/", reading.article, name="article"),
    path("record/", record.record, name="record"),
    path("documents/", documents.documents, name="documents"),
    path("documents/<int:pk>/", documents.document, name="document"),
]
