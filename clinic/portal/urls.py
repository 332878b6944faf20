"""Addresses of this door."""

from django.urls import path

from clinic.portal.views import (
    acting,
    arriving,
    calendars,
    consents,
    documents,
    home,
    reading,
    record,
    self_care,
    sooner,
    visits,
)

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("intake/<int:pk>/", home.intake, name="intake"),
    path("visits/", visits.visits, name="visits"),
    path("visits/<int:pk>/", visits.visit, name="visit"),
    path("visits/<int:pk>/code/", arriving.code, name="check_in_code"),
    path("visits/<int:pk>/visit.ics", calendars.visit_file, name="visit_file"),
    path("visits/<int:pk>/sooner/", sooner.join, name="sooner"),
    path("waiting/<int:pk>/leave/", sooner.leave, name="leave_waiting"),
    path("calendar/", calendars.calendar, name="calendar"),
    path("calendar/<int:pk>/withdraw/", calendars.withdraw, name="withdraw_calendar"),
    path("reading/", reading.reading, name="reading"),
    path("reading/<int:pk>/", reading.article, name="article"),
    path("self-care/", self_care.self_care, name="self_care"),
    path("record/", record.record, name="record"),
    path("acting/", acting.acting_for, name="acting"),
    path("acting/<int:pk>/end/", acting.end, name="end_acting"),
    path("consents/", consents.consents, name="consents"),
    path("consents/<slug:kind>/sign/", consents.consent, name="consent"),
    path("consents/<int:pk>/take-back/", consents.take_back, name="take_back"),
    path("documents/", documents.documents, name="documents"),
    path("documents/<int:pk>/", documents.document, name="document"),
]
