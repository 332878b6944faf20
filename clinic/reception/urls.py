"""Addresses of the desk."""

from django.urls import path

from clinic.reception import alerts, bookings, day, devices, finding, live, people, requests, timers, visits

app_name = "desk"
urlpatterns = [
    path("", day.day, name="day"),
    path("now/", live.now, name="now"),
    path("search/", finding.search, name="search"),
    path("patients/", finding.patients, name="patients"),
    path("patients/<int:pk>/", people.patient, name="patient"),
    path("patients/<int:pk>/contact/", people.contact, name="contact"),
    path("patients/<int:pk>/intake/", people.send_intake, name="send_intake"),
    path("patients/<int:pk>/invite/", people.invite, name="invite"),
    path("book/", bookings.book, name="book"),
    path("book/times/", bookings.times, name="times"),
    path("book/duplicates/", bookings.duplicates, name="duplicates"),
    path("appointments/<int:pk>/step/", visits.step, name="step"),
    path("appointments/<int:pk>/cancel/", visits.cancel, name="cancel"),
    path("appointments/<int:pk>/undo/", visits.undo, name="undo"),
    path("requests/<int:pk>/accept/", requests.accept_request, name="accept_request"),
    path("requests/<int:pk>/answer/", requests.answer_request, name="answer_request"),
    path("devices/", devices.listed, name="devices"),
    path("devices/<int:pk>/revoke/", devices.revoke, name="revoke_device"),
    path("timers/start/", timers.start, name="start_timer"),
    path("timers/<int:pk>/more/", timers.more, name="more_timer"),
    path("timers/<int:pk>/stop/", timers.stop, name="stop_timer"),
    path("alerts/<int:pk>/seen/", alerts.acknowledge, name="acknowledge"),
]
