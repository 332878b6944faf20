"""The language of a page: chosen by the visitor, else the browser's; staff doors are in English."""

from django.conf import settings
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from clinic.accounts.access import open_to_all

STAFF_LANGUAGE = "en"
STAFF_DOORS = ("/desk/", "/admin/", "/setup/", "/checkin/pair/")


class DoorLanguage(LocaleMiddleware):
    """Staff pages are not translated: half a page in the browser's language would be worse than none."""

    def process_request(self, request):
        if request.path_info.startswith(STAFF_DOORS):
            translation.activate(STAFF_LANGUAGE)
            request.LANGUAGE_CODE = STAFF_LANGUAGE
        else:
            super().process_request(request)


@require_POST
@open_to_all
def choose(request):
    """Keep the language that was pressed in a cookie and go back to the page; an address elsewhere is not followed."""
    return set_language(request)


def is_chosen(request):
    """Has the visitor chosen a language in this browser?"""
    return bool(request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME))


def forget(response):
    """Let go of the language that was chosen in this browser and return the answer."""
    response.delete_cookie(
        settings.LANGUAGE_COOKIE_NAME, settings.LANGUAGE_COOKIE_PATH, samesite=settings.LANGUAGE_COOKIE_SAMESITE
    )
    return response
