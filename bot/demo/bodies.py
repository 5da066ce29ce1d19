"""Reading the body of a request: JSON, a form, or multipart with files."""

import json
import re
from urllib.parse import parse_qsl

from starlette.requests import Request

from bot.demo.limits import UPLOAD_BYTES
from bot.demo.params import Params, UploadedFile
from bot.demo.refusal import RefusedError, bad_request

_DISPOSITION = re.compile(rb'(?i)content-disposition:[^\r\n]*?[; ]name="?([^";\r\n]*)"?')
_FILE_NAME = re.compile(rb'(?i)content-disposition:[^\r\n]*?filename="?([^";\r\n]*)"?')
_CONTENT_TYPE = re.compile(rb"(?i)content-type:\s*([^\r\n;]+)")
_BOUNDARY = re.compile(r'boundary="?([^";]+)"?')
_ROOM_FOR_FIELDS = 1024 * 1024


async def read_params(request: Request) -> Params:
    """The parameters of a request, from its address and its body; RefusedError (400, 413) when unreadable."""
    values: dict[str, object] = dict(request.query_params)
    files: dict[str, UploadedFile] = {}
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > UPLOAD_BYTES + _ROOM_FOR_FIELDS:
            raise RefusedError(413, "Request Entity Too Large")
    content_type = request.headers.get("content-type", "")
    if not body:
        return Params(values)
    if content_type.startswith("application/json"):
        values |= _read_json(body)
    elif content_type.startswith("multipart/form-data"):
        fields, files = split_multipart(body, content_type)
        values |= fields
    else:
        values |= dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    return Params(values, files)


def _read_json(body: bytes) -> dict[str, object]:
    try:
        values = json.loads(body)
    except ValueError:
        raise bad_request("can't parse JSON object") from None
    if not isinstance(values, dict):
        raise bad_request("can't parse JSON object")
    return values


def split_multipart(body: bytes, content_type: str) -> tuple[dict[str, str], dict[str, UploadedFile]]:
    """The fields and files of a multipart body, byte for byte."""
    boundary = _BOUNDARY.search(content_type)
    if boundary is None:
        raise bad_request("multipart boundary is missing")
    fields: dict[str, str] = {}
    files: dict[str, UploadedFile] = {}
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary[1].encode())[1:]:
        if part.startswith(b"--"):
            break
        head, separator, content = part.partition(b"\r\n\r\n")
        name = _DISPOSITION.search(head)
        if not separator or name is None:
            raise bad_request("can't parse multipart")
        file_name, mime_type = _FILE_NAME.search(head), _CONTENT_TYPE.search(head)
        if file_name is None:
            fields[name[1].decode()] = content.decode("utf-8", "replace")
        else:
            files[name[1].decode()] = UploadedFile(
                # A name is a name: no folders.
                name=file_name[1].decode("utf-8", "replace").replace("\\", "/").rpartition("/")[2] or "file",
                content=content,
                mime_type=mime_type[1].decode().strip() if mime_type else "application/octet-stream",
            )
    return fields, files
