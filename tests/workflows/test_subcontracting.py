"""The permission to subcontract as a case: to any depth, by different people, never with a gap."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models.case import WorkItem
from models.contractor import ChainLink
from services import statute
from services.context import Actor
from services.contracting import register
from services.contracting.chain import Node
from services.contracting.subcontracting import SubcontractRefused
from services.contracting.workers import ChainNotWhole
from services.errors import NotAllowed, SomebodyElseWasFaster
from tests.factories.audit import told
from tests.factories.contracts import BELOW, Contracting, attach_chart, contracting, entry
from tests.services.conftest import LAW
from workflows import catalog, subcontracting_cases
from workflows.engine import ending, runner

MEETS = {"chart_attached": True, "same_safety": True, "judgement": "meets", "words": "要件を満たす"}


@pytest.fixture(autouse=True)
def law() -> Iterator[None]:
    before = statute._law[:]
    statute.configure(LAW)
    yield
    statute._law[:] = before


@pytest.fixture
def office(ctx) -> Contracting:
    catalog.load_handlers()
    catalog.publish_shipped(ctx)
    return contracting(ctx)


def task(office: Contracting, case_id: int) -> WorkItem:
    statement = select(WorkItem).where(WorkItem.case_id == case_id, WorkItem.state == "open")
    return office.ctx.session.scalars(statement).one()


def do(office: Contracting, case_id: int, actor: Actor, form: dict[str, Any]) -> Any:
    return runner.complete(office.by(actor), task(office, case_id).id, form)


def asked(office: Contracting, parent_id: int, **changes: Any) -> int:
    """A request that was entered, with its chart, and judged."""
    case_id = subcontracting_cases.begin(office.by(office.clerk), office.contract_id, parent_id)
    attach_chart(office.ctx, case_id)
    do(office, case_id, office.clerk, dict(entry(office.ctx.today, **changes)))
    do(office, case_id, office.second, MEETS)
    return case_id


def grant(office: Contracting) -> dict[str, Any]:
    day = office.ctx.today
    until = (day + timedelta(days=90)).isoformat()
    return {"decision": "grant", "from_on": day.isoformat(), "until_on": until, "words": "許諾する"}


def nodes(office: Contracting) -> dict[str, Node]:
    found = register.read(office.by(office.clerk), office.contract_id)
    return {one.row.firm.name: one for one in found.nodes}


def test_what_is_asked_for_stands_in_red_until_it_is_granted(office: Contracting) -> None:
    case_id = asked(office, office.prime_id)
    assert nodes(office)[BELOW].red
    assert [one.code for one in nodes(office)[BELOW].missing] == ["permission"]
    assert do(office, case_id, office.chief, grant(office)).ended
    node = nodes(office)[BELOW]
    assert (node.red, node.row.state, node.depth) == (False, "granted", 1)
    assert node.row.until_on == office.ctx.today + timedelta(days=90), "as decided, not as asked"


def test_the_firm_below_a_subcontractor_needs_its_own_permission(office: Contracting) -> None:
    first = asked(office, office.prime_id)
    below = nodes(office)[BELOW].row.id
    with pytest.raises(SubcontractRefused, match="許諾が決裁されていない"):
        subcontracting_cases.begin(office.by(office.clerk), office.contract_id, below)
    do(office, first, office.chief, grant(office))
    second = asked(office, below, firm_name="株式会社見本クラウド運用")
    do(office, second, office.chief, grant(office))
    assert nodes(office)["株式会社見本クラウド運用"].depth == 2


def test_an_expired_certificate_turns_the_chain_red_from_there_and_is_refused_by_name(
    office: Contracting,
) -> None:
    do(office, asked(office, office.prime_id), office.chief, grant(office))
    below = nodes(office)[BELOW].row.id
    expired = (office.ctx.today - timedelta(days=1)).isoformat()
    case_id = asked(office, below, firm_name="株式会社見本クラウド運用", cloud_privacy_until=expired)
    with pytest.raises(SubcontractRefused, match="ISO/IEC 27018の認証の期限切れ"):
        do(office, case_id, office.chief, grant(office))
    link = office.ctx.session.get_one(ChainLink, below)
    link.cloud = {**(link.cloud or {}), "privacy_until": expired}
    office.ctx.session.flush()
    assert [one.red for one in nodes(office).values()] == [False, True, True]
    assert do(office, case_id, office.chief, {"decision": "refuse", "words": "認証がない"}).ended


def test_nobody_judges_or_decides_what_he_entered(office: Contracting) -> None:
    case_id = subcontracting_cases.begin(office.by(office.clerk), office.contract_id, office.prime_id)
    do(office, case_id, office.clerk, dict(entry(office.ctx.today)))
    with pytest.raises(NotAllowed):
        do(office, case_id, office.clerk, MEETS)
    do(office, case_id, office.second, MEETS)
    with pytest.raises(NotAllowed):
        do(office, case_id, office.second, grant(office))


def test_what_comes_back_is_entered_anew_into_the_same_place(office: Contracting) -> None:
    case_id = subcontracting_cases.begin(office.by(office.clerk), office.contract_id, office.prime_id)
    without_secrecy = {name: value for name, value in entry(office.ctx.today).items() if name != "secrecy_on"}
    do(office, case_id, office.clerk, without_secrecy)
    do(office, case_id, office.second, MEETS | {"judgement": "return"})
    assert [one.code for one in nodes(office)[BELOW].missing] == ["permission", "secrecy_agreement"]
    do(office, case_id, office.clerk, dict(entry(office.ctx.today)))
    assert [one.code for one in nodes(office)[BELOW].missing] == ["permission"]


def test_a_contract_that_forbids_it_takes_no_request(office: Contracting) -> None:
    row = register.read(office.by(office.clerk), office.contract_id).contract
    row.may_subcontract = False
    with pytest.raises(SubcontractRefused, match="再委託しない契約"):
        subcontracting_cases.begin(office.by(office.clerk), office.contract_id, office.prime_id)


def test_a_firm_does_not_stand_below_itself_and_a_chart_is_a_tree(office: Contracting) -> None:
    case_id = subcontracting_cases.begin(office.by(office.clerk), office.contract_id, office.prime_id)
    with pytest.raises(SubcontractRefused, match="上位にいる事業者"):
        do(
            office,
            case_id,
            office.clerk,
            dict(entry(office.ctx.today, firm_name="見本情報サービス(株)")),
        )
    circle = [
        {"number": 1, "role": "a", "name": "甲 一", "above": 2},
        {"number": 2, "role": "b", "name": "乙 二", "above": 1},
    ]
    with pytest.raises(SubcontractRefused, match="責任者"):
        do(office, case_id, office.clerk, dict(entry(office.ctx.today, chart=circle)))


def test_a_revoked_permission_closes_what_is_below(office: Contracting) -> None:
    do(office, asked(office, office.prime_id), office.chief, grant(office))
    below = nodes(office)[BELOW].row.id
    with pytest.raises(NotAllowed):
        register.end_link(office.by(office.clerk), office.contract_id, below, "無断で人を入れ替えた")
    register.end_link(office.by(office.chief), office.contract_id, below, "無断で人を入れ替えた")
    assert nodes(office)[BELOW].ended
    assert [one.code for one in nodes(office)[BELOW].missing] == ["revoked"]


def test_nothing_is_permitted_before_the_chart_itself_is_attached(office: Contracting) -> None:
    case_id = subcontracting_cases.begin(office.by(office.clerk), office.contract_id, office.prime_id)
    do(office, case_id, office.clerk, dict(entry(office.ctx.today)))
    do(office, case_id, office.second, MEETS)
    with pytest.raises(SubcontractRefused, match="履行体制図の添付"):
        do(office, case_id, office.chief, grant(office))
    attach_chart(office.ctx, case_id)
    assert do(office, case_id, office.chief, grant(office)).ended


def test_a_request_that_is_taken_back_stands_as_not_permitted(office: Contracting) -> None:
    ending.withdraw(office.by(office.chief), asked(office, office.prime_id), "委託先が取り下げた")
    node = nodes(office)[BELOW]
    assert (node.row.state, node.row.decided_words) == ("refused", "委託先が取り下げた")
    assert register.read(office.by(office.clerk), office.contract_id).faults == 0, "nothing is left to do"
    unentered = subcontracting_cases.begin(office.by(office.clerk), office.contract_id, office.prime_id)
    ending.withdraw(office.by(office.chief), unentered, "入力前に取り下げた")
    assert len(nodes(office)) == 2


def test_below_a_firm_whose_term_is_over_nobody_is_asked_for(office: Contracting) -> None:
    with pytest.raises(SubcontractRefused, match="終わっています"):
        subcontracting_cases.begin(office.later(office.clerk, 201), office.contract_id, office.prime_id)


def test_what_is_sent_twice_is_done_once(office: Contracting) -> None:
    case_id = asked(office, office.prime_id)
    item = task(office, case_id)
    runner.complete(office.by(office.chief), item.id, grant(office))
    with pytest.raises(SomebodyElseWasFaster):
        runner.complete(office.by(office.chief), item.id, grant(office))
    assert len(told(office.ctx.session, "subcontract:decided")) == 1


def test_to_the_fourth_level_each_with_its_own_permission_and_no_firm_below_itself(
    office: Contracting,
) -> None:
    parent, names = office.prime_id, [BELOW, "第二の株式会社", "第三の株式会社"]
    for name in names:
        do(office, asked(office, parent, firm_name=name), office.chief, grant(office))
        parent = nodes(office)[name].row.id
    assert [nodes(office)[name].depth for name in names] == [1, 2, 3]
    case_id = subcontracting_cases.begin(office.by(office.clerk), office.contract_id, parent)
    for above in (BELOW, "見本情報サービス(株)", "第三の株式会社"):
        with pytest.raises(SubcontractRefused, match="上位にいる事業者"):
            do(office, case_id, office.clerk, dict(entry(office.ctx.today, firm_name=above)))
    register.end_link(
        office.by(office.chief), office.contract_id, nodes(office)[BELOW].row.id, "無断で再委託した"
    )
    assert [one.red for one in nodes(office).values()] == [False, True, True, True]
    with pytest.raises(ChainNotWhole, match=f"{BELOW}の"):
        office.account(office.worker(link_id=parent, employer="第三の株式会社"))


@pytest.mark.parametrize(("staff", "fits"), [(9, True), (10, False)])
def test_a_request_names_no_more_persons_than_the_band_of_the_contract(
    office: Contracting, staff: int, *, fits: bool
) -> None:
    case_id = subcontracting_cases.begin(office.by(office.clerk), office.contract_id, office.prime_id)
    form = dict(entry(office.ctx.today, staff_count=staff))
    if fits:
        assert not do(office, case_id, office.clerk, form).ended
    else:
        with pytest.raises(SubcontractRefused, match="「10人未満」を超えています"):
            do(office, case_id, office.clerk, form)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"cloud_mark_until": "2026-01-31"}, "ISO/IEC 27017の認証の期限切れ"),
        ({"cloud_mark": "cs_gold", "cloud_mark_until": "2026-01-31"}, "CSマーク・ゴールドの認証の期限切れ"),
        ({"cloud_in_japan": False}, "日本国内でのデータ保管"),
        ({"cloud_policy": False}, "政府のクラウド基本方針"),
        ({"cloud_shared": False}, "責任共有の書面"),
        ({"clause_liability": False}, "漏えい等のときの責任の明確化"),
    ],
)
def test_nothing_is_permitted_while_a_condition_is_open(
    office: Contracting, change: dict[str, Any], words: str
) -> None:
    case_id = asked(office, office.prime_id, **change)
    with pytest.raises(SubcontractRefused, match=words):
        do(office, case_id, office.chief, grant(office))
    assert nodes(office)[BELOW].row.state == "asked"
