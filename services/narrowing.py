"""What narrows a list: fields of text, of which an empty one means all."""

from __future__ import annotations


class Narrowing:
    """The base of the filters of lists."""

    @property
    def any(self) -> bool:
        """Whether the list is narrowed at all."""
        return any(vars(self).values())
