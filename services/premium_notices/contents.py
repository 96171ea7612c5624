"""What stands on the letter: read off the assessment and its derivation, computed nowhere anew (D3, D4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from models.assessment import PARTS, PERSON_FLAGS, AssessedPerson, Assessment, AssessmentRun
from printing.premium.premium_change_notice import NoticeDifference, PremiumChangeNotice
from printing.premium.premium_notice import (
    NoticeFact,
    NoticeInstalment,
    NoticePart,
    NoticePerson,
    PremiumNotice,
)
from rules.periods import FiscalYear
from rules.premium.explaining import EXEMPTION, INCOMES, PART, PART_NAMES, REDUCTION, TOTAL, Figure, Line
from rules.premium.pension_deduction import MONTHS
from services.assessing.comparing import CAUSES, NEW, SAME
from services.assessing.household_page import differ
from services.premium_notices.slips import Due, dues_of, notice_number
from services.premium_receipt_paper import value_in_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from printing.collection.payment_slip import PaymentSlip, PaymentSlipForm
    from printing.letter import MailingAddress
    from services.assessing.kept_figures import Explained
    from services.city import Settings

WITHHELD: Final = "(氏名は表示しません)"
_NOTES: Final = {
    "is_unemployed": "非自発的失業",
    "is_preschool": "未就学児(均等割は半額)",
    "is_former_dependant": "旧被扶養者",
}
_RULES: Final[tuple[Figure, ...]] = (
    *(INCOMES[name] for name in ("total_income", "basic_deduction", "leviable_income")),
    *(PART[name] for name in ("income_levy", "per_capita_levy", "household_levy", "cap", "amount")),
    REDUCTION["reduction"],
    TOTAL,
)


@dataclass(frozen=True)
class Letter:
    """Who is told, under which number, and who of the household may be named."""

    document_number: str
    dated: date
    recipient: MailingAddress
    payer: str
    household_number: str
    names: Mapping[int, str]
    set_number: str = ""
    reprinted_on: date | None = None


def tells_a_change(row: Assessment) -> bool:
    """Whether the letter of an assessment says what changed; otherwise it is the first one of the year."""
    return row.cause not in {NEW, SAME}


def changed_dues(now: Explained, before: Explained | None) -> list[Due]:
    """The instalments that a letter brings slips for: all; after a change those to come that are others."""
    dues = list(dues_of(now.told))
    if before is None:
        return dues
    known = {due.number: due.yen for due in dues_of(before.told)}
    decided_on = now.told.run.decided_on
    return [due for due in dues if due.due_on > decided_on and known.get(due.number) != due.yen]


def content_of(
    now: Explained,
    before: Explained | None,
    causes: Sequence[int],
    letter: Letter,
    settings: Settings,
    slip_form: PaymentSlipForm | None,
    slips: tuple[PaymentSlip, ...],
) -> PremiumNotice:
    """The letter of an assessment; `before` is the one that it changes by `causes`, None for the first."""
    run, row = now.told.run, now.told.row
    parts = [one for one in PARTS if f"municipal/premium/{one}/cap" in run.parameters]
    year = FiscalYear(run.fiscal_year)
    shared: dict[str, Any] = {
        "document_number": letter.document_number,
        "dated": letter.dated,
        "reprinted_on": letter.reprinted_on,
        "recipient": letter.recipient,
        "issuer": settings.issuer,
        "city": settings.text("office/city_name"),
        "prefecture": settings.text("office/prefecture_name"),
        "fiscal_year": year.label_ja,
        "notice_number": notice_number(run, letter.household_number),
        "payer": letter.payer,
        "total": row.total,
        "reduction": f"{row.reduction // 10}割" if row.reduction else "なし",
        "parts": tuple(_part(run, row, one, before.told.row if before else None) for one in parts),
        "instalments": tuple(_instalments(now, before)),
        "persons": tuple(_persons(now, parts, letter.names)),
        "test": tuple(
            NoticeFact(label=one.figure.title_ja, value=value_in_words(one))
            for one in now.told.lines
            if one.name in REDUCTION and one.name != "reduction"
        ),
        "rules": tuple(
            NoticeFact(label=one.title_ja, value=f"{one.rule_ja} ― {one.article}")
            for one in (*_RULES, *((EXEMPTION,) if row.exemption else ()))
        ),
        "exemption": row.exemption,
        "places": settings.text("collection/places"),
        "assessment": run.id,
        "undeclared": row.undeclared,
        "set_number": letter.set_number,
        "slip_form": slip_form if slips else None,
        "slips": slips,
    }
    if before is None:
        return PremiumNotice(**shared)
    return PremiumChangeNotice(
        **shared,
        before_total=before.told.row.total,
        before_number=notice_number(before.told.run, letter.household_number),
        reason="、".join(CAUSES[one][0] for one in causes),
        differences=tuple(_differences(before, now, letter.names)),
        overpaid=now.told.parts.overpaid,
        before_exemption=before.told.row.exemption,
    )


def _part(run: AssessmentRun, row: Assessment, part: str, before: Assessment | None) -> NoticePart:
    def rate(name: str) -> str:
        value = run.parameters.get(f"municipal/premium/{part}/{name}", {}).get("value")
        return "―" if value is None else f"{value:,}" if type(value) is int else str(value)

    def yen(name: str) -> int:
        return int(getattr(row, f"{part}_{name}"))

    return NoticePart(
        name=PART_NAMES[part][0],
        income_rate=rate("income_rate"),
        per_capita_rate=rate("per_capita_levy"),
        household_rate=rate("household_levy"),
        income_levy=yen("income_levy"),
        per_capita_levy=yen("per_capita_levy"),
        household_levy=yen("household_levy"),
        before_cap=yen("before_cap"),
        cap=yen("cap"),
        amount=yen("amount"),
        before=None if before is None else int(getattr(before, f"{part}_amount")),
    )


def _instalments(now: Explained, before: Explained | None) -> Iterator[NoticeInstalment]:
    run, late_before = now.told.run, now.told.parts.late_before
    known = {} if before is None else {one.number: one.yen for one in dues_of(before.told)}
    for due in dues_of(now.told):
        if now.told.collected and not due.yen and not known.get(due.number):
            continue
        yield NoticeInstalment(
            name=due.name,
            due_on=due.due_on,
            yen=due.yen,
            before=None if before is None else known.get(due.number, 0),
            stays=due.due_on <= run.decided_on,
        )
    if late_before:
        yield NoticeInstalment(name="随時(前)", due_on=None, yen=late_before, before=late_before, stays=True)
    yield from _pensions(now, before)


def _pensions(now: Explained, before: Explained | None) -> Iterator[NoticeInstalment]:
    """What is deducted from the pension, by its months."""
    told, earlier = now.told.collected, before.told.collected if before else None
    either = told or earlier
    if either is None:
        return
    was = {} if earlier is None else {month: yen for month, _, yen in earlier.pensions}
    taken = {} if told is None else {month: yen for month, _, yen in told.pensions}
    for month, day in zip(MONTHS, either.days, strict=True):
        if month in taken or month in was:
            yield NoticeInstalment(
                name=f"年金{month}月",
                due_on=day,
                yen=taken.get(month, 0),
                before=None if before is None else was.get(month, 0),
                stays=day <= now.told.run.decided_on,
            )


def _persons(now: Explained, parts: Sequence[str], names: Mapping[int, str]) -> Iterator[NoticePerson]:
    values = {(one.name, one.person): one for one in now.told.lines}
    for place, person in enumerate(now.persons):

        def amount(name: str, place: int = place) -> str:
            line = values.get((name, place))
            return value_in_words(line).removesuffix("円") if line else "―"

        yield NoticePerson(
            name=names.get(person.person_id, WITHHELD),
            months=month_words(person.insured),
            total_income=amount("total_income"),
            leviable_income=amount("leviable_income"),
            levies=tuple(_levies(amount, part) for part in parts),
            notes="、".join(_notes(person)),
        )


def _levies(amount: Callable[[str], str], part: str) -> str:
    return f"{amount(f'{part}.income_levy')}\n{amount(f'{part}.per_capita_levy')}"


def _notes(person: AssessedPerson) -> Iterator[str]:
    flags = {name for bit, name in enumerate(PERSON_FLAGS) if person.flags >> bit & 1}
    if not person.insured:
        yield "軽減の判定だけに数える方"
    if person.insured and "is_declared" not in flags:
        yield "所得の申告なし"
    if 0 < (care := person.care.bit_count()) < person.insured.bit_count():
        yield f"介護分{care}か月"
    if exempt := person.exempt.bit_count():
        yield f"産前産後の免除{exempt}か月"
    yield from (words for name, words in _NOTES.items() if name in flags)


def month_words(bits: int) -> str:
    """Months of a fiscal year (April is bit 0) in words: from when to when, or one by one, and how many."""
    places = [place for place in range(12) if bits >> place & 1]
    if not places:
        return "―"
    months = [(place + 3) % 12 + 1 for place in places]
    if len(months) == 1:
        return f"{months[0]}月(1か月)"
    if places[-1] - places[0] == len(places) - 1:
        return f"{months[0]}月から{months[-1]}月まで({len(months)}か月)"
    return f"{'・'.join(map(str, months))}月({len(months)}か月)"


def _differences(before: Explained, now: Explained, names: Mapping[int, str]) -> Iterator[NoticeDifference]:
    for one in differ(before.told, now.told):
        part = PART_NAMES[one.line.part][0] + " " if one.line.part else ""
        yield NoticeDifference(
            who="" if one.person_id is None else names.get(one.person_id, WITHHELD),
            title=part + one.line.figure.title_ja,
            before=_shown(one.before),
            after=_shown(one.after),
            rule=one.line.figure.rule_ja,
        )


def _shown(line: Line | None) -> str:
    return "―" if line is None else value_in_words(line)
