"""Printing as everybody else asks for it: the work is done in a process of its own (security.md 0-7, 0-8).

One process for each process of the portal, begun with the first print or by warming, and begun anew when it
was ended: by its bounds of time or memory, or by nobody knows what. Whoever asked gets an error in words.
"""

from __future__ import annotations

import atexit
import json
import os
import pickle
import select
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any, Final

from printing.errors import PrintRefused
from printing.fixed_forms import FieldBox, FormLayout
from printing.press_process import LENGTH, Job

COMMAND: Final = (sys.executable, "-m", "printing.press_process")
ROOT: Final = Path(__file__).resolve().parents[1]
KEPT_VARIABLES: Final = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "FONTCONFIG_FILE",
    "FONTCONFIG_PATH",
    "XDG_CACHE_HOME",
)
PATIENCE_FACTOR: Final = 10  # a busy machine gives a tenth of a processor
AT_ONCE: Final = 1 << 16
MOST_BYTES: Final = 1 << 30
ENDING_SECONDS: Final = 2

WORDS: Final = {
    "print.too_deep": "要素の入れ子が深すぎる",
    "print.too_much": "使える記憶の量を超えた",
    "print.took_too_long": "組版に時間がかかりすぎた",
    "print.stopped": "印刷の処理が途中で止まった",
    "print.failed": "予期しない誤りが起きた",
}
NOW: Final = (
    "ため、印刷を止めました。何も印刷されていません。"
    "もう一度試し、続くときは書類の名前を添えて管理者に知らせてください。"
)


class Press:
    """The process that prints, and the way to it; one question at a time."""

    def __init__(self, command: Sequence[str] = COMMAND) -> None:
        """Begin nothing yet."""
        self._command = tuple(command)
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._ended_by_time = False

    def render_many(self, documents: Sequence[object], *, preview: bool = False) -> bytes:
        """Print documents in the order given as one PDF.

        Raises:
            PrintRefused: one cannot be printed, or the print took more time or memory than it may.
        """
        if not documents:
            raise PrintRefused(
                "print.nothing",
                "印刷するものがありません。印刷する証や通知を選んでから、もう一度押してください。",
            )
        return self._answered(Job(tuple(documents), preview))[1]

    def _answered(self, job: Job) -> tuple[dict[str, Any], bytes]:
        told, pdf = self._ask(job)
        if "code" not in told:
            return told, pdf
        if "message" in told:
            raise PrintRefused(told["code"], told["message"], told["reasons"])
        raise in_words(told["code"], told.get("kind", ""))

    def lay_out_form(self, form: object, *, preview: bool = False) -> FormLayout:
        """Lay out a fixed form: its page and the boxes of its fields.

        Raises:
            PrintRefused: as for a print.
        """
        told, ground = self._answered(Job(preview=preview, form=form))
        boxes = tuple(FieldBox(**box) for box in told["boxes"])
        return FormLayout(ground, told["size"][0], told["size"][1], boxes)

    def state(self) -> dict[str, Any]:
        """How the process stands: its network (`own` or `shared`), and the grounds that it keeps."""
        return self._ask(Job())[0]

    def close(self) -> None:
        """End the process; the next question begins another one."""
        with self._lock:
            self._end()

    def _ask(self, job: Job) -> tuple[dict[str, Any], bytes]:
        with self._lock:
            try:
                process = self._running()
                _send(process, pickle.dumps(job))
                until = monotonic() + job.seconds * PATIENCE_FACTOR
                told = json.loads(_receive(process, until))
                return told, _receive(process, until)
            except (TimeoutError, BrokenPipeError, EOFError) as error:
                self._end()
                late = isinstance(error, TimeoutError) or self._ended_by_time
                raise in_words("print.took_too_long" if late else "print.stopped") from error

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
            self._process = subprocess.Popen(  # noqa: S603 - our own module, no word of it from outside
                self._command,
                cwd=ROOT,
                env=kept,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,
            )
        return self._process

    def _end(self) -> None:
        """Take the process away, if there is one, and remember whether its time had run out."""
        process, self._process = self._process, None
        self._ended_by_time = False
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            code = process.wait(ENDING_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        self._ended_by_time = code == -signal.SIGXCPU


def in_words(code: str, kind: str = "") -> PrintRefused:
    """Why a print ended without a PDF; `kind` is what kind of error it was, never its text."""
    return PrintRefused(code, WORDS.get(code, WORDS["print.failed"]) + NOW, (kind,) if kind else ())


def _send(process: subprocess.Popen[bytes], message: bytes) -> None:
    pipe = process.stdin
    if pipe is None:
        raise EOFError
    left = memoryview(LENGTH.pack(len(message)) + message)
    while left:
        left = left[pipe.write(left) or 0 :]


def _receive(process: subprocess.Popen[bytes], until: float) -> bytes:
    (length,) = LENGTH.unpack(_read(process, LENGTH.size, until))
    if length > MOST_BYTES:
        raise EOFError
    return _read(process, length, until)


def _read(process: subprocess.Popen[bytes], wanted: int, until: float) -> bytes:
    """So many bytes, before the moment is over."""
    pipe, parts, missing = process.stdout, [], wanted
    while missing and pipe is not None:
        ready, _, _ = select.select([pipe], [], [], max(until - monotonic(), 0))
        if not ready:
            raise TimeoutError
        part = os.read(pipe.fileno(), min(missing, AT_ONCE))
        if not part:
            raise EOFError
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


_press: Final = Press()
atexit.register(_press.close)


def render(document: object, *, preview: bool = False) -> bytes:
    """Print one document. A preview bears 見本・無効 across each page and differs in nothing else."""
    return _press.render_many([document], preview=preview)


def render_many(documents: Sequence[object], *, preview: bool = False) -> bytes:
    """Print documents in the order given as one PDF; one that cannot be printed refuses the run."""
    return _press.render_many(documents, preview=preview)


def lay_out_form(form: object, *, preview: bool = False) -> FormLayout:
    """Lay out a fixed form (`printing.fixed_forms`)."""
    return _press.lay_out_form(form, preview=preview)


def state() -> dict[str, Any]:
    """How the process that prints stands."""
    return _press.state()
