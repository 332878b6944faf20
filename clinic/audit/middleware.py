"""Gives every request a number, so that a log line, an audit row and an error page can be laid side by side."""

import uuid

from clinic.audit import context, plain_text


class RequestContext:
    """Outermost middleware: sets the request's number and route for the audit log and answers with X-Request-ID.

    Being the first to see a request, it also refuses what cannot be kept as text (`plain_text`).
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.number = str(uuid.uuid4())
        context.begin(request.number)
        request.COOKIES = plain_text.without_nul(request.COOKIES)
        response = self.get_response(request)
        response.headers["X-Request-ID"] = request.number
        return response

    def process_view(self, request, view, args, kwargs):
        match = request.resolver_match
        context.set_route(f"{request.method} {match.view_name or match.route}"[:120])
        plain_text.refuse_unreadable(request)
