"""What stands beside the day: one function per section of the side panel.

A section is a function `panel(user, now)` that returns what its template needs, a line in `PANELS`, and an include in
`templates/reception/_panels.html`. The page and the poll (`desk:now`) draw them alike, and swap them only when they
look different: give fields and buttons an id, so that the cursor stays where it is.
"""

from clinic.reception import alerts, falls, requests, timers, waiting

PANELS = (
    timers.panel,
    waiting.panel,
    alerts.panel,
    requests.panel,
    falls.panel,
)


def read(user, now):
    """Return the context of all sections."""
    context = {}
    for panel in PANELS:
        context |= panel(user, now)
    return context
