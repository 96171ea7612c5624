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


class LawNotLoaded(RuntimeError):
    """The program was not given the law: `services.statute.configure` was not called at the start."""


class SettingMissing(RuleBroken):
    """A setting of the city that a paper or a number needs has no value for the day."""

    code = "setting_missing"


class NumberRefused(ServiceError):
    """A typed Individual Number cannot be kept. The message never holds a digit of it (M06)."""

    code = "number"

    def __init__(self, code: str, message_ja: str, message_en: str = "") -> None:
        """Carry the code of the rule, for the field error of the form."""
        super().__init__(message_ja, message_en, article="番号法16条")
        self.code = code


class PersonUnknown(NotFound):
    """Nobody with this id is on record."""

    code = "person_unknown"


class HouseholdUnknown(NotFound):
    """There is no household with this id."""

    code = "household_unknown"


class NotAMember(RuleBroken):
    """The person does not belong to the household on that day."""

    code = "not_a_member"


class PeriodsOverlap(RuleBroken):
    """Two periods of one person would hold the same day."""

    code = "periods_overlap"


class NotInsured(RuleBroken):
    """The person has no open period that could be ended."""

    code = "not_insured"


class BranchNumbersUsedUp(RuleBroken):
    """All 99 branches of a number were given; a branch is never given twice (A4)."""

    code = "branches_used_up"


class CertificateEnded(RuleBroken):
    """The certificate was collected, lost, replaced or voided before; it cannot end twice."""

    code = "certificate_ended"


class KindNotAllowed(RuleBroken):
    """The law of the issue date does not allow this kind of certificate (C1)."""

    code = "kind_not_allowed"


class RegistrationRefused(RuleBroken):
    """The registry does not take the notification as it stands; `findings` says why, point by point."""

    code = "registration_refused"

    def __init__(self, findings: tuple[object, ...], message_ja: str, message_en: str = "") -> None:
        """Carry the findings to the screen."""
        super().__init__(message_ja, message_en)
        self.findings = findings
