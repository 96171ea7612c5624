"""One class for each broken rule. A message says what, why, and what now; in both languages."""

from __future__ import annotations


class ServiceError(Exception):
    """A deed that was refused; nothing happened. `article` names the rule where a law is behind it."""

    code = "refused"

    def __init__(self, message_ja: str, message_en: str = "", article: str | None = None) -> None:
        """Keep both texts; English falls back to Japanese."""
        super().__init__(message_ja)
        self.message_ja = message_ja
        self.message_en = message_en or message_ja
        self.article = article


class NotFound(ServiceError):
    """There is nothing of that name here, or it is not yours to see: the answer is the same."""

    code = "not_found"


class NotAllowed(ServiceError):
    """The actor has not the right, or is the very person who must not do it (B4, K4)."""

    code = "not_allowed"


class SomebodyElseWasFaster(ServiceError):
    """The task or record was changed meanwhile; nothing of this attempt was kept."""

    code = "conflict"


class RuleBroken(ServiceError):
    """The law or a rule of the office forbids it; the message cites it."""

    code = "rule"


class AuditMissing(Exception):
    """A deed changed the record without an audit event: it does not happen (Ruling 6)."""
