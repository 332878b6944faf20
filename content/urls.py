"""The public library."""

app_name = "library"
urlpatterns = []
