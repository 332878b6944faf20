"""A file that is too large is cut off while it arrives: it never fills the disk, and the form can still say why."""

from django.core.files.uploadhandler import FileUploadHandler

from patients.models.documents import LARGEST


class Bounded(FileUploadHandler):
    """First of the upload handlers: passes on a little more than the largest size, and drops the rest."""

    def receive_data_chunk(self, raw_data, start):
        return raw_data if start <= LARGEST else None

    def file_complete(self, file_size):
        return None
