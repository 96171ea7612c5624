"""Contractors and media for the demonstration: a chain of three firms, the last with an expired certificate.

One person of it was declared by a firm that does not employ him; one stick is out and over its time.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from interchange import sealed_file
from models.audit.tags import Tag
from models.contractor import GRANTED, ChainLink, Contract, ContractWorker, Firm
from models.masters import Office
from models.medium import LENT, Medium, MediumUse
from models.staff import User
from rules.contracting import CONTRACT_CLAUSES, SUB_CLAUSES, plain_firm
from services import audit
from services.context import JST
from services.demonstration.masters import HEAD_OFFICE

if TYPE_CHECKING:
    from services.context import Context

NUMBER = "R8-委-012"
PRIME, SUB, SUBSUB = "見本情報サービス株式会社", "架空データ処理株式会社", "株式会社見本クラウド運用"
ADDRESSES = {
    PRIME: "見本県見本市中央2丁目2番2号",
    SUB: "見本県架空市本町1番5号",
    SUBSUB: "見本県雛形市港町3番8号",
}
CONTRACTOR_ACCOUNT = "gyosha"
CLERKS = ("nishida", "okada")
RECORDS = 1_204  # of the copy that is out


def install(ctx: Context) -> bool:
    """Register all of it, once; answers whether it came new."""
    if ctx.session.scalars(select(Contract.id).where(Contract.number == NUMBER)).first() is not None:
        return False
    people: dict[str, int] = dict(ctx.session.execute(select(User.username, User.id)).tuples().all())
    office_id = ctx.session.scalars(select(Office.id).where(Office.code == HEAD_OFFICE)).one()
    contract, receiver_id = _contract(ctx, office_id, people)
    _media(ctx, office_id, people, receiver_id)
    audit.record(ctx, Tag.CONTRACT_CHANGED, f"contract:{contract.id}", detail={"deed": "loaded"})
    return True


def _contract(ctx: Context, office_id: int, people: dict[str, int]) -> tuple[Contract, int]:
    """The contract, and the firm of it that receives a medium."""
    clerk, chief = people[CLERKS[0]], people["kimura"]
    contract = Contract(
        number=NUMBER,
        title="国保システム運用保守業務委託",
        office_id=office_id,
        band="10_49",
        may_subcontract=True,
        added_at=ctx.at,
        added_by_id=clerk,
    )
    ctx.session.add(contract)
    ctx.session.flush()
    first, last = date(ctx.today.year - 1, 4, 1), date(ctx.today.year + 1, 3, 31)
    given = {"contract": contract, "from_on": first, "until_on": last, "clerk": clerk, "chief": chief}
    prime = _link(ctx, PRIME, None, CONTRACT_CLAUSES, "国保システムの運用保守", **given)
    sub = _link(ctx, SUB, prime.id, SUB_CLAUSES, "バッチ処理の実行とバックアップ", **given)
    subsub = _link(ctx, SUBSUB, sub.id, SUB_CLAUSES, "運用支援環境の保守", **given)
    subsub.cloud = {
        "provider": "架空クラウド",
        "mark": "iso27017",
        "mark_until": (ctx.today + timedelta(days=200)).isoformat(),
        "privacy_until": (ctx.today - timedelta(days=12)).isoformat(),
        "in_japan": True,
        "policy": True,
        "shared": True,
        "measures": "OSの更新、通信の制限、保存時の暗号化",
    }
    _workers(ctx, contract, (prime, sub, subsub), people)
    return contract, sub.id


def _link(
    ctx: Context, name: str, parent_id: int | None, clauses: dict[str, Any], scope: str, **given: Any
) -> ChainLink:
    firm = Firm(
        name=name,
        plain_name=plain_firm(name),
        address=ADDRESSES[name],
        added_at=ctx.at,
        added_by_id=given["clerk"],
    )
    ctx.session.add(firm)
    ctx.session.flush()
    row = ChainLink(
        contract_id=given["contract"].id,
        parent_id=parent_id,
        firm_id=firm.id,
        state=GRANTED,
        from_on=given["from_on"],
        until_on=given["until_on"],
        scope=scope,
        clauses={code: f"第{place}条" for place, code in enumerate(clauses, start=10)},
        chart=[{"number": 1, "role": "業務責任者", "name": "責任 一郎"}] if parent_id else [],
        entered_at=ctx.at,
        entered_by_id=given["clerk"],
    )
    if parent_id is not None:
        row.reason, row.data_scope = "専門の要員が要るため", "資格情報(個人番号を除く)"
        row.capability, row.inspection = "同種の業務5年の実績", "市と委託先がいつでも立ち入れる"
        row.amount, row.staff_count, row.secrecy_on = 4_800_000, 3, given["from_on"]
        row.decided_at, row.decided_by_id, row.decided_words = ctx.at, given["chief"], "要件を満たす"
    ctx.session.add(row)
    ctx.session.flush()
    return row


def _workers(ctx: Context, contract: Contract, links: tuple[ChainLink, ...], people: dict[str, int]) -> None:
    prime, sub, subsub = links
    told = (
        (prime, "業者", "太郎", PRIME, people[CONTRACTOR_ACCOUNT]),
        (prime, "架空", "三郎", PRIME, None),
        (sub, "雛形", "四郎", SUB, None),
        (sub, "別人", "五郎", "派遣ひながた株式会社", None),
        (subsub, "運用", "六花", SUBSUB, None),
    )
    for place, (link, last, first, employer, user_id) in enumerate(told, start=1):
        ctx.session.add(
            ContractWorker(
                contract_id=contract.id,
                link_id=link.id,
                last_name=last,
                first_name=first,
                employer=employer,
                evidence="insurance",
                evidence_on=ctx.today - timedelta(days=60),
                pledged_on=ctx.today - timedelta(days=60),
                trained_on=ctx.today - timedelta(days=55),
                place="市役所本庁 電算室",
                badge=f"K-{place:03}",
                added_at=ctx.at,
                added_by_id=people[CLERKS[0]],
                username=CONTRACTOR_ACCOUNT if user_id else "",
                user_id=user_id,
            )
        )
    ctx.session.flush()


def _media(ctx: Context, office_id: int, people: dict[str, int], receiver_id: int) -> None:
    """Two sticks: one in its place, one lent yesterday that should have been back by five."""
    kept = {"kind": "usb", "office_id": office_id, "added_by_id": people[CLERKS[0]]}
    kept["added_at"] = ctx.at - timedelta(days=90)
    place = "国保年金課 施錠保管庫A"
    out = Medium(number="USB-001", serial="SN-000123", place=place, **kept)
    ctx.session.add_all([out, Medium(number="USB-002", serial="SN-000124", place=place, **kept)])
    ctx.session.flush()
    day = ctx.today - timedelta(days=1)
    rows = "".join(f"9{number:07},取得\r\n" for number in range(RECORDS))
    sealed = sealed_file.seal(f"宛名番号,異動\r\n{rows}".encode("cp932"), sealed_file.new_passphrase())

    def at(hour: int, minute: int = 0) -> datetime:
        return datetime.combine(day, time(hour, minute), JST)

    ctx.session.add(
        MediumUse(
            medium_id=out.id,
            state=LENT,
            what="資格異動の一覧(架空)",
            why="委託先のテスト環境へ移すため",
            from_place="本庁 電算室",
            to_place="開発室",
            link_id=receiver_id,
            carrier_id=people["suzuki"],
            due_at=at(17),
            asked_at=at(9),
            asked_by_id=people["sato"],
            decided_at=at(9, 20),
            decided_by_id=people["kimura"],
            decided_words="必要最小限と認める",
            copied_at=at(9, 30),
            copied_by_id=people["sato"],
            file_name="ido_list.csv",
            sha256=hashlib.sha256(sealed).hexdigest(),
            size=len(sealed),
            records=RECORDS,
            handed_at=at(9, 40),
            handed_by_id=people["sato"],
            lent_at=at(9, 41),
        )
    )
    ctx.session.flush()
