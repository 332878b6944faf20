"""Addresses of the check-in on a paired device."""

from django.urls import path

from clinic.reception import devices, kiosk

app_name = "checkin"
urlpatterns = [
    path("", kiosk.find, name="find"),
    path("together/", kiosk.together, name="together"),
    path("feel/", kiosk.feel, name="feel"),
    path("stop/", kiosk.stop, name="stop"),
    path("seat/", kiosk.seat, name="seat"),
    path("code/<str:token>/", kiosk.code, name="code"),
    path("pair/<str:token>/", devices.pair, name="pair"),
]
