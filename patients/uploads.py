"""Is this file what it says, and harmless? Pictures are drawn anew, PDFs with anything active in them are refused.

Limits from the clinic's safeguards: JPEG, PNG, WebP or PDF, 10 MB, 25 megapixels. The type is read from the content;
what the sender calls the file counts for nothing.
"""

import hashlib
import io
import warnings
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError
from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject

from patients.models.documents import LARGEST

MOST_PIXELS = 25_000_000
MOST_OBJECTS = 50_000  # of a PDF; a scanned report has some hundreds
PICTURES = {"JPEG": ("image/jpeg", "jpg"), "PNG": ("image/png", "png"), "WEBP": ("image/webp", "webp")}
# What makes a reader program do something: scripts, programs started, files inside files, forms that send.
ACTIVE = {"/JavaScript", "/JS", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/RichMedia", "/XFA", "/SubmitForm",
          "/ImportData", "/GoToR", "/GoToE"}  # fmt: skip


class NotAccepted(Exception):
    """The file is not kept; the message says why, in the sender's words."""


@dataclass(frozen=True)
class Checked:
    """What will be kept."""

    data: bytes
    media_type: str
    ending: str

    @property
    def sha256(self):
        return hashlib.sha256(self.data).hexdigest()


def check(file):
    """Return what of an uploaded file is kept. Raises `NotAccepted`."""
    if file.size > LARGEST:
        raise NotAccepted(_("This file is larger than 10 MB. Send a smaller one, or bring it to your visit."))
    data = file.read()
    if not data:
        raise NotAccepted(_("This file is empty."))
    checked = _pdf(data) if data.startswith(b"%PDF-") else _picture(data)
    if len(checked.data) > LARGEST:
        raise NotAccepted(_("This picture is too large. Send a smaller one."))
    return checked


def _picture(data):
    """Draw a picture anew: position, device and whatever was hidden behind it are gone, its rotation is kept."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(data), formats=list(PICTURES))
            if picture.width * picture.height > MOST_PIXELS:
                raise NotAccepted(_("This picture has more than 25 million points. Send a smaller one."))
            form = str(picture.format)
            media_type, ending = PICTURES[form]
            drawn = ImageOps.exif_transpose(picture)
            drawn = drawn.convert("RGBA" if "A" in drawn.getbands() and form != "JPEG" else "RGB")
            out = io.BytesIO()
            drawn.save(out, form, **({"quality": 92} if form != "PNG" else {}))
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise NotAccepted(_("Send a picture (JPEG, PNG, WebP) or a PDF.")) from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise NotAccepted(_("This picture is damaged and cannot be read.")) from error
    return Checked(out.getvalue(), media_type, ending)


def _pdf(data):
    """Keep a PDF as it is, if nothing in it acts by itself and we can read it."""
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted:
            raise NotAccepted(_("This PDF is locked with a password. Send it without one."))
        if not len(reader.pages):
            raise NotAccepted(_("This PDF has no pages."))
        active = _active_in(reader)
    except (PyPdfError, ValueError, TypeError, KeyError, RecursionError, OSError, AttributeError, IndexError) as error:
        raise NotAccepted(_("This PDF is damaged and cannot be read.")) from error
    if active:
        raise NotAccepted(_("This PDF contains a program or another file. Print it to a plain PDF and send that."))
    return Checked(data, "application/pdf", "pdf")


def _active_in(reader):
    """Does any object of the file name something that acts? Objects packed in streams are looked at too."""
    numbers = {number for generation in reader.xref.values() for number in generation} | set(reader.xref_objStm)
    if len(numbers) > MOST_OBJECTS:
        raise NotAccepted(_("This PDF is too complicated. Print it to a plain PDF and send that."))
    return _acts(reader.trailer) or any(_acts(reader.get_object(number)) for number in numbers if number)


def _acts(thing, depth=0):
    """Does this object, or what is written inside it, name something that acts? References are seen on their own."""
    if depth > 50:
        return True
    if isinstance(thing, DictionaryObject):
        if ACTIVE.intersection(thing) or ("/S" in thing and thing.raw_get("/S") in ACTIVE):
            return True
        return any(_acts(thing.raw_get(key), depth + 1) for key in thing)
    if isinstance(thing, ArrayObject):
        return any(_acts(list.__getitem__(thing, n), depth + 1) for n in range(len(thing)))
    return False
