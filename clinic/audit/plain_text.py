"""Requests that no browser of a person sends: with a NUL in a text, or in letters other than UTF-8.

PostgreSQL keeps no NUL in a text and SQLite does, so what one engine stores breaks a page on the other. Such a request
is refused before any view, form or query reads it.
"""

import codecs
from urllib.parse import unquote_to_bytes

from django.core.exceptions import BadRequest

NUL = "\0"


def _is_utf8(charset):
    try:
        return codecs.lookup(charset).name == "utf-8"
    except LookupError:
        return True  # Django ignores what it does not know and reads UTF-8


def _has_nul(fields):
    return any(NUL in name or any(NUL in value for value in values) for name, values in fields.lists())


def without_nul(cookies):
    """Return the cookies that are text; one with a NUL in it is none of ours (a session's key is looked up)."""
    return {name: value for name, value in cookies.items() if NUL not in name + value}


def refuse_unreadable(request):
    """Raise `BadRequest` (400) unless address, query and form are UTF-8 without a NUL."""
    if not _is_utf8(request.content_params.get("charset", "utf-8")):
        raise BadRequest("not in UTF-8")
    if b"\0" in unquote_to_bytes(request.path) or _has_nul(request.GET):
        raise BadRequest("a NUL in the address")
    if request.method == "POST" and _has_nul(request.POST):
        raise BadRequest("a NUL in a field")
