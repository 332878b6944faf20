"""All routes of the house, walked from the URLconf, with the arguments that make a real address of each."""

import re
from dataclasses import dataclass

from django.urls import URLPattern, get_resolver
from django.urls.resolvers import RoutePattern

# One value per argument name; a test may put real keys in their place.
EXAMPLES = {
    "pk": "1", "object_id": "1", "token": "x" * 32, "slug": "anything", "page": "complaint", "app_label": "patients",
    "content_type_id": "1", "url": "nothing", "key": "x" * 20, "uidb36": "1", "day": "2026-11-20", "kind": "adjustment",
    "ticket": "nothing", "which": "missed",
}  # fmt: skip
# Served by others and open by nature: files of the style sheet, the translations of the admin's own script.
PUBLIC = {
    "website:home", "website:request", "website:details", "website:requested", "website:call", "website:called",
    "library:list", "library:article", "library:topic", "healthz", "setup", "language", "intake_renew",
}  # fmt: skip


@dataclass(frozen=True)
class Route:
    """One address: its full name, its pattern and its view."""

    name: str
    pattern: str
    view: object

    @property
    def mark(self):
        return getattr(self.view, "access_mark", None)

    def address(self, **arguments):
        """Return a path for this route, with `arguments` in the place of the examples."""
        known = {**EXAMPLES, **{name: str(value) for name, value in arguments.items()}}
        path = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", lambda m: known[m[1]], self.pattern)
        path = re.sub(r"<(?:[\w.]+:)?(\w+)>", lambda m: known[m[1]], path)
        return "/" + re.sub(r"[\^$]|\\Z", "", path)


def _walk(patterns, prefix, namespace):
    for entry in patterns:
        part = entry.pattern._route if isinstance(entry.pattern, RoutePattern) else entry.pattern._regex
        if isinstance(entry, URLPattern):
            name = entry.name or part
            yield Route(f"{namespace}{name}", prefix + part, entry.callback)
        else:
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry.url_patterns, prefix + part, inner)


def all_routes(resolver=None):
    """Return every route of the URLconf."""
    return list(_walk((resolver or get_resolver()).url_patterns, "", ""))


def sign_in_page(route):
    """Is this one of the sign-in and account pages of allauth?"""
    return route.pattern.startswith("accounts/")
