"""The public library."""

from django.urls import path

from content import views

app_name = "library"
urlpatterns = [
    path("", views.library, name="list"),
    path("topic/<slug:slug>/", views.topic, name="topic"),
    path("<slug:slug>/", views.article, name="article"),
]
