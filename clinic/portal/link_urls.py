"""Addresses behind signed links."""

from django.urls import path

from clinic.portal.views import calendars, intake, invitation, offer

urlpatterns = [
    path("intake/<token>/", intake.start, name="intake"),
    path("intake/<token>/<slug:page>/", intake.page, name="intake_page"),
    path("invitation/<token>/", invitation.accept, name="invitation"),
    path("calendar/<token>.ics", calendars.feed, name="calendar"),
    path("offer/<token>/", offer.offer, name="offer"),
]
