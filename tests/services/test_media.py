"""Media: approved by another, copied once and sealed, lent by two, wiped, missed the same day (L6)."""

import hashlib
import subprocess
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from interchange import sealed_file
from models.medium import MediumUse
from models.notice import Notice
from services.context import JST, SYSTEM, Actor, Context
from services.contracting import ending, register
from services.contracting.receivers import ReceiverNotWhole
from services.demonstration import masters
from services.errors import NotAllowed, NotFound, RuleBroken, SomebodyElseWasFaster
from services.media import ledger, paper, uses
from services.media.uses import CopiedFile, CopyRefused, Wish
from tests.factories.audit import told
from tests.factories.contracts import FIRM, Contracting, contracting
from tests.factories.staff import a_role, employ

CONTENT = "宛名番号,資格\n1,取得\n".encode("cp932")
PASSPHRASE = "ABCDE-FGHJK-LMNPQ-RSTUV-WXYZ2-34567"
IDO = CopiedFile("ido.csv", CONTENT, PASSPHRASE, 1)


@dataclass
class Office:
    """A medium, who asks, who carries, who keeps, who decides."""

    ctx: Context
    asker: Actor
    carrier: Actor
    keeper: Actor
    chief: Actor
    medium_id: int = 0

    def by(self, actor: Actor, at: datetime | None = None) -> Context:
        return Context(self.ctx.session, actor, at or self.ctx.at)

    @property
    def wish(self) -> Wish:
        due_at = datetime.combine(self.ctx.today, uses.BACK_BY, JST)
        carrier = self.carrier.staff_id or 0
        return Wish("異動の一覧", "委託先へ渡すため", "本庁", "開発室", carrier, due_at)

    def asked(self) -> MediumUse:
        return uses.ask(self.by(self.asker), self.medium_id, self.wish)

    def approved(self) -> MediumUse:
        return uses.decide(self.by(self.chief), self.medium_id, self.asked().id, "必要最小限", approves=True)

    def lent(self) -> MediumUse:
        use = self.approved()
        uses.copy(self.by(self.asker), self.medium_id, use.id, IDO)
        uses.hand_over(self.by(self.keeper), self.medium_id, use.id)
        return uses.receive(self.by(self.carrier), self.medium_id, use.id)


@pytest.fixture
def office(ctx: Context) -> Office:
    session = ctx.session
    found = Office(
        ctx,
        employ(session, "counter", "s-asker"),
        employ(session, "counter", "s-carrier"),
        employ(session, "contract_clerk", "s-keeper"),
        employ(session, "section_chief", "s-media-chief"),
    )
    found.medium_id = ledger.add(found.by(found.keeper), "USB-001", "usb", "SN-1", "保管庫A").id
    return found


def test_a_use_from_the_request_to_the_wiping_leaves_the_medium_free(office: Office) -> None:
    use = office.lent()
    uses.bring_back(office.by(office.carrier), office.medium_id, use.id)
    uses.take_back(office.by(office.keeper), office.medium_id, use.id)
    uses.wipe(office.by(office.keeper), office.medium_id, use.id, "上書き3回、空であることを見た")
    assert use.state == "wiped"
    assert office.asked().state == "asked", "the next one may ask"


def test_nobody_decides_on_what_he_asked_or_carries(office: Office) -> None:
    asked = office.asked()
    for actor in (office.asker, office.keeper):
        with pytest.raises(NotAllowed):
            uses.decide(office.by(actor), office.medium_id, asked.id, "よい", approves=True)
    own = replace(office.wish, carrier_id=office.chief.staff_id or 0)
    uses.decide(office.by(office.chief), office.medium_id, asked.id, "要らない", approves=False)
    carried = uses.ask(office.by(office.asker), office.medium_id, own)
    with pytest.raises(NotAllowed):
        uses.decide(office.by(office.chief), office.medium_id, carried.id, "よい", approves=True)


def test_nothing_is_copied_without_an_approval_that_holds(office: Office) -> None:
    asked = office.asked()
    with pytest.raises(CopyRefused):
        uses.copy(office.by(office.asker), office.medium_id, asked.id, IDO)
    uses.decide(office.by(office.chief), office.medium_id, asked.id, "必要最小限", approves=True)
    with pytest.raises(CopyRefused):
        uses.copy(office.by(office.asker, office.wish.due_at), office.medium_id, asked.id, IDO)
    with pytest.raises(NotAllowed):
        uses.copy(office.by(office.keeper), office.medium_id, asked.id, IDO)
    uses.copy(office.by(office.asker), office.medium_id, asked.id, IDO)
    with pytest.raises(CopyRefused):
        uses.copy(office.by(office.asker), office.medium_id, asked.id, IDO)


def test_the_copy_opens_with_its_passphrase_alone_and_by_openssl(office: Office, tmp_path: Path) -> None:
    use = office.approved()
    sealed = uses.copy(office.by(office.asker), office.medium_id, use.id, IDO)
    assert CONTENT not in sealed
    assert use.sha256 == hashlib.sha256(sealed).hexdigest()
    assert sealed_file.unseal(sealed, PASSPHRASE) == CONTENT
    with pytest.raises(sealed_file.NotSealed):
        sealed_file.unseal(sealed[:40], PASSPHRASE)
    path = tmp_path / "ido.csv.enc"
    path.write_bytes(sealed)
    command = ["openssl", "enc", "-d", "-aes-256-cbc", "-pbkdf2", "-iter", "600000", "-md", "sha256"]
    told = subprocess.run(
        [*command, "-in", str(path), "-pass", f"pass:{PASSPHRASE}"], capture_output=True, check=True
    )
    assert told.stdout == CONTENT


def test_lending_and_returning_take_two(office: Office) -> None:
    use = office.approved()
    uses.copy(office.by(office.asker), office.medium_id, use.id, IDO)
    with pytest.raises(NotAllowed):
        uses.hand_over(office.by(office.carrier), office.medium_id, use.id)
    uses.hand_over(office.by(office.keeper), office.medium_id, use.id)
    with pytest.raises(NotAllowed):
        uses.receive(office.by(office.keeper), office.medium_id, use.id)
    uses.receive(office.by(office.carrier), office.medium_id, use.id)
    with pytest.raises(NotAllowed):
        uses.bring_back(office.by(office.keeper), office.medium_id, use.id)
    uses.bring_back(office.by(office.carrier), office.medium_id, use.id)
    with pytest.raises(NotAllowed):
        uses.take_back(office.by(office.carrier), office.medium_id, use.id)
    with pytest.raises(SomebodyElseWasFaster):
        uses.wipe(office.by(office.keeper), office.medium_id, use.id, "まだ戻っていない")


def test_the_chief_hears_of_a_stick_that_is_not_back_the_same_day_and_once(office: Office) -> None:
    use = office.lent()
    assert uses.escalate(office.by(SYSTEM, use.due_at)) == 0
    evening = office.by(SYSTEM, use.due_at + timedelta(minutes=30))
    assert evening.today == office.ctx.today
    assert uses.escalate(evening) == 1
    assert uses.escalate(evening) == 0
    notices = office.ctx.session.scalars(select(Notice).where(Notice.kind == "medium")).all()
    assert {one.user_id for one in notices} == {office.chief.staff_id, office.carrier.staff_id}
    assert {one.number for one in notices} == {office.medium_id}
    assert ledger.list_all(office.by(office.keeper, evening.at))[0].late


@pytest.mark.parametrize("hours", [-1, 24 + 9])
def test_a_term_is_ahead_and_within_the_hours_of_the_office(office: Office, hours: int) -> None:
    late = replace(office.wish, due_at=office.ctx.at + timedelta(hours=hours))
    with pytest.raises(RuleBroken, match="返却の期限"):
        uses.ask(office.by(office.asker), office.medium_id, late)


def test_a_medium_that_is_unknown_in_use_or_destroyed_takes_no_copy(office: Office) -> None:
    with pytest.raises(NotFound):
        uses.ask(office.by(office.asker), office.medium_id + 1000, office.wish)
    elsewhere = employ(office.ctx.session, "counter", "s-far", "02")
    with pytest.raises(NotFound):
        uses.ask(office.by(elsewhere), office.medium_id, office.wish)
    use = office.asked()
    with pytest.raises(RuleBroken, match="使用中"):
        office.asked()
    with pytest.raises(RuleBroken, match="使用が終わっていません"):
        ledger.destroy(office.by(office.keeper), office.medium_id, "shredder", "粉砕")
    uses.decide(office.by(office.chief), office.medium_id, use.id, "要らない", approves=False)
    ledger.destroy(office.by(office.keeper), office.medium_id, "shredder", "粉砕、写真3枚")
    with pytest.raises(RuleBroken, match="廃棄済み"):
        office.asked()


def test_a_medium_is_destroyed_before_a_witness(office: Office) -> None:
    row = ledger.destroy(office.by(office.keeper), office.medium_id, "shredder", "粉砕、写真3枚")
    with pytest.raises(NotAllowed):
        ledger.witness(office.by(office.keeper), row.id)
    ledger.witness(office.by(office.chief), row.id)
    assert row.witness_id == office.chief.staff_id
    with pytest.raises(SomebodyElseWasFaster):
        ledger.witness(office.by(office.asker), row.id)


def test_the_form_tells_each_use_and_the_record_each_step(office: Office) -> None:
    masters.install_city(office.by(SYSTEM))
    office.lent()
    sheet = paper.paper(office.by(office.keeper), ledger.read(office.by(office.keeper), office.medium_id))
    (line,) = sheet.lines
    assert (sheet.number, line.state) == ("USB-001", "貸出中")
    assert "ido.csv 1件" in line.file
    assert line.lent.endswith("契約 直子→窓口 花子")
    deeds = [one.detail for one in told(office.ctx.session, "medium:changed")]
    assert len(deeds) == 5, "registered, asked, approved, handed over, received"
    assert told(office.ctx.session, "medium:copied")


STEPS = {
    "decide": lambda ctx, medium, use: uses.decide(ctx, medium, use, "よい", approves=True),
    "see the copy": uses.may_copy,
    "copy": lambda ctx, medium, use: uses.copy(ctx, medium, use, IDO),
    "hand over": uses.hand_over,
    "receive": uses.receive,
    "bring back": uses.bring_back,
    "take back": uses.take_back,
    "wipe": lambda ctx, medium, use: uses.wipe(ctx, medium, use, "上書き3回"),
    "drop": uses.drop,
}


def test_no_step_reaches_a_use_of_another_medium_or_another_office(office: Office) -> None:
    use = office.asked()
    other = ledger.add(office.by(office.keeper), "USB-009", "usb", "", "保管庫A")
    far = office.by(employ(office.ctx.session, "section_chief", "s-far", "02"))
    for step in STEPS.values():
        with pytest.raises(NotFound):
            step(office.by(office.chief), other.id, use.id)
        with pytest.raises(NotFound):
            step(far, office.medium_id, use.id)
    assert use.state == "asked"


def test_an_auditor_of_another_office_sees_the_ledger_and_does_nothing_in_it(office: Office) -> None:
    auditor = office.by(employ(office.ctx.session, "auditor", "s-auditor", "03"))
    assert [one.medium.number for one in ledger.list_all(auditor)] == ["USB-001"]
    assert ledger.read(auditor, office.medium_id).line.medium.number == "USB-001"
    with pytest.raises(NotFound):
        ledger.destroy(auditor, office.medium_id, "shredder", "粉砕")


def test_a_request_that_is_taken_back_leaves_the_medium_free(office: Office) -> None:
    late = office.wish.due_at + timedelta(hours=1)
    use = office.approved()
    with pytest.raises(CopyRefused):
        uses.copy(office.by(office.asker, late), office.medium_id, use.id, IDO)
    with pytest.raises(NotAllowed):
        uses.drop(office.by(office.keeper, late), office.medium_id, use.id)
    uses.drop(office.by(office.asker, late), office.medium_id, use.id)
    with pytest.raises(SomebodyElseWasFaster):
        uses.drop(office.by(office.asker, late), office.medium_id, use.id)
    assert office.asked().state == "asked"


def test_a_copy_that_never_left_is_wiped_where_it_is(office: Office) -> None:
    use = office.approved()
    uses.copy(office.by(office.asker), office.medium_id, use.id, IDO)
    with pytest.raises(SomebodyElseWasFaster):
        uses.drop(office.by(office.asker), office.medium_id, use.id)
    uses.wipe(office.by(office.keeper), office.medium_id, use.id, "受け取りに失敗、上書き3回")
    assert (use.state, use.lent_at) == ("wiped", None)


def test_each_step_that_is_sent_twice_is_done_once(office: Office) -> None:
    use = office.asked()
    for actor, name in (
        (office.chief, "decide"),
        (office.asker, "copy"),
        (office.keeper, "hand over"),
        (office.carrier, "receive"),
        (office.carrier, "bring back"),
        (office.keeper, "take back"),
        (office.keeper, "wipe"),
    ):
        STEPS[name](office.by(actor), office.medium_id, use.id)
        with pytest.raises((SomebodyElseWasFaster, CopyRefused)):
            STEPS[name](office.by(actor), office.medium_id, use.id)
    ledger.destroy(office.by(office.keeper), office.medium_id, "shredder", "粉砕")
    with pytest.raises(SomebodyElseWasFaster):
        ledger.destroy(office.by(office.keeper), office.medium_id, "shredder", "粉砕")
    deeds = [(one.detail or {}).get("deed") for one in told(office.ctx.session, "medium:changed")]
    assert sorted(deeds) == sorted(
        ["added", "asked", "approved", "handed", "lent", "brought", "returned", "wiped", "destroyed"]
    )
    assert len(told(office.ctx.session, "medium:copied")) == 1


def test_what_was_copied_stands_nowhere_in_clear(office: Office) -> None:
    use = office.approved()
    uses.copy(office.by(office.asker), office.medium_id, use.id, IDO)
    kept = " ".join(
        str(one.detail)
        for tag in ("medium:changed", "medium:copied", "medium:read")
        for one in told(office.ctx.session, tag)
    )
    kept += " ".join(str(value) for value in vars(use).values())
    assert PASSPHRASE not in kept
    assert "宛名番号" not in kept


@pytest.fixture
def firm(office: Office) -> Contracting:
    """A firm with a whole contract in the office of the medium."""
    return contracting(office.ctx)


def asked_for(office: Office, firm: Contracting) -> MediumUse:
    wish = replace(office.wish, link_id=firm.prime_id)
    return uses.ask(office.by(office.asker), office.medium_id, wish)


def test_a_medium_goes_to_a_firm_and_its_paper_names_it(office: Office, firm: Contracting) -> None:
    use = asked_for(office, firm)
    assert use.destination == f"{FIRM} 開発室"
    page = ledger.read(office.by(office.keeper), office.medium_id)
    assert f"→ {FIRM} 開発室" in paper.paper(office.by(office.keeper), page).lines[0].way


def without_a_clause(firm: Contracting) -> None:
    places = register.read(firm.by(firm.clerk), firm.contract_id).prime.row.clauses
    places = {code: place for code, place in places.items() if code != "return_or_disposal"}
    register.see_clauses(firm.by(firm.clerk), firm.contract_id, firm.prime_id, places)


def test_no_firm_gets_a_medium_while_a_clause_is_missing(office: Office, firm: Contracting) -> None:
    use = asked_for(office, firm)
    without_a_clause(firm)
    with pytest.raises(ReceiverNotWhole, match="終了時の返却又は廃棄"):
        uses.decide(office.by(office.chief), office.medium_id, use.id, "必要", approves=True)
    uses.decide(office.by(office.chief), office.medium_id, use.id, "体制が欠けている", approves=False)
    with pytest.raises(ReceiverNotWhole, match="終了時の返却又は廃棄"):
        asked_for(office, firm)


def test_a_chain_that_breaks_after_the_approval_stops_the_copy_and_the_handing_over(
    office: Office, firm: Contracting
) -> None:
    use = asked_for(office, firm)
    uses.decide(office.by(office.chief), office.medium_id, use.id, "必要", approves=True)
    kept = dict(register.read(firm.by(firm.clerk), firm.contract_id).prime.row.clauses)
    without_a_clause(firm)
    with pytest.raises(ReceiverNotWhole):
        uses.copy(office.by(office.asker), office.medium_id, use.id, IDO)
    register.see_clauses(firm.by(firm.clerk), firm.contract_id, firm.prime_id, kept)
    uses.copy(office.by(office.asker), office.medium_id, use.id, IDO)
    register.end_link(firm.by(firm.chief), firm.contract_id, firm.prime_id, "解除")
    with pytest.raises(ReceiverNotWhole, match="取消し"):
        uses.hand_over(office.by(office.keeper), office.medium_id, use.id)
    uses.wipe(office.by(office.keeper), office.medium_id, use.id, "渡さずに消去した")
    assert use.state == "wiped"


@pytest.mark.parametrize("place", [f"{FIRM} 開発室", "見本情報サービスの開発室"])
def test_a_firm_is_chosen_and_not_hidden_in_the_words_of_a_place(
    office: Office, firm: Contracting, place: str
) -> None:
    del firm
    with pytest.raises(ReceiverNotWhole, match="「渡す相手」でこの事業者を選んで"):
        uses.ask(office.by(office.asker), office.medium_id, replace(office.wish, to_place=place))


@pytest.mark.parametrize("link_id", [0, 999_999])
def test_a_firm_that_is_in_no_contract_of_the_office_gets_nothing(office: Office, link_id: int) -> None:
    with pytest.raises(NotFound):
        uses.ask(office.by(office.asker), office.medium_id, replace(office.wish, link_id=link_id))


def test_no_certificate_of_return_while_a_medium_is_with_the_firm(office: Office, firm: Contracting) -> None:
    use = asked_for(office, firm)
    uses.decide(office.by(office.chief), office.medium_id, use.id, "必要", approves=True)
    uses.copy(office.by(office.asker), office.medium_id, use.id, IDO)
    uses.hand_over(office.by(office.keeper), office.medium_id, use.id)
    register.end_link(firm.by(firm.chief), firm.contract_id, firm.prime_id, "解除")
    clerk = firm.by(firm.clerk)

    def certify() -> object:
        return ending.certify(clerk, firm.contract_id, firm.prime_id, "returned", clerk.today, "USB 1本")

    with pytest.raises(RuleBroken, match="USB-001 がまだ戻っていません"):
        certify()
    uses.receive(office.by(office.carrier), office.medium_id, use.id)
    uses.bring_back(office.by(office.carrier), office.medium_id, use.id)
    uses.take_back(office.by(office.keeper), office.medium_id, use.id)
    assert certify()


def test_no_worker_of_a_contractor_carries_a_medium(office: Office, firm: Contracting) -> None:
    office.ctx.session.add(a_role(office.ctx.session, "contractor"))
    office.ctx.session.flush()
    user_id = firm.account(firm.worker())
    with pytest.raises(RuleBroken, match="運ぶ人には"):
        uses.ask(office.by(office.asker), office.medium_id, replace(office.wish, carrier_id=user_id))
