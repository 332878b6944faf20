"""Which request we are in: known to the log without handing the request through every deed."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass
class Context:
    """The request behind a deed; empty in commands and in the worker."""

    request_id: str = ""
    route: str = ""


_current: ContextVar[Context] = ContextVar("audit_context")


def current():
    """Return the context of this request, or an empty one."""
    return _current.get(Context())


def begin(request_id):
    """Start a request's context."""
    _current.set(Context(request_id=request_id))


def set_route(route):
    """Name the route once Django has found it."""
    current().route = route
