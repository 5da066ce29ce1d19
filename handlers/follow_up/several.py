"""Several of a few, whose names may have spaces in them: typed, they are separated by commas."""

import re
from dataclasses import dataclass

from handlers.forms.choices import ManyOf, find_option
from handlers.forms.fields import Wrong
from handlers.forms.form import FormTurn
from handlers.forms.numbers import half_width

_SEPARATORS = re.compile(r"[,、;/|\n+]")


@dataclass(frozen=True)
class Several(ManyOf):
    """As `ManyOf`; `sales kits, CRM` is two of them."""

    def parse(self, text: str, turn: FormTurn) -> list[str]:
        """The typed options in the order offered; raises Wrong."""
        options = self.options(turn)
        pieces = [piece for piece in _SEPARATORS.split(half_width(text)) if piece.strip()]
        try:
            return self.settle([find_option(piece, options, turn).value for piece in pieces], turn)
        except Wrong:
            return super().parse(text, turn)
