"""People read the clock on the clinic's wall; rows are kept in UTC."""

from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from clinic.practice.profile import clinic

STATIC = ("/static/", "/healthz")


class ClinicZone:
    """Sets `request.clinic` and the time zone of its first location for the length of the request."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.clinic = SimpleLazyObject(clinic)
        if request.path.startswith(STATIC) or not (place := request.clinic.location):
            return self.get_response(request)
        with timezone.override(place.zone):
            return self.get_response(request)
