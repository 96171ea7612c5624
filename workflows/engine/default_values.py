"""Which fields of a form have a default, and what its expression may name (docs/feel.md).

Apart from their evaluation (`form_defaults`), so that the check of a definition loads nothing of the office.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

KEYWORD = "x-default-feel"
NAMES = frozenset({"case", "form", "outcome"})


def defaults_of(schema: Mapping[str, Any]) -> dict[str, str]:
    """The expressions of a form by field."""
    parts = schema.get("properties", {})
    return {name: part[KEYWORD] for name, part in parts.items() if isinstance(part, dict) and KEYWORD in part}
