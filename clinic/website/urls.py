"""Addresses of this door."""

app_name = "website"
urlpatterns = []
