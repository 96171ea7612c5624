"""Several people who press their buttons at the same moment."""

import threading
from collections.abc import Callable
from typing import Any


def at_once(*deeds_of_people: Callable[[], Any]) -> list[Any]:
    """Let people press their buttons at the same moment; what each got, or which error."""
    gate = threading.Barrier(len(deeds_of_people))
    got: list[Any] = [None] * len(deeds_of_people)

    def press(place: int, deed: Callable[[], Any]) -> None:
        gate.wait()
        try:
            got[place] = deed()
        except Exception as error:  # noqa: BLE001 - the test looks at whatever it was
            got[place] = error

    threads = [threading.Thread(target=press, args=told) for told in enumerate(deeds_of_people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return got
