"""Handing out a file: only after an access check, only as a download, never interpreted under our address."""

from django.http import FileResponse, Http404

from patients import documents

# A file that is opened all the same may run nothing and reach nothing.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store, private",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def handed_out(request, document):
    """Return the response that carries the file of a document the reader has the right to. 404 when it is lost."""
    try:
        file = documents.read(document, by=request.user)
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(file, content_type=document.media_type, as_attachment=True, filename=document.file_name)
    for name, value in HEADERS.items():
        response.headers[name] = value
    return response
