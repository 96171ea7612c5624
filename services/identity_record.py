"""The record of an identity check (本人確認記録) from its form and its result (番号法16条; B3).

The words are those of the form that was shown. Numbers of papers are nowhere: the form does not ask them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from forms import catalog
from models.form_entry import FormEntry
from models.notification import NotificationAction
from printing.letter import Issuer
from printing.notifications.identity_check_record import IdentityCheckRecord, Match
from services.cases import CasePage
from services.context import JST

FORM = ("identity_check", "confirm_identity")
REGISTRY = {"new": "新規(登録なし)", "match": "一致", "differs": "相違あり"}
REGISTER = {"match": "一致", "not_found": "該当なし"}
AGENTS = {"legal_representative": "法定代理人", "mandated": "任意代理人"}


def identity_check_record(
    page: CasePage, entry: Mapping[str, Any], procedure: str, persons: Sequence[str], issuer: Issuer
) -> IdentityCheckRecord:
    """The last check of a case, as it was told."""
    check = [one for one in page.entries if one.element_id == FORM[1]][-1]
    shown = check.data
    return IdentityCheckRecord(
        case_number=page.notification.number,
        procedure=procedure,
        subject="、".join(persons),
        presenter=str(entry.get("notifier", {}).get("name") or persons[0]),
        capacity=_capacity(shown, entry),
        number_paper=_number_paper(shown),
        identity_papers=tuple(_identity_papers(shown)),
        authority_paper=_label("authority", shown.get("authority")),
        matches=tuple(_matches(page.actions, persons)),
        result=_label("result", shown.get("result")),
        reason=" ".join(
            part
            for part in (_label("refusal_reason", shown.get("refusal_reason")), shown.get("refusal_detail"))
            if part
        ),
        clerk=_clerk(page, check),
        checked_at=check.at.astimezone(JST).replace(tzinfo=None),
        issuer=issuer,
    )


def _label(field: str, code: Any) -> str:
    """The Japanese word of a choice of the form."""
    if code is None:
        return ""
    options: Mapping[str, Any] = catalog.load(*FORM).ui["fields"][field]["options"]
    return str(options[code]["ja"])


def _capacity(shown: Mapping[str, Any], entry: Mapping[str, Any]) -> str:
    word = _label("attendee", shown["attendee"])
    kind = AGENTS.get(entry.get("notifier", {}).get("agent_kind", ""), "")
    return kind if shown["attendee"] == "agent" and kind else word


def _number_paper(shown: Mapping[str, Any]) -> str:
    if shown.get("number_paper"):
        return _label("number_paper", shown["number_paper"])
    return _label("number_check", shown["number_check"])


def _identity_papers(shown: Mapping[str, Any]) -> Iterator[str]:
    for who, name in (("", "identity"), ("代理人の", "agent_identity")):
        papers: Mapping[str, Any] = shown.get(name) or {}
        for place in ("paper_1", "paper_2", "paper_3"):
            if papers.get(place):
                yield who + _label("papers_returned", papers[place])


def _matches(actions: Sequence[NotificationAction], persons: Sequence[str]) -> Iterator[Match]:
    checked = [one for one in actions if one.kind == "identity_confirmed"]
    found: Sequence[Mapping[str, Any]] = checked[-1].data.get("matches", ()) if checked else ()
    for place, one in enumerate(found):
        name = f"({persons[place]})" if len(found) > 1 and place < len(persons) else ""
        yield Match(system=f"資格台帳{name}", result=REGISTRY[one["registry"]])
        yield Match(system=f"住民基本台帳ネットワーク{name}", result=REGISTER[one["register"]])


def _clerk(page: CasePage, check: FormEntry) -> str:
    return page.names.get(check.by_id or 0, "") or "*"
