"""What keeps an absence from being: its days, its deputy, tasks that nobody could do meanwhile (N2, M18)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import select

from models.absence import StandIn
from models.staff import find_posting
from rules.eras import format_short
from services import coverage, deputies, role_tables, staffing
from services.context import Context
from services.deputies import Away, DeputyRefused, Link
from services.duties import COMPLETES_TASKS, WORDS, Duty, RightsBook, collisions
from services.staffing import Chain, Colleague

LONGEST_DAYS = 366
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Wish:
    """Who is away, from when to when, and who stands in for him."""

    user_id: int
    from_on: date
    until_on: date
    deputy_id: int | None = None


def check_days(today: date, wish: Wish) -> None:
    """The days of an absence are in order, not over, and not too many.

    Raises:
        DeputyRefused: they are not.
    """
    if wish.until_on < wish.from_on:
        raise DeputyRefused(
            "終わりの日が始まりの日より前になっています。同じ日か、後の日を入力してください。",
            "The last day lies before the first. Enter the same day or a later one.",
        )
    if wish.until_on < today:
        raise DeputyRefused(
            "過ぎた期間は登録できません。きょう以降の日を入力してください。",
            "This period is over. Enter days to come.",
        )
    if (wish.until_on - wish.from_on).days >= LONGEST_DAYS:
        raise DeputyRefused(
            f"一度に登録できるのは{LONGEST_DAYS}日までです。長く休む人は、配属を終わらせてください。",
            f"At most {LONGEST_DAYS} days at once. For longer, let the posting end.",
        )


def check_person(wish: Wish, people: Mapping[int, Colleague], before: Sequence[Away]) -> None:
    """Whoever is to be away works here and is not away already.

    Raises:
        DeputyRefused: he does not, or is.
    """
    if wish.user_id not in people:
        raise DeputyRefused(
            "不在にする職員は、始まりの日にこの課・窓口に配属されていません。",
            "This person does not work in this office on the first day.",
        )
    for one in before:
        if one.user_id == wish.user_id and one.from_on <= wish.until_on and wish.from_on <= one.until_on:
            days = f"{format_short(one.from_on)}〜{format_short(one.until_on)}"
            raise DeputyRefused(
                f"この人の不在は {days} に登録済みです。重なる不在を取り消してから登録してください。",
                f"An absence from {one.from_on} to {one.until_on} is on record. Call it off first.",
            )


def check_deputy(
    book: RightsBook,
    grants: Mapping[str, frozenset[str]],
    wish: Wish,
    people: Mapping[int, Colleague],
    absences: Sequence[Away],
) -> None:
    """Every deputy of the chains could be one, with this absence among the others.

    Raises:
        DeputyRefused: somebody could not; the message says why.
    """
    links = deputies.links_of(absences)
    if wish.deputy_id is not None and wish.deputy_id not in people:
        raise DeputyRefused(
            "代理に選んだ職員は、この課・窓口に配属されていません。一覧から選び直してください。",
            "The deputy does not work in this office. Choose somebody from the list.",
        )
    _must_be_here(wish, people, absences)
    for link in links:
        deputy, principal = people.get(link.deputy_id), people.get(link.principal_id)
        if deputy is None or principal is None:
            continue
        if deputy.names & principal.names:
            raise DeputyRefused("本人を本人の代理にはできません。", "Nobody is his own deputy.")
        lent = _lent_with(link, links, people)
        why = why_no_deputy(book, grants, deputy, lent)
        if why is not None:
            raise DeputyRefused(f"{deputy.name}さんは代理になれません。{why[0]}", f"{deputy.name}: {why[1]}")


def _must_be_here(wish: Wish, people: Mapping[int, Colleague], absences: Sequence[Away]) -> None:
    """A deputy who is away himself has a deputy of his own."""
    for one in absences:
        away = one.user_id == wish.deputy_id and one.from_on <= wish.until_on and wish.from_on <= one.until_on
        if away and one.deputy_id is None:
            days = f"{format_short(one.from_on)}〜{format_short(one.until_on)}"
            name = people[one.user_id].name
            raise DeputyRefused(
                f"{name}さんも {days} は不在で、その代理がいません。ほかの人を選んでください。",
                f"{name} is away as well and has no deputy. Choose somebody else.",
            )


def _lent_with(
    link: Link | StandIn, links: Sequence[Link | StandIn], people: Mapping[int, Colleague]
) -> frozenset[str]:
    """All roles lent to the deputy of a link on some day of it."""
    lenders = [
        people[one.principal_id].roles
        for one in links
        if one.deputy_id == link.deputy_id
        and one.principal_id in people
        and one.from_on <= link.until_on
        and link.from_on <= one.until_on
    ]
    return frozenset().union(*lenders)


def must_fit_stand_ins(ctx: Context, book: RightsBook, user_id: int, roles: Collection[str]) -> None:
    """Other roles of somebody bring no checking duties together in a deputy, whoever of the two he is.

    Raises:
        DeputyRefused: they would; the message says in whose hand.
    """
    links = list(
        ctx.session.scalars(
            select(StandIn).where(StandIn.until_on >= ctx.today).order_by(StandIn.absence_id, StandIn.id)
        )
    )
    concerned = [link for link in links if user_id in {link.deputy_id, link.principal_id}]
    if not concerned:
        return
    posting = find_posting(ctx.session, user_id, ctx.today)
    office_id = posting.office_id if posting is not None else None
    people = {one.user_id: one for one in staffing.posted_in(ctx.session, office_id, ctx.today)}
    if user_id in people:
        people[user_id] = replace(people[user_id], roles=frozenset(roles))
    grants = role_tables.grants(ctx.session)
    for link in concerned:
        deputy = people.get(link.deputy_id)
        why = why_no_deputy(book, grants, deputy, _lent_with(link, links, people)) if deputy else None
        if deputy is not None and why is not None:
            raise DeputyRefused(
                f"{deputy.name}さんは不在の職員の代理です。{why[0]}"
                "課長に不在と代理を改めてもらってから、権限を変えてください。",
                f"{deputy.name} stands in for somebody who is away and {why[1]} "
                "Let the section chief change the absence first.",
            )


def why_no_deputy(
    book: RightsBook, grants: Mapping[str, frozenset[str]], deputy: Colleague, lent: frozenset[str]
) -> tuple[str, str] | None:
    """Duties that check one another may not meet in the hand of a deputy either (M18)."""
    if not any(COMPLETES_TASKS in grants.get(role, ()) for role in deputy.roles):
        return "案件の仕事をする担当(権限)がありません。", "has no role that does tasks of cases."
    duties = book.duties(deputy.roles, grants) | {
        *(book.lanes[role] for role in lent if role in book.lanes),
        Duty.SEE_PERSONS,
    }
    found = collisions(duties)
    if not found:
        return None
    one, two = found[0]
    return (
        f"「{WORDS[one][0]}」と「{WORDS[two][0]}」が一人に重なります(相互けん制)。ほかの人を選んでください。",
        f"would hold both {WORDS[one][1]} and {WORDS[two][1]}. Choose somebody else.",
    )


def must_leave_somebody(ctx: Context, office_id: int, before: Sequence[Away], new: Away) -> None:
    """No open task that somebody could do without this absence is left with nobody by it.

    Raises:
        DeputyRefused: saying how many would be.
    """
    needs = coverage.needs_of(ctx, office_id)
    for day in _days_of_change(ctx, before, new):
        people = staffing.posted_in(ctx.session, office_id, day)
        had = coverage.nobody_for(needs, _people_on(people, before, day))
        left = [
            need
            for need in coverage.nobody_for(needs, _people_on(people, [*before, new], day))
            if need not in had
        ]
        if left:
            number = sum(need.number for need in left)
            raise DeputyRefused(
                f"{format_short(day)} に、いまある仕事のうち{number}件が、だれにもできなくなります。"
                "その仕事ができる人を代理に選ぶか、期間を変えてください。",
                f"On {day} nobody could do {number} of the open tasks. Choose a deputy who may do them.",
            )


def _days_of_change(ctx: Context, before: Sequence[Away], new: Away) -> list[date]:
    """The days of an absence on which who is here differs from the day before it."""
    first = max(new.from_on, ctx.today)
    days = {first}
    for one in before:
        days |= {one.from_on, one.until_on + ONE_DAY}
    return sorted(day for day in days if first <= day <= new.until_on)


def _people_on(people: Sequence[Colleague], absences: Sequence[Away], day: date) -> list[Colleague]:
    away = {one.user_id: one.until_on for one in absences if one.holds(day)}
    links = [link for link in deputies.links_of(absences) if link.holds(day)]
    return staffing.with_absences(people, away, [Chain(one.deputy_id, one.principal_id) for one in links])
