"""Identity check (本人確認): what was shown, whether registry and resident register agree (B3, M01-M04)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interchange.juki.gateway import Query, RegisterAway, ResidentRegister
from models.audit.tags import Tag
from models.notification import Notification
from models.person import get_current
from rules.kana import name_search_key
from services import audit, notifications
from services.context import Context
from services.errors import ServiceError

PURPOSE = "国民健康保険の届出の本人確認(番号法16条)"
_register: list[ResidentRegister] = []


class RegisterNotAnswering(ServiceError):
    """The resident register does not answer: the check waits, it never passes by itself (M03)."""

    code = "register_away"


def configure(register: ResidentRegister) -> None:
    """Say which resident register is asked; `create_app` hands in the real one."""
    _register[:] = [register]


def record(
    ctx: Context, notification: Notification, shown: Mapping[str, Any], entry: Mapping[str, Any]
) -> dict[str, Any]:
    """Keep the result of the check as a deed of the notification and return it.

    `shown` is the form of the check: kinds of papers only, never their numbers. The persons of `entry` are
    matched against the registry (those on record) and the resident register.

    Raises:
        RegisterNotAnswering: the resident register is away; nothing was recorded.
    """
    confirmed = shown.get("result") == "confirmed"
    matches = [_match(ctx, notification, row) for row in entry.get("persons", ())] if confirmed else []
    kind = "identity_confirmed" if confirmed else "identity_refused"
    note = shown.get("refusal_detail") or shown.get("refusal_reason")
    notifications.act(ctx, notification.id, kind, note=note, data={"shown": dict(shown), "matches": matches})
    return {"result": "confirmed" if confirmed else "refused", "matches": matches}


def _match(ctx: Context, notification: Notification, row: Mapping[str, Any]) -> dict[str, Any]:
    name, birth, on_record = _known(ctx, row)
    query = Query(notification.number, PURPOSE, name_search_key(name), birth)
    try:
        answer = _register[0].ask(query)
    except RegisterAway as error:
        raise RegisterNotAnswering(
            "住民基本台帳の照会ができません。本人確認はまだ記録していません。"
            "しばらくしてからもう一度「記録する」を押してください。続くときは管理者に連絡してください。",
            "The resident register does not answer. Nothing was recorded. Try again in a while.",
        ) from error
    audit.record(
        ctx,
        Tag.RESIDENT_REGISTER_ASKED,
        f"notification:{notification.id}",
        detail={"answer": answer.answer_id, "found": answer.found},
    )
    register = "match" if answer.found else "not_found"
    return {"registry": on_record, "register": register, "answer_id": answer.answer_id}


def _known(ctx: Context, row: Mapping[str, Any]) -> tuple[str, str, str]:
    person_id = row.get("person_id")
    if person_id is None:
        return str(row.get("name", "")), str(row.get("birth_date", "")), "new"
    known = get_current(ctx.session, int(person_id))
    typed_birth, typed_name = row.get("birth_date"), row.get("name")
    differs = (typed_birth and typed_birth != known.birth_date) or (
        typed_name and name_search_key(str(typed_name)) != name_search_key(known.name)
    )
    return known.name, known.birth_date, "differs" if differs else "match"
