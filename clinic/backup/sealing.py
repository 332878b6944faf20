"""Encryption of a stream: AES-256-GCM over numbered chunks, the key derived from a passphrase by scrypt.

Each chunk is bound to its number and to whether it is the last one, so chunks cannot be changed, swapped, repeated or
cut off unnoticed (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizar, 2015).
"""

import io
import os
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

MAGIC = b"VERTEBRA-BACKUP-1\n"
CHUNK = 1 << 20
SALT, PREFIX = 16, 7  # bytes


class CannotOpen(Exception):
    """The file is no backup, the passphrase is wrong, or the file was damaged."""


def _key(passphrase, salt):
    return Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(passphrase)


def _nonce(prefix, number, last):
    return prefix + struct.pack(">IB", number, last)


class Sealer(io.RawIOBase):
    """A writable stream that encrypts what is written into `target`; `close()` writes the last chunk."""

    def __init__(self, target, passphrase):
        super().__init__()
        salt, self._prefix = os.urandom(SALT), os.urandom(PREFIX)
        self._target, self._cipher = target, AESGCM(_key(passphrase, salt))
        self._waiting, self._number = bytearray(), 0
        target.write(MAGIC + salt + self._prefix)

    def writable(self):
        return True

    def write(self, data):
        self._waiting += data
        while len(self._waiting) > CHUNK:
            self._seal(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]
        return len(data)

    def _seal(self, chunk, *, last):
        sealed = self._cipher.encrypt(_nonce(self._prefix, self._number, last), chunk, MAGIC)
        self._target.write(struct.pack(">I", len(sealed)) + sealed)
        self._number += 1

    def close(self):
        if not self.closed:
            self._seal(bytes(self._waiting), last=True)
        super().close()


class Opener(io.RawIOBase):
    """A readable stream of what was sealed. Raises `CannotOpen` as soon as a chunk does not fit."""

    def __init__(self, source, passphrase):
        super().__init__()
        if source.read(len(MAGIC)) != MAGIC:
            raise CannotOpen("This file is not a backup of this program.")
        salt, self._prefix = source.read(SALT), source.read(PREFIX)
        self._source, self._cipher = source, AESGCM(_key(passphrase, salt))
        self._ready, self._number, self._ended = b"", 0, False

    def readable(self):
        return True

    def readinto(self, buffer):
        while not self._ready and not self._ended:
            self._ready = self._open_next()
        part, self._ready = self._ready[: len(buffer)], self._ready[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)

    def _open_next(self):
        header = self._source.read(4)
        if len(header) < 4:
            raise CannotOpen("The file ends too early.")
        sealed = self._source.read(struct.unpack(">I", header)[0])
        for last in (False, True):
            try:
                chunk = self._cipher.decrypt(_nonce(self._prefix, self._number, last), sealed, MAGIC)
            except InvalidTag:
                continue
            self._number, self._ended = self._number + 1, last
            return chunk
        raise CannotOpen("The passphrase or key file does not fit, or the file was damaged.")
