"""Addresses of this door."""

from django.urls import path

from clinic.portal.views import arriving, calendars, documents, home, reading, record, sooner, visits

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
    path("record/", record.record, name="record"),
    path("documents/", documents.documents, name="documents"),
    path("documents/<int:pk>/", documents.document, name="document"),
]
