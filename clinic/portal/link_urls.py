"""Addresses behind signed links."""

urlpatterns = []
