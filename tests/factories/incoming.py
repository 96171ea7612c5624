"""Files as other sections send them, and the way of a file through check and decision without a worker."""

import hashlib
import io
from dataclasses import replace
from typing import Any

from interchange.incoming.sources import sources
from models.income import AMOUNTS
from models.incoming import APPLYING, RECEIVED, IncomingFile
from services.context import Actor, Context
from services.incoming import applying, checking, decisions, taking
from services.incoming.taking import Told
from services.job_kinds import Step, Work

TAX = sources()["tax_income"]


def tax_line(number: str, year: int = 2025, kind: str = "1", **amounts: object) -> str:
    """A line of the tax section for a person."""
    values = dict.fromkeys(AMOUNTS, 0) | {"total_income": "", "taxable_income": ""} | amounts
    head = {
        "addressee_number": number,
        "income_year": year,
        "taxed_municipality_code": "999997",
        "declaration_kind": kind,
        "resident_tax_kind": "1",
    }
    return ",".join(str((head | values)[one.name]) for one in TAX.fields)


def tax_file(*lines: str) -> bytes:
    """A file of the tax section with its header line."""
    return "".join(f"{one}\r\n" for one in (",".join(one.name for one in TAX.fields), *lines)).encode()


def arrive(
    ctx: Context, content: bytes, sequence: int = 1, source: str = "tax_income", **other: Any
) -> IncomingFile:
    """Take a file, told rightly unless said otherwise, and check it to the end."""
    rows = max(content.count(b"\n") - (sources()[source].kind == "csv"), 0)
    told = replace(Told(sequence, rows, hashlib.sha256(content).hexdigest()), **other)
    file = taking.take(ctx, taking.get_source(source), told, "file.csv", io.BytesIO(content))
    if file.state == RECEIVED:
        run(ctx, checking.step, file.id)
    return file


def run(ctx: Context, step: Step, file_id: int) -> Work:
    """Do all steps of a job; answers where the last one ended."""
    work = Work(0, {"file": file_id}, {}, 0, None, 1)
    while True:
        progress = step(ctx, work)
        if progress is None:
            return work
        work = replace(work, checkpoint=progress.checkpoint, done=progress.done)
        if progress.finished:
            return work


def apply(ctx: Context, file: IncomingFile, actor: Actor) -> Work:
    """Another person lets it be applied, and it is applied to the end."""
    decisions.let_apply(Context(ctx.session, actor, ctx.at), file.id)
    assert file.state == APPLYING
    return run(Context(ctx.session, actor, ctx.at), applying.step, file.id)
