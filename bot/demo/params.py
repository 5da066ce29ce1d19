"""The parameters of one Bot API call, whether they came as JSON, a form or multipart."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from bot.demo.refusal import JsonObject, bad_request


@dataclass(frozen=True)
class UploadedFile:
    """A file as it came with a call or from a person's phone."""

    name: str
    content: bytes
    mime_type: str = "application/octet-stream"


class Params:
    """Reads parameters the way Telegram does: numbers and JSON may come as strings.

    A value that cannot be read raises RefusedError (400).
    """

    def __init__(self, values: Mapping[str, object], files: Mapping[str, UploadedFile] | None = None) -> None:
        self.values = values
        self.files: Mapping[str, UploadedFile] = files or {}

    def __contains__(self, name: str) -> bool:
        return self.values.get(name) is not None or name in self.files

    def text(self, name: str) -> str | None:
        """A string; numbers are written out."""
        value = self.values.get(name)
        if value is None:
            return None
        if isinstance(value, bool | dict | list):
            return json.dumps(value)
        return str(value)

    def integer(self, name: str) -> int | None:
        """A whole number."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, int):
            return int(value)
        try:
            return int(str(value))
        except ValueError:
            raise bad_request(f'parameter "{name}" must be an Integer') from None

    def required_integer(self, name: str) -> int:
        """A whole number that has to be there."""
        value = self.integer(name)
        if value is None:
            raise bad_request(f'parameter "{name}" is required')
        return value

    def flag(self, name: str) -> bool:
        """A yes or no; absent is no."""
        value = self.values.get(name)
        return value is True or str(value).lower() in ("true", "1", "yes", "t", "y")

    def json(self, name: str) -> object:
        """Any JSON value; None when absent."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value.strip():
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {name} JSON object") from None

    def mapping(self, name: str) -> JsonObject | None:
        """A JSON object; None when absent."""
        value = self.json(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise bad_request("object expected as " + name.replace("_", " "))
        return value

    def array(self, name: str) -> list[object] | None:
        """A JSON array; None when absent."""
        value = self.json(name)
        if value is None:
            return None
        if not isinstance(value, list):
            raise bad_request(f"can't parse {name}: Array expected")
        return value

    def for_the_log(self) -> JsonObject:
        """The parameters without the contents of files."""
        shown: JsonObject = {name: value for name, value in self.values.items() if value is not None}
        for name, file in self.files.items():
            shown[name] = {"file_name": file.name, "file_size": len(file.content)}
        return shown
