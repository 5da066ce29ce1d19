"""The file store of the stand-in: what was uploaded, under the ids the Bot API gives."""

import hashlib
import mimetypes
import struct
from dataclasses import dataclass

from bot.demo.limits import DOWNLOAD_BYTES, PHOTO_BYTES, UPLOAD_BYTES
from bot.demo.params import UploadedFile
from bot.demo.refusal import JsonObject, RefusedError, bad_request

_THUMBNAIL = 320


@dataclass(frozen=True)
class StoredFile:
    """A file and the names it goes by."""

    file_id: str
    unique_id: str
    path: str
    name: str
    mime_type: str
    content: bytes

    def as_file(self) -> JsonObject:
        """The `File` of the Bot API; too big to be fetched is RefusedError."""
        if len(self.content) > DOWNLOAD_BYTES:
            raise bad_request("file is too big")
        return {
            "file_id": self.file_id,
            "file_unique_id": self.unique_id,
            "file_size": len(self.content),
            "file_path": self.path,
        }

    def as_document(self) -> JsonObject:
        return {
            "file_name": self.name,
            "mime_type": self.mime_type,
            "file_id": self.file_id,
            "file_unique_id": self.unique_id,
            "file_size": len(self.content),
        }

    def as_photo_size(self, width: int, height: int) -> JsonObject:
        return {
            "file_id": self.file_id,
            "file_unique_id": self.unique_id,
            "file_size": len(self.content),
            "width": width,
            "height": height,
        }


class FileStore:
    """Keeps files in memory, found by file id or by path."""

    def __init__(self) -> None:
        self._by_id: dict[str, StoredFile] = {}
        self._by_path: dict[str, StoredFile] = {}

    def keep_document(self, upload: UploadedFile) -> StoredFile:
        """Store a file as it is."""
        _check_size(upload, UPLOAD_BYTES)
        guessed = mimetypes.guess_type(upload.name)[0] or upload.mime_type
        return self._keep("documents", upload.name, guessed, upload.content)

    def keep_photo(self, upload: UploadedFile) -> list[tuple[str, int, int]]:
        """Store a picture; says file id, width and height of each size, the largest last."""
        _check_size(upload, PHOTO_BYTES)
        measured = measure_picture(upload.content)
        if measured is None:
            raise bad_request("IMAGE_PROCESS_FAILED")
        mime_type, width, height = measured
        if width + height > 10_000 or max(width, height) > 20 * min(width, height):
            raise bad_request("PHOTO_INVALID_DIMENSIONS")
        ending = mimetypes.guess_extension(mime_type) or ".jpg"
        sizes = []
        for longest in sorted({min(_THUMBNAIL, max(width, height)), max(width, height)}):
            scale = longest / max(width, height)
            stored = self._keep("photos", f"file_{longest}{ending}", mime_type, upload.content)
            sizes.append((stored.file_id, max(1, round(width * scale)), max(1, round(height * scale))))
        return sizes

    def get(self, file_id: str) -> StoredFile:
        """The file with this id; RefusedError when there is none."""
        if file_id not in self._by_id:
            raise bad_request("wrong file identifier/HTTP URL specified")
        return self._by_id[file_id]

    def at(self, path: str) -> StoredFile | None:
        """The file with this path, as `getFile` gave it."""
        return self._by_path.get(path)

    def _keep(self, folder: str, name: str, mime_type: str, content: bytes) -> StoredFile:
        number = len(self._by_id) + 1
        digest = hashlib.sha256(name.encode() + content).hexdigest()
        ending = name.rpartition(".")[2].lower() if "." in name else "bin"
        stored = StoredFile(
            file_id=f"BQACAgUAAx{number:05d}{digest[:24]}",
            unique_id=f"AgAD{digest[:12]}",
            path=f"{folder}/file_{number}.{ending}",
            name=name,
            mime_type=mime_type,
            content=content,
        )
        self._by_id[stored.file_id] = stored
        self._by_path[stored.path] = stored
        return stored


def _check_size(upload: UploadedFile, limit: int) -> None:
    if not upload.content:
        raise bad_request("file must be non-empty")
    if len(upload.content) > UPLOAD_BYTES:
        raise RefusedError(413, "Request Entity Too Large")
    if len(upload.content) > limit:
        raise bad_request("file is too big for a photo; the maximum size is 10485760 bytes")


def measure_picture(content: bytes) -> tuple[str, int, int] | None:
    """MIME type, width and height in pixels of a PNG, GIF or JPEG; None for anything else."""
    if content.startswith(b"\x89PNG\r\n\x1a\n") and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return "image/png", width, height
    if content[:6] in (b"GIF87a", b"GIF89a") and len(content) >= 10:
        width, height = struct.unpack("<HH", content[6:10])
        return "image/gif", width, height
    if content.startswith(b"\xff\xd8"):
        return _measure_jpeg(content)
    return None


def _measure_jpeg(content: bytes) -> tuple[str, int, int] | None:
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return "image/jpeg", width, height
        at += 2 + int(struct.unpack(">H", content[at + 2 : at + 4])[0])
    return None
