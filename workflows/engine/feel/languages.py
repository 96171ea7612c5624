"""By which names files say that their expressions are FEEL."""

import re

_FEEL = re.compile(r"(?:.*[/:])?s?-?feel(?:/[0-9.]*)?/?", re.IGNORECASE | re.ASCII)


def is_feel(told: str) -> bool:
    """Whether a language is FEEL: by its name, or its address in any version of DMN."""
    return len(told) <= 200 and _FEEL.fullmatch(told.strip()) is not None
