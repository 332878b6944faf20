"""No copy of a signed-in page stays behind."""


class PrivateResponses:
    """`Cache-Control: no-store, private` on every response to somebody signed in, errors included."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if getattr(request, "user", None) is not None and request.user.is_authenticated:
            response.headers["Cache-Control"] = "no-store, private"
        return response
