"""Tax incomes against those on record: a person and a year have one row, the newest (J5, record-items D).

What stands on record by a notification of the person himself (簡易申告) is not overwritten by a file that
says otherwise: somebody looks at it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Integer, Select, and_, case, cast, func, insert, literal, select, update

from interchange.incoming.sources import sources
from models.income import AMOUNTS, Income
from models.incoming import IncomingFile, IncomingRow, value_column
from models.person import Person
from services.context import Context

SOURCE = "tax_income"
KNOWN = "known"  # an income is on record: whether it is changed is seen by the amounts
TEXTS = ("taxed_municipality_code", "declaration_kind", "resident_tax_kind")
_WITHOUT_INCOME = (
    (Person.id.is_(None), "no_person"),
    (Person.merged_into_id.is_not(None), "merged"),
    (Income.id.is_(None), "new"),
)


def outcomes(file: IncomingFile) -> Select[Any]:
    """Each line with its person and its outcome."""
    return _matched(file, Person.id.label("person_id"), _outcome().label("outcome"))


def counts_at_a_glance(file: IncomingFile) -> Select[Any]:
    """How many lines have each outcome, without their amounts: any with an income on record is `KNOWN`."""
    told = _matched(file, case(*_WITHOUT_INCOME, else_=KNOWN).label("outcome")).subquery()
    named = [name for _, name in _WITHOUT_INCOME] + [KNOWN]
    counts: list[Any] = [func.count().filter(told.c.outcome == name).label(name) for name in named]
    return select(*counts)


def apply(ctx: Context, file: IncomingFile, first: int, last: int) -> None:
    """Close the rows that the lines change, and add the new ones, with file and line."""
    within = IncomingRow.line.between(first, last)
    outcome = _outcome()
    changed = _matched(file, Income.id.label("before")).where(within, outcome == "changed").subquery()
    ctx.session.execute(
        update(Income)
        .where(Income.id.in_(select(changed.c.before)))
        .values(superseded_at=ctx.at)
        .execution_options(synchronize_session=False)
    )
    values = {
        "person_id": Person.id,
        "income_year": _value("income_year"),
        **{name: func.coalesce(_value(name), "") for name in TEXTS},
        **{name: _value(name) for name in AMOUNTS},
        "source_file_id": literal(file.id),
        "source_line": IncomingRow.line,
        "recorded_at": literal(ctx.at, Income.recorded_at.type),
        "recorded_by_id": literal(ctx.actor.staff_id, Integer),
    }
    lines = select(*values.values()).select_from(IncomingRow)
    lines = _joined(lines, file).where(within, outcome == "new")
    ctx.session.execute(
        insert(Income).from_select(list(values), lines).execution_options(synchronize_session=False)
    )
    ctx.session.expire_all()


def changes(ctx: Context, file: IncomingFile, line: int, person_id: int) -> list[tuple[str, str, str]]:
    """The fields that a line changes: name, before, after."""
    names = [*TEXTS, *AMOUNTS]
    statement = _joined(
        select(*(_value(name) for name in names), *(getattr(Income, name) for name in names)), file
    )
    row = ctx.session.execute(statement.where(IncomingRow.line == line, Person.id == person_id)).one()
    pairs = zip(names, row[len(names) :], row[: len(names)], strict=True)
    return [
        (name, _told(before), _told(after)) for name, before, after in pairs if _told(before) != _told(after)
    ]


def _told(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value or "")


def _value(name: str) -> Any:
    column = value_column(sources()[SOURCE].place(name))
    if name == "income_year":
        return cast(column, Integer)
    return cast(column, BigInteger) if name in AMOUNTS else column


def _matched(file: IncomingFile, *columns: Any) -> Select[Any]:
    key = value_column(sources()[SOURCE].key).label("key")
    return _joined(select(IncomingRow.line.label("line"), key, *columns), file)


def _joined(statement: Select[Any], file: IncomingFile) -> Select[Any]:
    key = value_column(sources()[SOURCE].key)
    current = and_(
        Income.person_id == Person.id,
        Income.income_year == _value("income_year"),
        Income.superseded_at.is_(None),
    )
    return (
        statement.outerjoin(Person, Person.addressee_number == key)
        .outerjoin(Income, current)
        .where(IncomingRow.file_id == file.id)
    )


def _outcome() -> Any:
    same = and_(
        *(getattr(Income, name) == func.coalesce(_value(name), "") for name in TEXTS),
        *(getattr(Income, name).is_not_distinct_from(_value(name)) for name in AMOUNTS),
    )
    return case(
        *_WITHOUT_INCOME,
        (same, "unchanged"),
        (Income.notification_id.is_not(None), "own_report"),
        else_="changed",
    )
