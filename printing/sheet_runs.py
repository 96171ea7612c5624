"""A run of fixed forms into one file: in parts, so that a run that was killed goes on where it stood.

Each part is written beside the file and put in place at once; the file itself is joined from the parts at the
end and put in place at once. So it is whole or absent, and no sheet is missing or doubled, whenever the run
is ended. Only the owner may read parts and file; a run holds its parts alone as long as it lives, and takes
none that somebody else put there.
"""

import errno
import fcntl
import hashlib
import json
import os
import shutil
import stat
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from printing.errors import PartsNotOwn, PrintRefused, TargetBusy
from printing.fixed_forms import FormLayout
from printing.growing_pdf import PAGES_A_NODE, GrowingPdf, base_of
from printing.ink import Pen
from printing.ink_fonts import Used

FORMAT: Final = 1
LEVEL: Final = 3  # of deflate: a quarter of the time of the usual one, a twentieth more bytes


class Sheet(Protocol):
    """What one sheet bears: its person's name, and the lines of each field."""

    @property
    def name(self) -> str:
        """The person, for what is refused."""

    def fields(self) -> Mapping[str, Sequence[str]]:
        """The lines of each field of the form."""


@dataclass(frozen=True)
class RefusedSheet:
    """A sheet that cannot be printed: its place in the run from 1 on, whose it is, and why."""

    place: int
    person: str
    code: str
    message_ja: str


@dataclass(frozen=True)
class RunResult:
    """How many pages were written, and which sheets were refused.

    No page and no file where one was refused and the rest was not asked for.
    """

    pages: int
    refused: tuple[RefusedSheet, ...]


@dataclass
class _Part:
    """What stands at the head of a part."""

    key: str
    lengths: list[int] = field(default_factory=list)
    refused: list[RefusedSheet] = field(default_factory=list)
    glyphs: dict[str, dict[int, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class SheetRun:
    """One run: where it goes, what it is of, and the key by which its parts are known as its own."""

    target: Path
    layout: FormLayout
    labels: Mapping[str, str]
    title: str
    key: str

    def write(self, sheets: Iterable[Sheet], *, the_rest: bool = False) -> RunResult:
        """Write the sheets in the order given, or go on with what was begun.

        Args:
            sheets: the same ones in the same order as before, where a run is gone on with.
            the_rest: leave out what cannot be printed; otherwise one such sheet and nothing is written.

        Raises:
            TargetBusy: another run writes the same file now.
            PartsNotOwn: where the parts go lies something that others can write to.
            OSError: the file cannot be written; what was begun stays and is gone on with.
        """
        if self.target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(self.target))
        with _alone(self._parts):
            return self._written(sheets, the_rest=the_rest)

    def _written(self, sheets: Iterable[Sheet], *, the_rest: bool) -> RunResult:
        pen, waiting, number = Pen(self.layout, self.labels), iter(sheets), 0
        while batch := list(islice(waiting, PAGES_A_NODE)):
            if self._read(number) is None:
                self._write_part(number, batch, pen)
            number += 1
        result = self._join(number, the_rest=the_rest)
        shutil.rmtree(self._parts)
        return result

    @property
    def _parts(self) -> Path:
        return self.target.with_name(self.target.name + ".parts")

    @property
    def _own_key(self) -> str:
        ground = hashlib.sha256(self.layout.ground).hexdigest()
        return f"{FORMAT}:{PAGES_A_NODE}:{self.key}:{ground}:{hash_of(self.layout.boxes)}"

    def _path(self, number: int) -> Path:
        return self._parts / f"{number:06}"

    def _read(self, number: int) -> _Part | None:
        """The head of a part, if it is there and of this run."""
        try:
            with self._path(number).open("rb") as stream:
                head = json.loads(stream.readline())
        except (FileNotFoundError, ValueError):  # absent, or no part: it is written anew
            return None
        if head["key"] != self._own_key:
            return None
        glyphs = {
            key: {int(glyph): text for glyph, text in found.items()} for key, found in head["glyphs"].items()
        }
        return _Part(head["key"], head["lengths"], [RefusedSheet(**one) for one in head["refused"]], glyphs)

    def _write_part(self, number: int, batch: Sequence[Sheet], pen: Pen) -> None:
        part, pages = _Part(self._own_key), []
        for place, sheet in enumerate(batch, number * PAGES_A_NODE + 1):
            try:
                drawn = zlib.compress(pen.sheet(sheet.fields(), sheet.name), LEVEL)
            except PrintRefused as refused:
                part.refused.append(RefusedSheet(place, sheet.name, refused.code, refused.message_ja))
            else:
                pages.append(drawn)
                part.lengths.append(len(drawn))
        part.glyphs = pen.used.glyphs
        with _whole(self._path(number)) as stream:
            stream.write(json.dumps(asdict(part), ensure_ascii=False).encode() + b"\n")
            stream.writelines(pages)

    def _join(self, count: int, *, the_rest: bool) -> RunResult:
        used, refused, pages = Used(), [], 0
        for number in range(count):
            part = self._part(number)
            refused += part.refused
            pages += len(part.lengths)
            for key, glyphs in part.glyphs.items():
                used.add(key, glyphs)
        if not pages or (refused and not the_rest):
            return RunResult(0, tuple(refused))
        with _whole(self.target) as stream:
            base = base_of(self.layout, used, self.title)
            pdf = GrowingPdf(stream, base, self.layout.width, self.layout.height)
            for number in range(count):
                pdf.add_node(self._contents(number))
            pdf.close()
        return RunResult(pages, tuple(refused))

    def _part(self, number: int) -> _Part:
        part = self._read(number)
        if part is None:
            raise FileNotFoundError(self._path(number))
        return part

    def _contents(self, number: int) -> Iterator[bytes]:
        with self._path(number).open("rb") as stream:
            for length in json.loads(stream.readline())["lengths"]:
                yield stream.read(length)


def hash_of(value: object) -> str:
    """A short name of a value by what it is written as."""
    return hashlib.sha256(repr(value).encode()).hexdigest()[:16]


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold a folder of parts for this run; the system lets go of it however the run ends.

    Raises:
        TargetBusy: another run holds it.
        PartsNotOwn: it is no folder, or not the own one, or open to others.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise PartsNotOwn(str(folder))
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(held).st_nlink == 0:  # the run that held it has just ended and taken it away
            raise TargetBusy(str(folder))
        yield
    except BlockingIOError:
        raise TargetBusy(str(folder)) from None
    finally:
        os.close(held)


@contextmanager
def _whole(path: Path) -> Iterator[BinaryIO]:
    """Write a file beside its place, and put it there only when it is whole and on the disk.

    What lies beside it from a run that was killed is taken away first, never written into: somebody else
    could have put it there, or a link.
    """
    beside = path.with_name(f".{path.name}.begun")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
