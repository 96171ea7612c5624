"""What the page of a case takes from its definition: the diagram, first values of a form, what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from forms.refusals import FieldError
from models.case import Case, WorkItem, own_number
from models.form_entry import find_latest
from models.masters import ReasonCode
from models.notification import Notification
from services import hidden_entries, procedures
from services.cases import ENTERED, STATES, CasePage
from services.context import Context
from services.errors import NotFound
from workflows.diagrams import in_language
from workflows.engine import definitions
from workflows.engine.bundle import Bundle
from workflows.engine.parser import NAME_EN, Specification, UserTask, safe_xml
from workflows.engine.runner import Done

SHARED = {
    **procedures.TITLES,
    "identity_check": ("本人確認", "Identity check"),
    "verification": ("照合", "Verification"),
    "subcontracting": ("再委託の許諾", "Subcontracting"),
    "audit_review": ("記録の点検", "Review of the record"),
}


@dataclass(frozen=True)
class Told:
    """Words of a case's page in the language of the screen."""

    title: str
    reason: str
    state: str
    state_kind: str
    processes: Sequence[tuple[str, str]]
    done: Sequence[str]
    open: Sequence[str]


@dataclass(frozen=True)
class Next:
    """What is said after a deed: the text and its kind (success, warning)."""

    text: str
    kind: str = "success"


def read(ctx: Context, page: CasePage, language: str) -> Told:
    """The words of the page's head."""
    english = language == "en"
    filed = page.filed
    specification = definitions.by_hash(ctx.session, page.case.definition_hash)
    ja, en, kind = STATES[page.state]
    return Told(
        title=_title(specification, page.case.slug, english=english),
        reason="" if page.blind or filed is None else _reason(page.reason, filed.reason, english=english),
        state=en if english else ja,
        state_kind=kind,
        processes=[
            (name, _title(specification, name, english=english))
            for name in sorted(specification.bundle.bpmn, key=lambda name: name != specification.slug)
        ],
        done=_with_callers(specification, page.done_elements),
        open=_with_callers(specification, page.open_elements),
    )


def _title(specification: Specification, process: str, *, english: bool) -> str:
    """What a process of a definition is called: by us, or else by its diagram."""
    words = SHARED.get(process) or specification.titles.get((process, process), (process, process))
    return words[english]


def _with_callers(specification: Specification, elements: Sequence[str]) -> list[str]:
    """The elements and, for those in a called process, the activity that calls it."""
    inside = {
        specification.callers[process]
        for process, element in specification.titles
        if element in elements and process in specification.callers
    }
    return [*elements, *sorted(inside)]


def diagram(ctx: Context, case_id: int, process: str | None, language: str) -> str:
    """The BPMN of a case's definition, or of a process that it calls.

    Raises:
        NotFound: no such case in the actor's office, or no such process in its definition.
    """
    case = ctx.session.get(Case, case_id)
    if case is None or case.office_id != ctx.actor.office_id:
        raise NotFound("この届出は見つかりません。", "There is no such case.")
    bundle = definitions.by_hash(ctx.session, case.definition_hash).bundle
    source = bundle.bpmn.get(process or case.slug)
    if source is None:
        raise NotFound("この図は見つかりません。", "There is no such diagram.")
    return in_language(source, language, case.slug)


def first_values(ctx: Context, page: CasePage, item: WorkItem) -> Mapping[str, Any]:
    """What a form begins with: the entry to be corrected, or empty rows for the verifier."""
    if item.element_id in ENTERED:  # the intake itself, where operations put the case back to it
        entry = find_latest(ctx.session, page.case.id, ("apply", "correct"))
        return hidden_entries.as_shown(ctx, entry.data) if entry else {}
    if item.element_id == "confirm_identity":
        return _who_is_here(ctx, page.case.id)
    if item.element_id == "verify":
        return {"persons": [{} for _ in _persons(page)]}
    if item.element_id == "papers_arrived":
        return {"arrived_on": ctx.today.isoformat(), "papers": _still_missing(ctx, page.case.id)}
    return {}


def _who_is_here(ctx: Context, case_id: int) -> dict[str, str]:
    """The notifier, who is as a rule the one whose identity is checked."""
    entry = find_latest(ctx.session, case_id, ("apply", "correct"))
    relation = (entry.data.get("notifier") or {}).get("relation") if entry else None
    return {"attendee": relation} if relation else {}


def _still_missing(ctx: Context, case_id: int) -> list[dict[str, str]]:
    """A row for each paper that was promised last."""
    entry = find_latest(ctx.session, case_id, ("apply", "correct", "papers_arrived"))
    promised = entry.data.get("missing_papers", ()) if entry else ()
    return [{"kind": str(row["kind"])} for row in promised]


def references_of(ctx: Context, case_id: int, task: UserTask) -> frozenset[str]:
    """The references of Individual Numbers that a task may send back: those of the entry that it corrects.

    None for any other task: whoever verifies types the number from the paper (B4).
    """
    if task.writes != "apply":
        return frozenset()
    entry = find_latest(ctx.session, case_id, ("apply", "correct"))
    rows = [*entry.data.get("persons", ()), entry.data.get("head") or {}] if entry else []
    return frozenset(str(row["individual_number"]) for row in rows if row.get("individual_number"))


def differences(page: CasePage) -> list[FieldError]:
    """The fields in which the verifier's entry differed, for the one who corrects; no values."""
    last = next(
        (one for one in reversed(page.actions) if one.kind in {"differences_found", "sent_back"}), None
    )
    paths = last.data.get("paths", []) if last is not None else []
    return [
        FieldError(
            path,
            "differs",
            "照合した人の入力と一致しません。紙の届出書をもう一度見て、正しく直してください。",
            "Differs from the verifier's entry. Look at the paper again.",
        )
        for path in paths
    ]


def last_note(page: CasePage) -> str:
    """Why the entry was sent back last; empty where it was not."""
    last = next((one for one in reversed(page.actions) if one.kind == "sent_back"), None)
    return (last.note or "") if last is not None else ""


def what_is_next(done: Done, language: str) -> Next:
    """One sentence on what the deed led to; asked after the commit, so that nothing follows its changes."""
    english = language == "en"
    if done.ended:
        return Next("The case is complete." if english else "手続が終わりました。")
    item = done.opened[0] if done.opened else None
    if item is None:
        return Next("Done." if english else "記録しました。")
    if item.element_id == "correct":
        text = (
            "The entries differ; it went back to the counter."
            if english
            else ("入力が一致しませんでした。窓口へ訂正に戻しました。")
        )
        return Next(text, "warning")
    title = item.title_en if english else item.title_ja
    return Next(f"Done. Next: {title}." if english else f"記録しました。つぎは「{title}」です。")


def _persons(page: CasePage) -> Sequence[Any]:
    entries = [
        one for one in page.entries if one.element_id in {"apply", "correct"} and one.outcome == "done"
    ]
    return entries[-1].data.get("persons", ()) if entries else ()


def _reason(row: ReasonCode | None, code: str, *, english: bool) -> str:
    if row is None:
        return code
    return row.name_en if english else row.name


def numbers_of(ctx: Context, case_ids: Sequence[int]) -> dict[int, str]:
    """The numbers of cases by which people know them."""
    statement = select(Case.id, Notification.number).outerjoin(
        Notification, Notification.id == Case.notification_id
    )
    rows = ctx.session.execute(statement.where(Case.id.in_(case_ids)))
    return {row.id: row.number or own_number(row.id) for row in rows}


def titles(ctx: Context, slugs: Iterable[str]) -> dict[str, tuple[str, str]]:
    """What procedures and called processes are called; of those that the city has drawn, as in force."""
    wanted = set(slugs)
    return {**procedures.titles(ctx.session, wanted - SHARED.keys()), **SHARED}


def called(process: str, drawn: tuple[str, str]) -> tuple[str, str]:
    """What a procedure is called whose diagram calls it so."""
    return SHARED.get(process) or procedures.called(process, drawn)


def title_in(bundle: Bundle, process: str) -> tuple[str, str]:
    """What a process of a parcel is called: by us, or else by its diagram."""
    if process in SHARED or process not in bundle.bpmn:
        return SHARED.get(process, (process, process))
    root = safe_xml(bundle.bpmn[process].encode(), process)
    node = next((one for one in root.iterfind("{*}process") if one.get("id") == process), None)
    ja = (node.get("name") if node is not None else "") or process
    return ja, (node.get(NAME_EN) if node is not None else "") or ja
