"""The decisions of eligibility and certificates against the cases in `cases/*.yaml`."""

import pytest

from rules import certificates
from rules.certificates import CertificateFacts, CertificateKind
from rules.eligibility import acquisition, changes, loss
from tests.rules.case_files import LAW, Case, answer, cases


@pytest.mark.parametrize("case", cases("acquisition.yaml"), ids=str)
def test_acquisition(case: Case) -> None:
    decision = acquisition.decide(acquisition.AcquisitionFacts(**case.facts), LAW.on(case.law_on))
    assert answer(decision.result, case.expected) == case.expected
    assert all(step.article for step in decision.steps)


@pytest.mark.parametrize("case", cases("loss.yaml"), ids=str)
def test_loss(case: Case) -> None:
    decision = loss.decide(loss.LossFacts(**case.facts), LAW.on(case.law_on))
    assert answer(decision.result, case.expected) == case.expected
    assert all(step.article for step in decision.steps)


@pytest.mark.parametrize("case", cases("changes.yaml"), ids=str)
def test_change(case: Case) -> None:
    decision = changes.decide(changes.ChangeFacts(**case.facts), LAW.on(case.law_on))
    assert answer(decision.result, case.expected) == case.expected
    assert all(step.article for step in decision.steps)


@pytest.mark.parametrize("case", cases("certificate_kinds.yaml"), ids=str)
def test_certificate_kind(case: Case) -> None:
    decision = certificates.decide_kind(CertificateFacts(**case.facts), LAW.on(case.law_on))
    assert answer(decision.result, case.expected) == case.expected
    assert all(step.article for step in decision.steps)


@pytest.mark.parametrize("case", cases("certificate_validity.yaml"), ids=str)
def test_certificate_validity(case: Case) -> None:
    kind = CertificateKind(case.kind) if case.kind else None
    decision = certificates.expiry(CertificateFacts(**case.facts), LAW.on(case.law_on), kind)
    assert answer(decision.result, case.expected) == case.expected
    assert all(step.article for step in decision.steps)
