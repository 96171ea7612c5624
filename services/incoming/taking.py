"""Taking a file: from whom, its number, its checksum; sealed in parts before anything is looked at (J5).

A file whose number or checksum is wrong is kept in quarantine with the reason, and changes nothing.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO

from sqlalchemy import func, select

from interchange.incoming.parts import cut
from interchange.incoming.problems import Problem
from interchange.incoming.sources import Source, sources
from models import blobs
from models.audit.tags import Tag
from models.incoming import QUARANTINED, RECEIVED, IncomingFile, IncomingPart, last_sequence
from services import audit, jobs
from services.context import Context
from services.errors import RuleBroken
from services.incoming import quarantine

CHECK = "incoming_check"
MOST_ROWS = 10_000_000
LONGEST_NAME = 200
_CONTROL_LINE = re.compile(r"\s*(sequence|rows|sha256)\s*[=:,]\s*(\S+)\s*")


class SourceUnknown(RuleBroken):
    """A file of a sender from whom nothing is taken."""

    code = "incoming_source"


@dataclass(frozen=True)
class Told:
    """What the sender says of his file: its number, its rows of data, its SHA-256."""

    sequence: int
    rows: int
    sha256: str


def get_source(name: str) -> Source:
    """A source by its id.

    Raises:
        SourceUnknown: nothing is taken from there.
    """
    if name not in sources():
        raise SourceUnknown(
            "この送付元からはファイルを受け取りません。種類を選び直してください。",
            "Nothing is taken from this source. Choose the kind again.",
        )
    return sources()[name]


def read_told(typed: Mapping[str, str], control: bytes = b"") -> Told:
    """What the sender says, typed or by his control file (`sequence=…`, `rows=…`, `sha256=…`).

    Raises:
        RuleBroken: something of it is missing or cannot be.
    """
    told = {name: typed.get(name, "")[:80] for name in ("sequence", "rows", "sha256")}
    for line in control.decode("ascii", "replace").splitlines():
        if found := _CONTROL_LINE.fullmatch(line):
            told[found[1]] = found[2]
    told = {name: value.strip().replace(",", "").lower() for name, value in told.items()}
    if not re.fullmatch(r"[1-9][0-9]{0,8}", told["sequence"]):
        raise RuleBroken("通し番号を1以上の整数で入力してください。", "Type the sequence number (1, 2, …).")
    if not re.fullmatch(r"[0-9]{1,8}", told["rows"]) or int(told["rows"]) > MOST_ROWS:
        raise RuleBroken("件数を整数で入力してください。", "Type the number of rows.")
    if not re.fullmatch(r"[0-9a-f]{64}", told["sha256"]):
        raise RuleBroken(
            "SHA-256は64桁の16進数です。送付票か制御ファイルの値を入れてください。",
            "The SHA-256 has 64 hexadecimal digits. Take it from the sender's control file.",
        )
    return Told(int(told["sequence"]), int(told["rows"]), told["sha256"])


def take(ctx: Context, source: Source, told: Told, name: str, stream: IO[bytes]) -> IncomingFile:
    """Keep a file sealed, and let it be checked; it changes nothing before a second person decides."""
    _one_at_a_time(ctx, source)
    hashed, size, parts = hashlib.sha256(), 0, []
    for part in cut(stream):
        hashed.update(part.content)
        size += len(part.content)
        parts.append((part.first_line, blobs.put(ctx.session, part.content, ctx.at)))
    problems = _problems(ctx, source, told, hashed.hexdigest())
    row = IncomingFile(
        source=source.id,
        sequence=told.sequence,
        name=name[:LONGEST_NAME],
        told_rows=told.rows,
        told_sha256=told.sha256,
        sha256=hashed.hexdigest(),
        size=size,
        state=QUARANTINED if problems else RECEIVED,
        rows=0,
        errors=0,
        counts={},
        office_id=ctx.actor.office_id,
        taken_at=ctx.at,
        taken_by_id=ctx.actor.staff_id,
    )
    ctx.session.add(row)
    ctx.session.flush()
    ctx.session.add_all(
        IncomingPart(file_id=row.id, number=number, first_line=line, sha256=digest)
        for number, (line, digest) in enumerate(parts)
    )
    detail = {"source": source.id, "sequence": told.sequence, "hash": row.sha256[:16], "size": size}
    audit.record(ctx, Tag.INCOMING_TAKEN, f"incoming:{row.id}", detail=detail)
    if problems:
        quarantine.tell(ctx, row, problems)
        quarantine.close(ctx, row)
    else:
        row.job_id = jobs.ask(ctx, CHECK, f"{CHECK}:{row.id}", {"file": row.id}, total=told.rows).id
    ctx.session.flush()
    return row


def _problems(ctx: Context, source: Source, told: Told, found: str) -> list[Problem]:
    problems = []
    if found != told.sha256:
        problems.append(Problem(0, 0, "", "checksum"))
    last = last_sequence(ctx.session, source.id)
    if last is not None and told.sequence != last + 1:
        code = "sequence_repeated" if told.sequence <= last else "sequence_gap"
        problems.append(Problem(0, 0, "", code, {"told": told.sequence, "expected": last + 1}))
    return problems


def _one_at_a_time(ctx: Context, source: Source) -> None:
    """Two files of one source are taken one after the other; SQLite lets one write at a time anyway."""
    if ctx.session.get_bind().dialect.name == "postgresql":
        key = func.hashtextextended(f"incoming:{source.id}", 0)
        ctx.session.execute(select(func.pg_advisory_xact_lock(key)))
