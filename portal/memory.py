"""What a process of the portal does once for its memory, when it has loaded what stays with it."""

from __future__ import annotations

import gc

MOST_NEW = 20_000  # objects that come between two collections: some deeds, or a page


def settle() -> None:
    """Leave what is there now out of all later collections, and look through what is new less often.

    What is loaded stays as long as the process: looking through it again and again drives what deeds work
    with out of the processor's memory. What deeds leave behind in circles is collected as ever.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(MOST_NEW)
