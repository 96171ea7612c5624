"""A parcel as files and back: what a zip of a definition holds, and how an upload becomes part of a draft.

A file lies in the folder of its process: `acquisition/process.bpmn`, `acquisition/apply.schema.json`.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

from services.errors import RuleBroken
from workflows.engine.bundle import Bundle
from workflows.engine.checking.diagram import Diagram
from workflows.engine.checking.files import MAX_BYTES, MAX_FILES, File, kind_of, stem_of
from workflows.engine.checking.xml_text import read_xml
from workflows.engine.parser import called_processes

LARGEST = 20_000_000  # bytes of all files of an upload, unpacked
_ENDINGS = {"schema": "schema.json", "ui": "ui.json"}
_WAYS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1


@dataclass
class Upload:
    """The files of an upload, and the names of what is no file of a definition."""

    files: list[File] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def files_of(bundle: Bundle) -> list[File]:
    """The files of a parcel, as the check and an export take them."""
    found = [_file(f"{name}/process.bpmn", text.encode()) for name, text in bundle.bpmn.items()]
    found += [_file(f"{name}.dmn", text.encode()) for name, text in bundle.dmn.items()]
    for name, form in bundle.forms.items():
        found += [
            _file(f"{name}.{ending}", json.dumps(form[part], ensure_ascii=False, indent=2).encode())
            for part, ending in _ENDINGS.items()
            if part in form
        ]
    return found


def as_zip(bundle: Bundle) -> bytes:
    """The files of a parcel as an archive; the same parcel gives the same bytes."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(files_of(bundle), key=lambda one: one.name):
            archive.writestr(zipfile.ZipInfo(file.name), file.content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def read_upload(name: str, content: bytes) -> Upload:
    """The files that were sent: one file of a definition, or an archive of them. Nothing is written anywhere.

    Raises:
        RuleBroken: it is neither, or larger or more than a definition may be.
    """
    if not content:
        raise RuleBroken("ファイルが選ばれていません。選んでから取り込んでください。", "No file was chosen.")
    upload = _unpacked(content) if name.lower().endswith(".zip") else Upload()
    if kind_of(name) is not None:
        upload.files.append(_file(PurePosixPath(name).name, content))
    if not upload.files:
        raise RuleBroken(
            "取り込めるファイルがありません。.bpmn、.dmn、.schema.json、.ui.json か、"
            "それらをまとめた .zip を選んでください。",
            "There is nothing to take in. Choose .bpmn, .dmn, .schema.json or .ui.json files, or a .zip.",
        )
    return upload


def merged(bundle: Bundle, files: Iterable[File]) -> Bundle:
    """The parcel with these files put in, each in the place of the one it replaces. They can be read as XML.

    Raises:
        RuleBroken: a diagram is of a process that this procedure neither is nor calls.
    """
    bpmn, dmn = dict(bundle.bpmn), dict(bundle.dmn)
    forms = {key: dict(value) for key, value in bundle.forms.items()}
    for file in files:
        folder = PurePosixPath(file.folder).name or bundle.slug
        if file.kind == "bpmn":
            bpmn[_place(file, {bundle.slug, *bpmn})] = _text(file)
        elif file.kind == "dmn":
            dmn[f"{folder}/{file.stem}"] = _text(file)
        else:
            forms.setdefault(f"{folder}/{file.stem}", {})[file.kind] = json.loads(_text(file))
    found = replace(bundle, bpmn=bpmn, dmn=dmn, forms=forms)
    _refuse_strangers(found)
    return found


def process_that_begins(files: Sequence[File]) -> str:
    """The process with which a definition of these diagrams begins: the one that no other calls.

    Raises:
        RuleBroken: there is none, or more than one.
    """
    roots = {_place(one, set()): read_xml(one) for one in files if one.kind == "bpmn"}
    called = {name for root in roots.values() for name in called_processes(root)}
    found = [name for name in roots if name not in called]
    if len(found) != 1:
        names = "、".join(found) or "–"
        raise RuleBroken(
            f"どのプロセスから始まる手続か決まりません({names})。始まる図が1つになるように、ファイルを選び直してください。",
            f"It is not clear with which process the procedure begins ({names}). Leave one to begin with.",
        )
    return found[0]


def _refuse_strangers(bundle: Bundle) -> None:
    """No diagram is kept where nobody would ever see it."""
    roots = {
        name: read_xml(_file(f"{name}/process.bpmn", text.encode())) for name, text in bundle.bpmn.items()
    }
    reached, wanted = set(), [bundle.slug]
    while wanted:
        name = wanted.pop()
        if name in roots and name not in reached:
            reached.add(name)
            wanted += called_processes(roots[name])
    strangers = "、".join(sorted(set(roots) - reached))
    if strangers:
        raise RuleBroken(
            f"プロセス「{strangers}」は、手続「{bundle.slug}」でも、そこから呼ばれるものでもありません。"
            "図のプロセスの id を直すか、新しい手続として取り込んでください。",
            f"{strangers} is neither the process {bundle.slug} nor called by it. "
            "Mend the id of the process, or take it in as a new procedure.",
        )


def _unpacked(content: bytes) -> Upload:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _members(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeDecodeError) as error:
        raise RuleBroken(
            "この .zip は壊れているため開けません。作り直してから取り込んでください。",
            "This .zip is broken and cannot be opened. Make it anew.",
        ) from error


def _members(archive: zipfile.ZipFile) -> Upload:
    members = [one for one in archive.infolist() if not one.is_dir()]
    if len(members) > MAX_FILES or sum(one.file_size for one in members) > LARGEST:
        raise RuleBroken(
            f"この .zip は大きすぎます({MAX_FILES}ファイル、{LARGEST // 1_000_000} MB まで)。"
            "手続ごとに分けてください。",
            f"This .zip is too large (at most {MAX_FILES} files, {LARGEST // 1_000_000} MB). "
            "Split it by procedure.",
        )
    upload = Upload()
    for one in members:
        if kind_of(one.filename) is None or one.compress_type not in _WAYS or one.flag_bits & _ENCRYPTED:
            upload.left_out.append(one.filename[:100])
            continue
        with archive.open(one) as member:
            upload.files.append(_file(one.filename, member.read(MAX_BYTES + 1)))
    return upload


def _file(name: str, content: bytes) -> File:
    path = PurePosixPath(name)
    folder = str(path.parent) if path.parent.name else ""
    return File(name, kind_of(name) or "", folder, stem_of(path.name), content)


def _place(file: File, known: set[str]) -> str:
    """The process under whose name a diagram is kept: one that is known, else its first."""
    processes: dict[str, Any] = Diagram(file, read_xml(file)).processes
    if not processes:
        raise RuleBroken(
            f"「{file.name}」にはプロセスがありません。プロセスのある図を選んでください。",
            f"{file.name} holds no process. Choose a diagram that has one.",
        )
    return next((name for name in processes if name in known), next(iter(processes)))


def _text(file: File) -> str:
    return file.content.decode("utf-8-sig")
