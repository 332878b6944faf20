"""Addresses of this door."""

from django.urls import path

from clinic.website import asking, views

app_name = "website"
urlpatterns = [
    path("", views.home, name="home"),
    path("request/", asking.choose, name="request"),
    path("request/details/", asking.details, name="details"),
    path("request/thanks/<str:ticket>/", asking.requested, name="requested"),
    path("call/", asking.call, name="call"),
    path("call/thanks/", asking.called, name="called"),
]
