"""Pictures for the chat: frozen dataclasses in, PNG bytes out; no database, no clock.

Every word and every figure in a picture is a ready string from the caller: words through gettext, so that
the catalog is the only place with Chinese in it, and figures from where all figures are worked out
(handbook §5.2), already truncated. A picture only decides where they stand.

One file a picture: `cohort_picture`, `trend_picture`, `calendar_picture`; `drawing` is the sheet they are
drawn on and `lettering` the font. matplotlib is only imported when the first picture is drawn.
"""

from typing import Protocol


class Words(Protocol):
    """How the words of a picture are looked up in the catalog, as plain text: the reader's `t.plain`."""

    def __call__(self, message: str, /, **values: int) -> str: ...
