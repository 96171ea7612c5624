"""The process that lays out and writes PDF (`python -m printing.press_process`), asked by `printing.press`.

It has no network, no file to write, and bounds of memory and time. A question is a pickled `Job` from the
portal, which is trusted; the answer is JSON and the bytes of the PDF, since this process is not.
"""

from __future__ import annotations

import json
import pickle
import struct
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO, Final

from printing import confinement
from printing.errors import PrintRefused

LENGTH: Final = struct.Struct("!I")
BASE_SECONDS, SECONDS_A_DOCUMENT = 20, 2  # a hundred certificates take five


@dataclass(frozen=True)
class Job:
    """What is to be printed; without documents and form, what is asked is how the process stands.

    A form is laid out without what stands in it: its page and where its fields lie are the answer.
    """

    documents: tuple[object, ...] = ()
    preview: bool = False
    form: object = None

    @property
    def seconds(self) -> int:
        """The time of the processor that this may take."""
        return BASE_SECONDS + SECONDS_A_DOCUMENT * len(self.documents)


def read(stream: BinaryIO) -> bytes | None:
    """One message; None where the other side is gone."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    body = stream.read(length)
    return body if len(body) == length else None


def write(stream: BinaryIO, message: bytes) -> None:
    """One message, at once."""
    stream.write(LENGTH.pack(len(message)) + message)
    stream.flush()


def main() -> None:
    """Confine this process, then answer until nobody asks any more."""
    network = confinement.leave_network()
    confinement.refuse_sockets()
    confinement.limit_memory()
    questions, answers = sys.stdin.buffer, sys.stdout.buffer
    while (asked := read(questions)) is not None:
        job: Job = pickle.loads(asked)  # noqa: S301 - from the portal, by a pipe that nobody else has
        told, pdf = answer(job, network)
        write(answers, json.dumps(told).encode())
        write(answers, pdf)


def answer(job: Job, network: str) -> tuple[dict[str, Any], bytes]:
    """What came of a question, and its PDF; never a trace, which could hold a person's data."""
    from printing import renderer  # noqa: PLC0415 - read inside the bounds

    if job.form is not None:
        confinement.allow_seconds(job.seconds)
        return _tried(lambda: _form(job))
    if not job.documents:
        return {"network": network, "grounds": renderer.grounds_kept()}, b""
    confinement.allow_seconds(job.seconds)
    return _tried(lambda: ({}, renderer.render_many(job.documents, preview=job.preview)))


def _form(job: Job) -> tuple[dict[str, Any], bytes]:
    from printing import renderer  # noqa: PLC0415 - read inside the bounds

    ground, size, boxes = renderer.lay_out_form(job.form, preview=job.preview)
    return {"size": size, "boxes": [asdict(box) for box in boxes]}, ground


def _tried(work: Callable[[], tuple[dict[str, Any], bytes]]) -> tuple[dict[str, Any], bytes]:
    try:
        return work()
    except PrintRefused as refused:
        return {"code": refused.code, "message": refused.message_ja, "reasons": refused.reasons}, b""
    except RecursionError:
        return {"code": "print.too_deep"}, b""
    except MemoryError:
        return {"code": "print.too_much"}, b""
    except BaseException as error:  # noqa: BLE001 - WeasyPrint's refusal to fetch is no Exception
        return {"code": "print.failed", "kind": type(error).__name__}, b""


if __name__ == "__main__":
    main()
