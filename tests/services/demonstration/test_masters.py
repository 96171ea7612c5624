"""What every installation needs is there after one run, and a second run changes nothing."""

from datetime import date, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash

from models import bulk
from models.masters import Holiday, MasterHistory, Municipality, Office, PaperKind, Posting, ReasonCode
from models.staff import Role, find_posting
from portal.security.roles import ROLES
from rules.eligibility.acquisition import AcquisitionReason
from services import intake
from services.context import SYSTEM, Context
from services.demonstration import masters, staff
from services.demonstration.staff import ACCOUNTS, RolesMissing

PASSWORD = "asahi-izumi-kaede-123"


def with_roles(session: Session) -> None:
    known = set(session.scalars(select(Role.name)))
    bulk.add(session, "ab_role", ("name",), [(slug,) for slug in ROLES if slug not in known])


def test_masters_can_be_installed_again_and_again(ctx: Context) -> None:
    assert all(masters.install_masters(ctx).values())
    assert not any(masters.install_masters(ctx).values())
    assert all(masters.install_city(ctx).values())
    assert not any(masters.install_city(ctx).values())


def test_what_the_office_changed_stays(ctx: Context) -> None:
    masters.install_masters(ctx)
    paper = ctx.session.scalars(select(PaperKind).where(PaperKind.code == "passport")).one()
    paper.name = "パスポート"
    masters.install_masters(ctx)
    assert paper.name == "パスポート"


def test_every_row_has_its_history(ctx: Context) -> None:
    added = sum(masters.install_masters(ctx).values())
    assert ctx.session.scalar(select(func.count()).select_from(MasterHistory)) == added


def test_no_scan_may_be_kept_of_a_paper_that_shows_a_number(ctx: Context) -> None:
    masters.install_masters(ctx)
    kinds = ctx.session.scalars(select(PaperKind)).all()
    assert {kind.code for kind in kinds if kind.use == "number"} >= {"my_number_card", "notification_card"}
    assert not any(kind.may_be_scanned for kind in kinds if kind.use == "number")


def test_a_citizen_finds_her_own_words(ctx: Context) -> None:
    masters.install_masters(ctx)
    offered = {group.procedure: group.reasons for group in intake.list_reasons(ctx)}
    words = [reason.words for reason in offered["acquisition"]]
    assert {"引っ越してきた", "会社の保険をやめた", "子が生まれた"} <= set(words)
    assert all(reason.words_en and reason.name_en for reasons in offered.values() for reason in reasons)


def test_the_codes_of_acquisition_are_those_of_the_law_in_force(ctx: Context) -> None:
    masters.install_masters(ctx)
    statement = select(ReasonCode.code).where(ReasonCode.procedure == "acquisition")
    assert set(ctx.session.scalars(statement)) == {reason.value for reason in AcquisitionReason}


def test_the_counters_are_closed_at_the_turn_of_the_year(ctx: Context) -> None:
    masters.install_masters(ctx)
    days = set(ctx.session.scalars(select(Holiday.day)))
    assert {date(2026, 12, 29), date(2026, 12, 31), date(2027, 1, 2), date(2027, 1, 3)} <= days


def test_the_city_has_its_section_and_three_service_centers(session: Session, clock: datetime) -> None:
    ctx = Context(session=session, actor=SYSTEM, at=clock)
    masters.install_city(ctx)
    names = ctx.session.scalars(select(Office.name).order_by(Office.code)).all()
    assert names[0] == "国保年金課"
    assert sum(name.endswith("サービスセンター") for name in names) == 3
    assert (
        ctx.session.scalars(select(Municipality.name).where(Municipality.code == "999997")).one() == "見本市"
    )


def test_there_is_an_account_for_every_role_and_a_second_office(ctx: Context) -> None:
    with_roles(ctx.session)
    masters.install_city(ctx)
    assert staff.install_accounts(ctx, PASSWORD) == len(ACCOUNTS)
    assert {account.role for account in ACCOUNTS} == set(ROLES)
    postings = ctx.session.scalars(select(Posting).where(Posting.staff_number.in_(("10001", "20001")))).all()
    assert len({posting.office_id for posting in postings}) == 2
    assert all(find_posting(ctx.session, posting.user_id, ctx.today) for posting in postings)


def test_the_password_opens_every_account(ctx: Context) -> None:
    with_roles(ctx.session)
    masters.install_city(ctx)
    staff.install_accounts(ctx, PASSWORD)
    hashes = kept_hashes(ctx)
    assert len(hashes) == len(ACCOUNTS)
    assert all(check_password_hash(kept, PASSWORD) for kept in set(hashes))


def test_a_second_run_leaves_the_accounts_as_they_are(ctx: Context) -> None:
    with_roles(ctx.session)
    masters.install_city(ctx)
    staff.install_accounts(ctx, PASSWORD)
    before = kept_hashes(ctx)
    assert staff.install_accounts(ctx, "another-pass-word-1") == 0
    assert kept_hashes(ctx) == before


def kept_hashes(ctx: Context) -> list[str]:
    user = bulk.table("ab_user")
    names = [account.username for account in ACCOUNTS]
    statement = select(user.c.password).where(user.c.username.in_(names)).order_by(user.c.id)
    return list(ctx.session.scalars(statement))


def test_without_roles_nobody_is_employed(ctx: Context) -> None:
    masters.install_city(ctx)
    with pytest.raises(RolesMissing, match="flask setup"):
        staff.install_accounts(ctx, PASSWORD)
