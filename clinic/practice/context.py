"""What every template may say about the clinic."""

from django.conf import settings
from django.utils.functional import SimpleLazyObject


def clinic(request):
    """Context processor: the clinic (lazily), whether this is a demo, whether staff work without a second factor."""
    return {
        "clinic": SimpleLazyObject(lambda: request.clinic),
        "demo": settings.DEMO,
        "mfa_off": not settings.REQUIRE_MFA,
    }
