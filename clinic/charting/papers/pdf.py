"""Drawing a page as PDF, with the optional package `weasyprint` (extra `pdf`), imported where it is used.

Nothing is fetched: the style sheet is handed over as text, and whatever a text of the chart might name (an image, a
file, another address) is refused.
"""

from importlib.util import find_spec
from pathlib import Path

from django.contrib.staticfiles import finders

STYLE = "css/letter.css"


class NotInstalled(Exception):
    """The package that draws is not installed here: the page is printed by the browser instead."""


def is_installed():
    """Can this clinic draw a PDF?"""
    return find_spec("weasyprint") is not None


def closed_door():
    """What stands where a renderer would open addresses: no protocol is allowed, so nothing is opened."""
    from weasyprint.urls import URLFetcher

    return URLFetcher(allowed_protocols=())


def style():
    """The text of the papers' own style sheet."""
    return Path(str(finders.find(STYLE))).read_text(encoding="utf-8")


def drawn(html):
    """Return the bytes of a PDF of a whole HTML page. Raises `NotInstalled`."""
    try:
        from weasyprint import CSS, HTML

        door = closed_door()
    except (ImportError, OSError) as missing:  # the package, or the drawing libraries of the system beneath it
        raise NotInstalled from missing
    sheet = CSS(string=style(), url_fetcher=door)
    return HTML(string=html, url_fetcher=door).write_pdf(stylesheets=[sheet], pdf_variant="pdf/ua-1")
