"""The door of the public."""

from django.db import connection
from django.http import JsonResponse

from clinic.accounts.access import open_to_all


@open_to_all
def healthz(request):
    """Say whether the database answers; nothing about the clinic."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})
