"""Decision files tried out from the command line: results as JSON text, faults with their place.

Nothing here needs a database. A file that imports others finds them beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from workflows.engine.dmn.errors import DmnError
from workflows.engine.dmn.imported_files import imports_of, namespace_of
from workflows.engine.dmn.json_values import NotJson, as_json, quoted, read_json
from workflows.engine.dmn.tables import Model
from workflows.engine.dmn.xml_reader import read_xml
from workflows.engine.feel.errors import Notice

_FILES_BESIDE = 100


class DecisionFailed(Exception):
    """A decision could not be evaluated; the message names file, line and place, in Japanese."""


@dataclass(frozen=True)
class DecisionFile:
    """A decision file, open to be asked."""

    path: Path
    model: Model

    def fault(self, error: DmnError) -> str:
        """`file:line: where: why`, as one line."""
        line = f":{error.line}" if error.line else ""
        return f"{self.path}{line}: {error}"


def open_file(path: Path, *, lenient: bool) -> DecisionFile:
    """Read a decision file, and the files beside it that it imports.

    Raises:
        DecisionFailed: there is no such file, or it is no decision file.
    """
    try:
        content = path.read_bytes()
        return DecisionFile(path, Model(content, [*_imported(path, content)], lenient=lenient))
    except OSError as error:
        raise DecisionFailed(f"{path}: ファイルを読めません({error.strerror})。") from error
    except DmnError as error:
        line = f":{error.line}" if error.line else ""
        raise DecisionFailed(f"{path}{line}: {error}") from error


def _imported(path: Path, content: bytes) -> Iterator[bytes]:
    """The decision files of the folder and below it that the file imports, and those that these import.

    Of files that call themselves alike the one that the import names by its place goes first.
    """
    waiting = [content]
    needed: set[str] = set()
    beside: dict[Path, bytes] | None = None
    while waiting:
        imports = imports_of(read_xml(waiting.pop()))
        if not imports.keys() - needed:
            continue
        beside = _beside(path) if beside is None else beside
        for namespace in [one for one in imports if one not in needed]:
            needed.add(namespace)
            named = path.parent / (imports[namespace] or ".")
            in_order = sorted(beside, key=lambda one: (one != named, one))
            for found in (beside[one] for one in in_order):
                if namespace.encode() in found and _calls_itself(found, namespace):
                    waiting.append(found)
                    yield found
                    break


def _beside(path: Path) -> dict[Path, bytes]:
    files = sorted(one for one in path.parent.rglob("*.dmn") if one.resolve() != path.resolve())
    return {one: one.read_bytes() for one in files[:_FILES_BESIDE]}


def _calls_itself(content: bytes, namespace: str) -> bool:
    """Whether a file is of the namespace; one beside that cannot be read is another's matter."""
    try:
        return namespace_of(read_xml(content)) == namespace
    except DmnError:
        return False


def evaluate(
    file: DecisionFile, decision: str | None, given: Mapping[str, Any], at: datetime
) -> tuple[str, tuple[Notice, ...]]:
    """The result of a decision, or of all by name, as JSON text, with the notices.

    Raises:
        DecisionFailed: no such decision, or it is faulty.
    """
    try:
        if decision is not None:
            return file.model.evaluate(decision, given, as_json, clock=at)
        results = {name: file.model.evaluate(name, given, as_json, clock=at) for name in file.model.names}
    except DmnError as error:
        raise DecisionFailed(file.fault(error)) from error
    text = ", ".join(f"{quoted(name)}: {told}" for name, (told, _) in results.items())
    return f"{{{text}}}", tuple(notice for _, notices in results.values() for notice in notices)


def evaluate_cases(file: DecisionFile, cases: object, at: datetime) -> Iterator[str]:
    """The result of each case as JSON text; a case that fails gives an object with the key `error`."""
    for case in cases if isinstance(cases, list) else []:
        try:
            yield _evaluate_case(file, case, at)
        except DecisionFailed as failed:
            yield f'{{"error": {quoted(str(failed))}}}'


def _evaluate_case(file: DecisionFile, case: object, at: datetime) -> str:
    decision = case.get("decision") if isinstance(case, dict) else None
    given = case.get("input") if isinstance(case, dict) else None
    given = {} if given is None else given
    if not isinstance(decision, str) or not isinstance(given, dict):
        raise DecisionFailed('ひとつの例は {"decision": 名前, "input": {…}} の形です。')
    return evaluate(file, decision, given, at)[0]


def read_cases(text: str) -> list[Any]:
    """The cases of a JSON text. Raises DecisionFailed."""
    cases = read_data(text)
    if not isinstance(cases, list):
        raise DecisionFailed('例のファイルは [{"decision": 名前, "input": {…}}, …] の形です。')
    return cases


def read_input(text: str) -> dict[str, Any]:
    """The input of one evaluation. Raises DecisionFailed."""
    given = read_data(text)
    if not isinstance(given, dict):
        raise DecisionFailed("入力は {名前: 値, …} の形の JSON です。")
    return given


def read_data(text: str) -> Any:
    try:
        return read_json(text)
    except NotJson as error:
        raise DecisionFailed(str(error)) from error
