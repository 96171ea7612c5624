"""Data-use applications (データ利用申請): asked for, judged, approved, ended (J3, J4, K1, K4, M34).

Whoever changes, decides, ends or sends holds the row of the application, so that they follow one another. The
approval binds the hash of the content; nobody decides on an application in which he had a hand, by his
account, his staff number, or as a deputy.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from forms.characters import holds_individual_number
from interchange.dictionary import catalog
from interchange.transfers import definitions
from interchange.transfers.definitions import KEY_ITEM
from models.audit.tags import Tag
from models.data_use import (
    APPROVED,
    DRAFT,
    EDITED,
    REFUSED,
    REVOKED,
    SUBMITTED,
    WITHDRAWN,
    DataUseApplication,
    DataUseApproval,
    DataUseDecision,
    list_decisions,
    lock_application,
)
from models.masters import Office, Posting
from services import audit
from services.context import Context, names_of
from services.errors import NotAllowed, NotFound, RuleBroken, SomebodyElseWasFaster
from services.two_people import is_one_of, reason_of

APPLICANT, MANAGER, CHIEF = "receiving_section", "data_protection_manager", "section_chief"
REVIEWERS = frozenset({MANAGER, CHIEF, "auditor"})
DECIDERS = {"judge": MANAGER, "consult": MANAGER, "decide": CHIEF}
TRANSFER, PROVISION = "transfer", "provision"
LONGEST_PERIOD_YEARS = 1
LONGEST_PURPOSE = 400
LONGEST_RECIPIENT = 100


class ContentChanged(RuleBroken):
    """What was judged is not what stands in the application now."""

    code = "content_changed"


class OwnApplication(NotAllowed):
    """Somebody would decide on an application in which he had a hand himself (K4)."""

    code = "own_application"


@dataclass(frozen=True)
class Content:
    """What is asked for; what an approval binds."""

    kind: str
    transfer: str
    recipient: str
    recipient_name: str
    purpose: str
    basis: str
    items: tuple[str, ...]
    person_range: str
    method: str
    frequency: str
    from_on: date
    until_on: date
    with_places: bool

    @property
    def hash(self) -> str:
        """SHA-256 of the content in one writing."""
        told = asdict(self) | {"items": sorted(self.items)}
        text = json.dumps(told, ensure_ascii=False, sort_keys=True, default=date.isoformat)
        return hashlib.sha256(text.encode()).hexdigest()


def content_of(application: DataUseApplication) -> Content:
    """What an application asks for as it stands now."""
    told: dict[str, Any] = {
        name: getattr(application, name) for name in Content.__dataclass_fields__ if name != "items"
    }
    return Content(**told, items=tuple(application.items))


def draft(ctx: Context, content: Content, renews_id: int | None = None) -> DataUseApplication:
    """Begin an application of the actor's section.

    Raises:
        NotAllowed: the actor is of no receiving section, or it is not his section that would receive.
        RuleBroken: something in it cannot be; the message says what.
    """
    office = _own_office(ctx, content)
    _must_be_possible(content)
    application = DataUseApplication(
        **_columns(content),
        number="",
        office_id=office.id,
        renews_id=renews_id,
        state=DRAFT,
        parties=[],
        party_ids=[],
        made_at=ctx.at,
        made_by_id=ctx.actor.staff_id,
    )
    _add_party(ctx, application)
    application.number = f"pending-{hashlib.sha256(ctx.at.isoformat().encode()).hexdigest()[:6]}"
    ctx.session.add(application)
    ctx.session.flush()
    application.number = f"D{ctx.today:%y}-{application.id:06}"
    _tell(ctx, Tag.DATA_USE_DRAFTED, application, {"hash": content.hash[:16]})
    return application


def change(ctx: Context, application_id: int, content: Content) -> DataUseApplication:
    """Change an application; an approval that it has ends with that, and it must be judged anew.

    Raises:
        SomebodyElseWasFaster: it is being judged or has ended; withdraw it and begin another.
        NotAllowed, RuleBroken: as for `draft`.
    """
    application = _own(ctx, application_id)
    _own_office(ctx, content)
    if application.state not in {DRAFT, APPROVED}:
        raise SomebodyElseWasFaster(
            "審査中または終わった申請は直せません。取り下げてから、新しく申請してください。",
            "It is under review or has ended. Withdraw it and apply anew.",
        )
    _must_be_possible(content)
    if content.hash == content_of(application).hash:
        return application
    for approval in _standing(ctx, application):
        _end(ctx, approval, EDITED, "申請の内容が変更された")
    for name, value in _columns(content).items():
        setattr(application, name, value)
    application.state, application.case_id = DRAFT, None
    _add_party(ctx, application)
    _tell(ctx, Tag.DATA_USE_CHANGED, application, {"hash": content.hash[:16]})
    return application


def submit(ctx: Context, application_id: int) -> tuple[DataUseApplication, dict[str, Any]]:
    """Hand an application in; answers the facts with which its case begins.

    Raises:
        SomebodyElseWasFaster: it is no draft any more.
        RuleBroken: its last day has passed.
    """
    application = _own(ctx, application_id)
    if application.state != DRAFT:
        raise SomebodyElseWasFaster("この申請は提出済みです。", "It was handed in before.")
    if application.until_on < ctx.today:
        raise RuleBroken(
            "利用期間が過ぎています。期間を直してから提出してください。", "The period has passed; change it."
        )
    application.state, application.submitted_at = SUBMITTED, ctx.at
    _add_party(ctx, application)
    _tell(ctx, Tag.DATA_USE_SUBMITTED, application)
    masks = {catalog.items()[one].mask for one in application.items}
    return application, {
        "application": application.id,
        "outside": application.kind == PROVISION,
        "secret": catalog.SECRET in masks,
        "restricted": catalog.RESTRICTED in masks,
        "places": application.with_places,
        "person_range": application.person_range,
    }


def withdraw(ctx: Context, application_id: int, reason: str) -> tuple[DataUseApplication, bool]:
    """Take an application back, with its approval if it has one; answers whether a case waits for it.

    Raises:
        SomebodyElseWasFaster: it has ended before.
        RuleBroken: no reason is given.
    """
    reason = reason_of(reason)
    application = _own(ctx, application_id)
    if application.state in {WITHDRAWN, REFUSED, REVOKED}:
        raise SomebodyElseWasFaster("この申請はもう終わっています。", "It has ended before.")
    waits = application.state == SUBMITTED
    for approval in _standing(ctx, application):
        _end(ctx, approval, WITHDRAWN, reason)
    application.state, application.ended_at, application.ended_reason = WITHDRAWN, ctx.at, reason
    _tell(ctx, Tag.DATA_USE_WITHDRAWN, application)
    return application, waits


def revoke(ctx: Context, application_id: int, reason: str) -> DataUseApproval:
    """Take an approval back at once; the next run is refused.

    Raises:
        NotAllowed: the actor does not decide on applications.
        SomebodyElseWasFaster: no approval stands.
        RuleBroken: no reason is given.
    """
    if not ctx.actor.roles & {MANAGER, CHIEF}:
        raise NotAllowed("承認を取り消す権限がありません。", "Your role does not revoke approvals.")
    reason = reason_of(reason)
    application = _locked(ctx, application_id)
    standing = _standing(ctx, application)
    if not standing:
        raise SomebodyElseWasFaster("取り消す承認がありません。", "No approval stands.")
    for approval in standing:
        _end(ctx, approval, REVOKED, reason)
    application.ended_at, application.ended_reason = ctx.at, reason
    application.state = REVOKED
    _tell(ctx, Tag.DATA_USE_REVOKED, application)
    return standing[0]


def decide(
    ctx: Context, application_id: int, step: str, verdict: str, *, basis_fits: bool, reason: str
) -> DataUseDecision:
    """Put one judgement on record, with its reasons.

    Raises:
        OwnApplication: the actor had a hand in the application, or decided on it at an earlier step.
        NotAllowed: not his role.
        SomebodyElseWasFaster: the application is not under review any more.
        RuleBroken: no reason; or it is approved although the legal basis does not carry it.
    """
    if DECIDERS[step] not in ctx.actor.roles:
        raise NotAllowed("この申請を判断する権限がありません。", "Your role does not decide on this.")
    reason = reason_of(reason)
    application = _locked(ctx, application_id)
    if application.state != SUBMITTED:
        raise SomebodyElseWasFaster(
            "この申請は審査中ではありません。取り下げられたか、判断が終わっています。",
            "It is not under review: withdrawn, or decided.",
        )
    before = list_decisions(ctx.session, application_id)
    _must_be_nobody_of(ctx, application, before)
    if verdict == "approve" and not basis_fits:
        raise RuleBroken(
            "法的根拠が合わない申請は承認できません。不承認にするか、申請を直してもらってください。",
            "What the legal basis does not carry cannot be approved.",
        )
    decision = DataUseDecision(
        application_id=application_id,
        step=step,
        verdict=verdict,
        basis_fits=basis_fits,
        reason=reason,
        content_hash=content_of(application).hash,
        names=sorted(ctx.actor.names | _numbers_of(ctx, ctx.actor.staff_id)),
        at=ctx.at,
        by_id=ctx.actor.staff_id,
    )
    ctx.session.add(decision)
    _tell(ctx, Tag.DATA_USE_DECIDED, application, {"step": step, "verdict": verdict})
    return decision


def grant(ctx: Context, application_id: int, levels: int) -> DataUseApproval:
    """Turn the judgements into an approval, bound to what was judged.

    Raises:
        ContentChanged: what was judged is not what stands there now.
        RuleBroken: fewer people approved than are needed.
    """
    application = _locked(ctx, application_id)
    decisions = list_decisions(ctx.session, application_id)
    bound = content_of(application).hash
    given = [one for one in decisions if one.verdict in {"approve", "agree"} and one.content_hash == bound]
    if decisions and decisions[-1].content_hash != bound:
        raise ContentChanged(
            "審査のあとで申請の内容が変わっています。あらためて審査してください。",
            "The application was changed since it was judged.",
        )
    if len(given) < levels:
        raise RuleBroken("必要な人数の承認がそろっていません。", "Fewer people approved than are needed.")
    approval = DataUseApproval(
        application_id=application_id,
        number=f"pending-{application_id}",
        content_hash=bound,
        levels=levels,
        from_on=application.from_on,
        until_on=application.until_on,
        granted_at=ctx.at,
    )
    ctx.session.add(approval)
    ctx.session.flush()
    approval.number = f"A{ctx.today:%y}-{approval.id:06}"
    application.state = APPROVED
    _tell(ctx, Tag.DATA_USE_GRANTED, application, {"approval": approval.number, "levels": levels})
    return approval


def turn_down(ctx: Context, application_id: int) -> None:
    """End an application that was refused."""
    application = _locked(ctx, application_id)
    application.state, application.ended_at = REFUSED, ctx.at
    _tell(ctx, Tag.DATA_USE_TURNED_DOWN, application)


def get(ctx: Context, application_id: int) -> DataUseApplication:
    """An application that the actor may see: his section's, or any for those who review.

    Raises:
        NotFound: there is none, or it is another section's.
    """
    application = ctx.session.get(DataUseApplication, application_id)
    if application is None or not may_see(ctx, application.office_id):
        raise _unknown()
    return application


def may_see(ctx: Context, office_id: int | None) -> bool:
    """Whether the actor may see what belongs to a section."""
    return bool(ctx.actor.roles & REVIEWERS) or (
        APPLICANT in ctx.actor.roles and office_id is not None and office_id == ctx.actor.office_id
    )


def _must_be_possible(content: Content) -> None:
    """Everything in it is one of what the city knows, and within the widest set of its transfer.

    Raises:
        RuleBroken: naming what is not.
    """
    transfer = definitions.transfers().get(content.transfer)
    basis = definitions.bases().get(content.basis)
    unknown = [one for one in content.items if one not in catalog.items()]
    allowed = set(transfer.items) if transfer and content.kind == TRANSFER else set(catalog.items())
    outside = [one for one in content.items if one in catalog.items() and one not in allowed]
    purpose = " ".join(content.purpose.split())
    problems: list[tuple[bool, str, str]] = [
        (content.kind not in {TRANSFER, PROVISION}, "申請の種類を選んでください。", "Choose the kind."),
        (content.kind == TRANSFER and transfer is None, "移転を選んでください。", "Choose the transfer."),
        (
            transfer is not None
            and content.kind == TRANSFER
            and content.recipient not in transfer.recipients,
            "移転先がこの移転の相手ではありません。",
            "This transfer does not go to that section.",
        ),
        (
            content.kind == PROVISION and not 0 < len(content.recipient_name.strip()) <= LONGEST_RECIPIENT,
            f"提供先の名称を{LONGEST_RECIPIENT}字までで入力してください。",
            "Name who is to receive the data.",
        ),
        (
            not 0 < len(purpose) <= LONGEST_PURPOSE,
            f"利用目的を{LONGEST_PURPOSE}字までで入力してください。",
            "Say what the data are for.",
        ),
        (
            holds_individual_number(purpose) or holds_individual_number(content.recipient_name),
            "個人番号が入っています。番号は書かないでください。",
            "An Individual Number stands in it.",
        ),
        (
            basis is None or content.kind not in basis.kinds,
            "法的根拠を一覧から選んでください。",
            "Choose the legal basis from the list.",
        ),
        (not content.items, "項目を選んでください。", "Choose the items."),
        (bool(unknown), f"項目辞書にない項目です: {'、'.join(unknown)}", "Unknown items."),
        (
            bool(outside),
            f"この移転では認められていない項目です: {'、'.join(catalog.items()[one].ja for one in outside)}",
            f"Not among the items of this transfer: {', '.join(outside)}",
        ),
        (
            bool(content.items) and KEY_ITEM not in content.items,
            "宛名番号は鍵として必ず選んでください。",
            "The address number is the key and must be chosen.",
        ),
        (
            content.person_range not in definitions.RANGES,
            "対象者の範囲を選んでください。",
            "Choose the persons.",
        ),
        (content.method not in definitions.METHODS, "移転の方法を選んでください。", "Choose the method."),
        (content.frequency not in definitions.FREQUENCIES, "頻度を選んでください。", "Choose how often."),
        (
            transfer is not None
            and content.kind == TRANSFER
            and (transfer.person_range == "outside_register") != (content.person_range == "outside_register"),
            "対象者の範囲がこの移転と合いません。",
            "These persons do not fit this transfer.",
        ),
        (
            content.until_on < content.from_on,
            "期間の終わりが始まりより前です。",
            "The period ends too early.",
        ),
        (
            content.until_on >= _a_year_later(content.from_on),
            "利用期間は1年以内にしてください。続けるときは更新を申請します。",
            "A period has one year at most; renew it before it ends.",
        ),
    ]
    for broken, ja, en in problems:
        if broken:
            raise RuleBroken(ja, en)


def _a_year_later(day: date) -> date:
    last_year = day.year + LONGEST_PERIOD_YEARS
    return date(last_year, 3, 1) if (day.month, day.day) == (2, 29) else day.replace(year=last_year)


def _columns(content: Content) -> dict[str, Any]:
    told = {name: getattr(content, name) for name in Content.__dataclass_fields__}
    return told | {
        "items": sorted(content.items, key=lambda one: catalog.items()[one].number),
        "purpose": " ".join(content.purpose.split()),
        "recipient_name": content.recipient_name.strip(),
    }


def _own_office(ctx: Context, content: Content) -> Office:
    """The actor's section, which is the one that would receive."""
    office = ctx.session.get(Office, ctx.actor.office_id) if ctx.actor.office_id is not None else None
    if APPLICANT not in ctx.actor.roles or office is None or office.code != content.recipient:
        raise NotAllowed(
            "データ利用の申請は、受け取る課の担当者だけができます。",
            "Only the section that receives may apply.",
        )
    return office


def _own(ctx: Context, application_id: int) -> DataUseApplication:
    """An application of the actor's own section, held for this transaction."""
    application = _locked(ctx, application_id)
    if APPLICANT not in ctx.actor.roles or application.office_id != ctx.actor.office_id:
        raise _unknown()
    return application


def _locked(ctx: Context, application_id: int) -> DataUseApplication:
    application = lock_application(ctx.session, application_id)
    if application is None:
        raise _unknown()
    return application


def _unknown() -> NotFound:
    return NotFound("この申請は見つかりません。一覧から開き直してください。", "There is no such application.")


def _standing(ctx: Context, application: DataUseApplication) -> list[DataUseApproval]:
    statement = select(DataUseApproval).where(
        DataUseApproval.application_id == application.id, DataUseApproval.ended_at.is_(None)
    )
    return list(ctx.session.scalars(statement.execution_options(populate_existing=True)))


def _end(ctx: Context, approval: DataUseApproval, kind: str, reason: str) -> None:
    approval.ended_at, approval.ended_kind, approval.ended_reason = ctx.at, kind, reason
    approval.ended_by_id = ctx.actor.staff_id


def _add_party(ctx: Context, application: DataUseApplication) -> None:
    """Whoever has a hand in an application is a party to it, with the one for whom he stands in."""
    ids = {*application.party_ids, *_ids_of(ctx)}
    names = {*application.parties, *ctx.actor.names}
    for user_id in ids:
        names |= names_of("", user_id) | _numbers_of(ctx, user_id)
    application.party_ids, application.parties = sorted(ids), sorted(names)


def _ids_of(ctx: Context) -> set[int]:
    own = {ctx.actor.staff_id} if ctx.actor.staff_id is not None else set()
    return own | set(ctx.actor.stands_in_for)


def _numbers_of(ctx: Context, user_id: int | None) -> frozenset[str]:
    """Every staff number under which an account was ever posted."""
    statement = select(Posting.staff_number).where(Posting.user_id == user_id)
    return frozenset(ctx.session.scalars(statement))


def _must_be_nobody_of(
    ctx: Context, application: DataUseApplication, before: Iterable[DataUseDecision]
) -> None:
    bound = content_of(application).hash
    earlier = [one for one in before if one.content_hash == bound]
    mine = ctx.actor.names | _numbers_of(ctx, ctx.actor.staff_id)
    taken = set(application.parties).union(*(one.names for one in earlier))
    ids = [*application.party_ids, application.made_by_id, *(one.by_id for one in earlier)]
    if mine & taken or is_one_of(ctx, ids):
        raise OwnApplication(
            "申請に関わった人や、前の段階で判断した人は決定できません。別の職員が決定してください。",
            "Who had a hand in it, or judged it before, must not decide it.",
        )


def _tell(
    ctx: Context, tag: Tag, application: DataUseApplication, detail: dict[str, Any] | None = None
) -> None:
    audit.record(ctx, tag, f"data_use:{application.id}", application.case_id, detail=detail or {})
