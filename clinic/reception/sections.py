"""What the pieces of a page share: the first rows with an honest count, and a name for how a piece looks."""

import hashlib
import re
from dataclasses import dataclass

from django.template.loader import render_to_string

MOST_ROWS = 20
# What differs in two drawings of the same rows: the token of a form, and minutes that the browser counts on.
PASSING = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"|(?<=">)[^<]*(?=</time>)')


@dataclass(frozen=True)
class Part:
    """A piece of the page as it was drawn, and the version by which the browser says which one it has."""

    html: str
    version: str


def some_of(rows):
    """Return (the first rows, how many there are); the count asks the table only when there are more."""
    found = list(rows[: MOST_ROWS + 1])
    return found[:MOST_ROWS], rows.count() if len(found) > MOST_ROWS else len(found)


def draw(template, context, request):
    """Draw one piece of the page; equal rows give equal versions."""
    html = render_to_string(template, context, request)
    return Part(html, version_of(PASSING.sub("", html)))


def version_of(text):
    """Return a short name of exactly this text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]
