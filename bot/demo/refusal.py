"""How Telegram says no: the error answers of the Bot API, and the failures of the wire."""

JsonObject = dict[str, object]


class RefusedError(Exception):
    """A call that Telegram answers with `ok: false`: HTTP status, description, optional parameters."""

    def __init__(self, status: int, description: str, parameters: JsonObject | None = None) -> None:
        super().__init__(f"{status} {description}")
        self.status = status
        self.description = description
        self.parameters = parameters

    def as_answer(self) -> JsonObject:
        """The body of the answer."""
        answer: JsonObject = {"ok": False, "error_code": self.status, "description": self.description}
        if self.parameters:
            answer["parameters"] = self.parameters
        return answer


class ConnectionDroppedError(Exception):
    """The connection ends without an answer; `carried_out` tells whether the call had its effect."""

    def __init__(self, carried_out: bool) -> None:
        super().__init__("connection dropped")
        self.carried_out = carried_out


class GarbledAnswerError(Exception):
    """The answer is not JSON: what a broken proxy sends."""

    body = b"<html><body><h1>502 Bad Gateway</h1></body></html>"


class NotPossibleError(Exception):
    """Something a person cannot do in the messenger, such as pressing a button that is not there."""


def bad_request(what: str) -> RefusedError:
    """The usual 400."""
    return RefusedError(400, f"Bad Request: {what}")


def forbidden(what: str) -> RefusedError:
    """The usual 403."""
    return RefusedError(403, f"Forbidden: {what}")


def too_many_requests(seconds: int) -> RefusedError:
    """The 429, asking to wait for whole seconds."""
    return RefusedError(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})
