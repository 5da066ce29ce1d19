"""How ratios are written: percentages truncated to one decimal, levels to two, always exact (handbook §5.2).

Truncated, never rounded: 12/18 is 66.6%. Targets are compared on the fraction, never on what is printed.
"""

from fractions import Fraction

UNDEFINED = "—"
"""What stands for a ratio without a denominator: neither 0% nor 100%."""


def ratio(numerator: int, denominator: int) -> Fraction | None:
    """The exact ratio; None when the denominator is 0."""
    return Fraction(numerator, denominator) if denominator else None


def percent(fraction: Fraction) -> str:
    """A ratio in percent, truncated to one decimal, without the sign: 2/3 is "66.6"."""
    return _truncated(fraction * 100, 1)


def level(fraction: Fraction) -> str:
    """Orders a head, truncated to two decimals: 19/18 is "1.05"."""
    return _truncated(fraction, 2)


def format_rate(numerator: int, denominator: int) -> str:
    """A rate with its fraction, "12/18 = 66.6%"; "—" when nobody is in the denominator."""
    if denominator == 0:
        return UNDEFINED
    return f"{numerator}/{denominator} = {percent(Fraction(numerator, denominator))}%"


def format_level(numerator: int, denominator: int) -> str:
    """A level with its fraction, "19/18 = 1.05"; "—" when nobody is in the denominator."""
    if denominator == 0:
        return UNDEFINED
    return f"{numerator}/{denominator} = {level(Fraction(numerator, denominator))}"


def _truncated(value: Fraction, decimals: int) -> str:
    scaled = abs(value) * 10**decimals
    whole, rest = divmod(scaled.numerator // scaled.denominator, 10**decimals)
    return f"{'-' if value < 0 and (whole or rest) else ''}{whole}.{rest:0{decimals}d}"
