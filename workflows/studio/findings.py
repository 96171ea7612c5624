"""What the check finds in a draft: the whole of it, in the child process that bears every file (T03)."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import forms.catalog
from services.errors import RuleBroken
from workflows import catalog
from workflows.engine.bundle import Bundle
from workflows.engine.checking import guard
from workflows.engine.checking.files import File, Surroundings
from workflows.engine.checking.problems import Problem
from workflows.engine.operations import operation_names
from workflows.studio.parcel_files import files_of

# What cannot be kept even as a draft: no diagram, table or form can be read out of it.
UNREADABLE = frozenset(
    {
        *("not_readable", "unknown_kind", "too_large", "too_many_files", "wrong_encoding", "not_well_formed"),
        *("doctype", "processing_instruction", "too_deep", "too_many_elements", "text_too_long"),
        *("wrong_root", "too_expensive", "not_checkable", "not_json", "duplicate_key", "number_too_large"),
    }
)
_TOLD = 5


def check(bundle: Bundle, roles: Collection[str]) -> list[Problem]:
    """All that keeps a draft from being put in force, and warnings. `roles` are those of the office."""
    return guard.check(files_of(bundle), surroundings(roles))


def refuse_unreadable(files: Sequence[File], roles: Collection[str]) -> None:
    """Look at an upload before any of it is read here.

    Raises:
        RuleBroken: a file cannot be read at all; the message says which, where and why.
    """
    found = [one for one in guard.check(files, surroundings(roles)) if one.code in UNREADABLE]
    if found:
        shown = found[:_TOLD]
        ja = " / ".join(f"{one.file} {one.line}行目: {one.message_ja}" for one in shown)
        en = " / ".join(f"{one.file} line {one.line}: {one.message}" for one in shown)
        raise RuleBroken(
            f"読み取れないファイルがあるため、取り込みませんでした。{ja}", f"Nothing was taken in. {en}"
        )


def surroundings(roles: Collection[str]) -> Surroundings:
    """What a definition may call here: our operations, the roles of the office, the forms that we ship."""
    catalog.load_handlers()
    shipped = (
        f"{slug}/{task}" for slug in forms.catalog.list_slugs() for task in forms.catalog.list_tasks(slug)
    )
    return Surroundings(operations=operation_names(), roles=frozenset(roles), forms=frozenset(shipped))
