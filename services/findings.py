"""What a check found against a notification, and what a registration did.

`check(ctx, entry)` of a procedure answers with findings; a refusal stops the registration, a warning is shown
and confirmed by a person. `path` names the field of the form ("persons.0.birth_date"), "" the whole form.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from rules.derivation import Caution, Refusal
from services.errors import RegistrationRefused
from services.rule_messages import english


class Severity(StrEnum):
    """Whether it stops the deed or is only shown."""

    REFUSAL = "refusal"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """One point: what, why and what now, with the field and the article. Never holds an Individual Number."""

    code: str
    severity: Severity
    path: str
    message_ja: str
    message_en: str
    article: str = ""


@dataclass(frozen=True)
class Registered:
    """What a registration touched, by id, and what the clerk is told at the end."""

    household_id: int | None
    person_ids: tuple[int, ...] = ()
    certificate_ids: tuple[int, ...] = ()
    print_request_ids: tuple[int, ...] = ()
    messages: tuple[str, ...] = ()
    trace: tuple[dict[str, object], ...] = field(default=())


def refusal(code: str, path: str, ja: str, en: str, article: str = "") -> Finding:
    return Finding(code, Severity.REFUSAL, path, ja, en, article)


def warning(code: str, path: str, ja: str, en: str, article: str = "") -> Finding:
    return Finding(code, Severity.WARNING, path, ja, en, article)


def from_rule(path: str, refusals: Iterable[Refusal], cautions: Iterable[Caution]) -> list[Finding]:
    """What a rule holds against a case, as findings at a field."""
    return [
        *(refusal(r.code, path, r.message_ja, english(r.code, r.message_ja), r.article) for r in refusals),
        *(warning(c.code, path, c.message_ja, english(c.code, c.message_ja), c.article) for c in cautions),
    ]


def refusals_in(findings: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.severity is Severity.REFUSAL]


def refuse_when_any(findings: Iterable[Finding]) -> None:
    """Stop before anything is written.

    Raises:
        RegistrationRefused: at least one finding is a refusal.
    """
    found = refusals_in(findings)
    if found:
        raise RegistrationRefused(
            tuple(found),
            "登録できません。" + " ".join(one.message_ja for one in found),
            "Not registered. " + " ".join(one.message_en for one in found),
        )
