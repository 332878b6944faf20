"""An address as a picture that a camera reads. The page holds the picture itself (`data:`), nothing is fetched."""

from base64 import b64encode

import qrcode
from qrcode.image.svg import SvgPathImage


def picture_of(url):
    """Return a QR code of the address as the source of an image."""
    picture = qrcode.make(url, image_factory=SvgPathImage, border=2).to_string()
    return f"data:image/svg+xml;base64,{b64encode(picture).decode()}"
