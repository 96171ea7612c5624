"""What the intake screen needs: reasons in the citizen's words, prefilled forms, findings (B1, B2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from models.case import Draft
from models.enrolment import list_household_periods
from models.household import Household, current_card_number, get_head, list_members
from models.masters import PaperKind, ReasonCode
from models.person import PersonRecord, list_current
from rules.eligibility.changes import WITHOUT_DEADLINE
from rules.periods import FiscalYear
from services import addresses, procedures
from services.context import Context
from services.errors import NotFound
from services.protection import hides_places

LONGEST_ID = 19
PROCEDURES = {
    "acquisition": ("国保に入る", "Join the insurance", "資格取得届"),
    "loss": ("国保をやめる", "Leave the insurance", "資格喪失届"),
    "change": ("届出の内容が変わった", "Something has changed", "変更届"),
    "facility_exception": ("住所地特例(市外の施設に入る)", "Facility elsewhere", "住所地特例の届出"),
    "student_exception": ("学生の特例(市外で学ぶ)", "Student away from home", "学生の特例の届出"),
    "exemption": ("保険料を減らしてほしい(減免)", "A lower premium", "減免申請"),
    "reissue": ("証をなくした・汚した", "A certificate is lost or spoilt", "再交付申請"),
    "ceiling_certificate": (
        "医療費の支払いを限度額までにしたい",
        "Pay up to the ceiling amount only",
        "限度額適用認定の申請",
    ),
}


@dataclass(frozen=True)
class ReasonGroup:
    """The reasons of one procedure, for the first screen."""

    procedure: str
    title_ja: str
    title_en: str
    legal: str
    reasons: Sequence[ReasonCode]


@dataclass(frozen=True)
class Beside:
    """What is shown beside the form of a household that is on record."""

    household: Household
    card_number: str
    head: PersonRecord | None
    members: Sequence[tuple[PersonRecord, bool]]


def list_reasons(ctx: Context) -> list[ReasonGroup]:
    """All reasons that are in use, by procedure: those that we ship, then those drawn by the city.

    A procedure of the city stands here when a version of it is in force and the master holds its reasons,
    as putting it in force sees to (`workflows.studio.own_reasons`).
    """
    statement = (
        select(ReasonCode).where(ReasonCode.active.is_(True)).order_by(ReasonCode.sort, ReasonCode.code)
    )
    rows = ctx.session.scalars(statement).all()
    drawn = procedures.drawn_in_force(ctx.session, {row.procedure for row in rows})
    named = PROCEDURES | {slug: (ja, en, "") for slug, (ja, en) in sorted(drawn.items())}
    return [
        ReasonGroup(slug, ja, en, legal, [row for row in rows if row.procedure == slug])
        for slug, (ja, en, legal) in named.items()
    ]


def own_reasons(ctx: Context, procedure: str) -> list[tuple[str, str, str]] | None:
    """The reasons of a procedure that the city has drawn, for lists of forms; None of one of ours."""
    if procedure in procedures.TITLES:
        return None
    statement = select(ReasonCode).where(ReasonCode.procedure == procedure)
    rows = ctx.session.scalars(statement.order_by(ReasonCode.sort, ReasonCode.code))
    return [(row.code, row.name, row.name_en or row.name) for row in rows]


def has_time_limit(procedure: str, reason: str) -> bool:
    """Whether the law says until when to notify (規則2条 ff.); of a reissue and some changes it does not."""
    return procedure in {"acquisition", "loss"} or (procedure == "change" and reason not in WITHOUT_DEADLINE)


def cancellation_reasons(ctx: Context) -> Sequence[ReasonCode]:
    """Why a completed notification may be cancelled."""
    statement = select(ReasonCode).where(ReasonCode.procedure == "cancellation", ReasonCode.active.is_(True))
    return ctx.session.scalars(statement.order_by(ReasonCode.sort, ReasonCode.id)).all()


def get_reason(ctx: Context, procedure: str, code: str) -> ReasonCode:
    """The reason of a procedure.

    Raises:
        NotFound: there is none of this code, or it is no longer in use.
    """
    statement = select(ReasonCode).where(
        ReasonCode.procedure == procedure, ReasonCode.code == code, ReasonCode.active.is_(True)
    )
    row = ctx.session.scalars(statement).one_or_none()
    if row is None:
        raise NotFound("この届出の事由はありません。選び直してください。", "There is no such reason.")
    return row


def paper_kinds(ctx: Context) -> Sequence[PaperKind]:
    """The kinds of papers that are in use."""
    statement = select(PaperKind).where(PaperKind.active.is_(True)).order_by(PaperKind.id)
    return ctx.session.scalars(statement).all()


def paper_choices(kinds: Iterable[PaperKind]) -> list[tuple[str, str, str]]:
    """Kinds of papers for the lists of a form: (code, Japanese, English)."""
    return [(row.code, row.name, row.name_en or row.name) for row in kinds]


def scannable_papers(kinds: Iterable[PaperKind]) -> list[tuple[str, str, str]]:
    """Those of which a scan may be kept; papers that show a number are never among them (M09)."""
    return paper_choices(row for row in kinds if row.may_be_scanned)


def prefill(
    ctx: Context,
    procedure: str,
    household_id: int | None,
    papers: Sequence[str] = (),
    notification_id: int | None = None,
    person_id: int | None = None,
) -> dict[str, Any]:
    """What the form begins with: today, the counter, the papers that are a must, who is on record."""
    values: dict[str, Any] = {
        "received_on": ctx.today.isoformat(),
        "form_date": ctx.today.isoformat(),
        "way": "counter",
    }
    if papers:
        values["papers"] = [{"kind": code} for code in papers]
    if procedure == "cancellation" and notification_id is not None:
        values["notification_id"] = notification_id
    if household_id is None:
        return values
    beside = household_beside(ctx, household_id)
    values["household_id"] = household_id
    if procedure == "acquisition" and beside.head is not None:
        values |= {"head_kind": "registered", "head_person_id": beside.head.person_id}
        home = addresses.current(ctx.session, beside.head.person_id, ctx.today)
        if home is not None and not hides_places(
            ctx, beside.head.person_id
        ):  # H14: it is typed from the paper
            values["address"] = {
                "postal_code": home.postal_code or "",
                "address": home.address,
                **({"building": home.building} if home.building else {}),
            }
    if procedure == "exemption":
        values["fiscal_year"] = FiscalYear.containing(ctx.today).year
    if procedure in {"loss", "reissue"}:
        insured = [row.person_id for row, is_insured in beside.members if is_insured]
        chosen = [person_id] if person_id in insured else insured  # begun from the page of one of them
        values["persons"] = [{"person_id": one} for one in chosen]
    if procedure == "ceiling_certificate" and person_id in {row.person_id for row, _ in beside.members}:
        values["persons"] = [{"person_id": person_id}]
    return values


def labels_of(ctx: Context, values: Mapping[str, Any]) -> dict[str, str]:
    """Words beside ids that a form refers to: path → name or household number."""
    ids = dict(person_paths(values))
    known = list_current(ctx.session, set(ids.values()))
    told = {path: known[number].name for path, number in ids.items() if number in known}
    homes = dict(paths_of(values, "household_id"))
    statement = select(Household.id, Household.household_number).where(Household.id.in_(set(homes.values())))
    numbers = {row.id: row.household_number for row in ctx.session.execute(statement)} if homes else {}
    return told | {path: numbers[one] for path, one in homes.items() if one in numbers}


def person_paths(values: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Path and id of every person that a form refers to."""
    return paths_of(values, "person_id")


def paths_of(values: Mapping[str, Any], ending: str, before: str = "") -> Iterator[tuple[str, int]]:
    """Path and id of every field whose name ends so."""
    for name, value in values.items():
        path = f"{before}{name}"
        if name.endswith(ending) and _number(value) is not None:
            yield path, _number(value) or 0
        elif isinstance(value, Mapping):
            yield from paths_of(value, ending, f"{path}.")
        elif isinstance(value, list):
            for place, row in enumerate(value):
                if isinstance(row, Mapping):
                    yield from paths_of(row, ending, f"{path}.{place}.")


def _number(value: object) -> int | None:
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < LONGEST_ID else None


def household_of(values: Mapping[str, Any]) -> int | None:
    """The household that a form refers to, as typed; None where there is none or it is no number."""
    return _number(values.get("household_id"))


def titles_of(ctx: Context, drafts: Sequence[Draft], language: str) -> dict[int, str]:
    """What the list calls each draft: the reason and, where it is typed, the first name."""
    reasons = {(row.procedure, row.code): row for row in ctx.session.scalars(select(ReasonCode))}
    told = {}
    for draft in drafts:
        row = reasons.get((draft.procedure or "", str(draft.data.get("reason", ""))))
        words = (row.name_en if language == "en" else row.name) if row else ""
        rows: list[dict[str, Any]] = draft.data.get("persons") or [{}]
        told[draft.id] = f"{words} {rows[0].get('name', '')}".strip()
    return told


def household_beside(ctx: Context, household_id: int) -> Beside:
    """The household that stands beside the form.

    Raises:
        NotFound: there is no such household.
    """
    household = ctx.session.get(Household, household_id)
    if household is None:
        raise NotFound("この世帯は見つかりません。", "There is no such household.")
    members = list_members(ctx.session, household_id, ctx.today)
    head = get_head(ctx.session, household_id, ctx.today)
    ids = [row.person_id for row in members] + ([head.person_id] if head else [])
    known = list_current(ctx.session, ids)
    insured = {row.person_id for row in list_household_periods(ctx.session, household_id, ctx.today)}
    card = current_card_number(ctx.session, household_id)
    return Beside(
        household=household,
        card_number=card.number if card else "",
        head=known.get(head.person_id) if head else None,
        members=[(known[row.person_id], row.person_id in insured) for row in members],
    )
