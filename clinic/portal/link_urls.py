"""Addresses behind signed links."""

from django.urls import path

from clinic.portal.views import calendars, intake, invitation, lost_links, offer

urlpatterns = [
    path("intake/<token>/", intake.start, name="intake"),
    path("intake/<token>/new-link/", lost_links.renew, name="intake_renew"),
    path("intake/<token>/not-me/", lost_links.not_me, name="intake_not_me"),
    path("intake/<token>/<slug:page>/", intake.page, name="intake_page"),
    path("invitation/<token>/", invitation.accept, name="invitation"),
    path("calendar/<token>.ics", calendars.feed, name="calendar"),
    path("offer/<token>/", offer.offer, name="offer"),
]
