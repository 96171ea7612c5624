"""Each schema with accepted examples, and one refused example for each of its rules."""

from typing import Any

import pytest

from forms import catalog
from forms.validation import FormRefused, check
from tests.forms.examples import ACCEPTED, TODAY, filled

A01 = ("acquisition", "apply", "01")
A07 = ("acquisition", "apply", "07")
L01 = ("loss", "apply", "01")
LOST = ("reissue", "apply", "lost")
PHOTO = ("identity_check", "confirm_identity", "photo")
PLAIN = ("identity_check", "confirm_identity", "two papers")
AGENT = ("identity_check", "confirm_identity", "agent")
HEIR = {"name": "見本 花子"}

# which form, what is changed, where it is told, which rule
REFUSED: list[tuple[tuple[str, str, str], dict[str, Any], str, str]] = [
    # reception, for all
    (A01, {"received_on": "R8.11.24"}, "received_on", "date.future"),
    (A01, {"received_on": None}, "received_on", "required"),
    (A01, {"form_date": "R8.11.23", "received_on": "R8.11.20"}, "form_date", "date.after"),
    (A01, {"way": "fax"}, "way", "not_a_choice"),
    (A01, {"way": ["counter"]}, "way", "not_a_text"),
    (A01, {"notifier": None}, "notifier.relation", "required"),
    (A01, {"notifier": "見本 太郎"}, "notifier", "not_a_block"),
    (A01, {"notifier__relation": "agent"}, "notifier.agent_kind", "required"),
    (A01, {"notifier__phone": "000-0000-0000"}, "notifier.phone", "not_asked"),
    (A01, {"phone": None}, "phone", "required"),
    (A01, {"phone": "1234"}, "phone", "phone"),
    (A01, {"ground": "職権"}, "ground", "not_asked"),
    (A01, {"approved": True}, "", "unknown_field"),
    (A01, {"remarks": "あ" * 1001}, "remarks", "too_long"),
    (A01, {"papers": [{"kind": "<script>", "seen": True}]}, "papers.0.kind", "pattern"),
    (A01, {"papers": [{"kind": "a", "seen": True}] * 2}, "papers.1.kind", "repeated"),
    (A01, {"missing_papers": [{"kind": "a"}]}, "missing_papers.0.promised_on", "required"),
    # acquisition
    (A01, {"reason": "08"}, "reason", "not_a_choice"),
    (A01, {"event_on": "令和1年2月30日"}, "event_on", "date.not_in_month"),
    (A01, {"event_on": "昭和65年1月1日"}, "event_on", "date.not_in_era"),
    (A01, {"event_on": "R8.12.1"}, "event_on", "date.future"),
    (A01, {"event_on": 20261110}, "event_on", "not_a_text"),
    (A01, {"event_on": "そのうち"}, "event_on", "date.form"),
    (A01, {"address": None}, "address.address", "required"),
    (A01, {"address__postal_code": "000-001"}, "address.postal_code", "postal_code"),
    (A01, {"previous_municipality_code": "999998"}, "previous_municipality_code", "municipality_code"),
    (A01, {"moved_within_prefecture": "yes"}, "moved_within_prefecture", "not_yes_or_no"),
    (A01, {"moved_within_prefecture": False}, "kept_acquired_on", "not_asked"),
    (A01, {"kept_acquired_on": "R8.11.11"}, "kept_acquired_on", "date.after"),
    (A01, {"scheme_standing": "own"}, "scheme_standing", "not_asked"),
    (A01, {"head_kind": "registered"}, "head_person_id", "required"),
    (A01, {"persons__1__relationship": "head"}, "persons", "rows_disagree"),
    (A01, {"head_kind": "registered", "head_person_id": 7, "persons": []}, "persons", "too_few_rows"),
    (A01, {"persons": [{}] * 9}, "persons", "too_many_rows"),
    (A01, {"persons": ["見本 太郎"]}, "persons.0", "not_a_block"),
    (A01, {"persons__0__person_id": "7"}, "persons.0.person_id", "not_an_integer"),
    (A01, {"persons__0__person_id": True}, "persons.0.person_id", "not_an_integer"),
    (A01, {"persons__0__person_id": 0}, "persons.0.person_id", "out_of_range"),
    (A01, {"persons__0__name": "見本😀太郎"}, "persons.0.name", "name.character"),
    (A01, {"persons__0__name": "見本\u0007太郎"}, "persons.0.name", "name.character"),
    (A01, {"persons__0__name": "見本\ue000太郎"}, "persons.0.name", "name.character"),
    (A01, {"persons__0__name": "見" * 41}, "persons.0.name", "too_long"),
    (A01, {"persons__0__kana": "mihon taro"}, "persons.0.kana", "kana.not_katakana"),
    (A01, {"persons__0__kana": None}, "persons.0.kana", "required"),
    (A01, {"persons__0__no_kana": True}, "persons.0.kana", "not_asked"),
    (A01, {"persons__0__sex": "9"}, "persons.0.sex", "not_a_choice"),
    (A01, {"persons__0__birth_date": "R8.11.24"}, "persons.0.birth_date", "date.future"),
    (
        A01,
        {"persons__0__individual_number": "000000000019"},
        "persons.0.individual_number",
        "individual_number_in_clear",
    ),
    (A01, {"persons__0__designated_activity": "研究"}, "persons.0.designated_activity", "not_asked"),
    (("acquisition", "apply", "02"), {"scheme_standing": None}, "scheme_standing", "required"),
    (("acquisition", "apply", "02"), {"scheme_number": "123456"}, "scheme_number", "insurer_number"),
    (("acquisition", "apply", "03"), {"assistance_end_reason": ""}, "assistance_end_reason", "required"),
    (("acquisition", "apply", "04"), {"insured_parent": None}, "insured_parent", "required"),
    (("acquisition", "apply", "05"), {"society_name": "架空"}, "society_name", "not_asked"),
    (("acquisition", "apply", "06"), {"society_number": "12"}, "society_number", "insurer_number"),
    (A07, {"persons__0__residence_status": None}, "persons.0.residence_status", "required"),
    (A07, {"persons__0__residence_expires_on": None}, "persons.0.residence_expires_on", "required"),
    (A07, {"persons__0__longer_stay_proved_by": None}, "persons.0.longer_stay_proved_by", "required"),
    (A07, {"head": None}, "head.name", "required"),
    (("acquisition", "apply", "99"), {"decision_number": None}, "decision_number", "required"),
    # loss
    (L01, {"new_municipality_code": None}, "new_municipality_code", "required"),
    (L01, {"destination": "abroad"}, "new_municipality_code", "not_asked"),
    (L01, {"household_part": None}, "household_part", "required"),
    (L01, {"household_id": None}, "household_id", "required"),
    (("loss", "apply", "02"), {"event_on": "R8.11.24"}, "event_on", "date.future"),
    (("loss", "apply", "02"), {"scheme_name": "架空🏥組合"}, "scheme_name", "text.character"),
    (("loss", "apply", "03"), {"event_on": "R8.11.24"}, "event_on", "date.future"),
    (("loss", "apply", "03"), {"heir": HEIR}, "heir", "not_asked"),
    (("loss", "apply", "04"), {"was_head": None}, "was_head", "required"),
    (
        ("loss", "apply", "04"),
        {"persons": [{"person_id": n, "certificate": "collected"} for n in (1, 2)]},
        "persons",
        "too_many_rows",
    ),
    (("loss", "apply", "05"), {"late_elderly_ground": "reached_74"}, "late_elderly_ground", "not_a_choice"),
    (("loss", "apply", "06"), {"society_name": None}, "society_name", "required"),
    (
        ("loss", "apply", "07"),
        {"persons__0__not_returned_reason": None},
        "persons.0.not_returned_reason",
        "required",
    ),
    (("loss", "apply", "07"), {"persons__0__certificate": None}, "persons.0.certificate", "required"),
    (("loss", "apply", "99"), {"ground": "番号 0000 0000 0019"}, "ground", "individual_number_in_text"),
    # change
    (("change", "apply", "name"), {"persons__0__new_name": None}, "persons.0.new_name", "required"),
    (("change", "apply", "name"), {"new_address": {}}, "new_address", "not_asked"),
    (("change", "apply", "address"), {"new_address": None}, "new_address.postal_code", "required"),
    (("change", "apply", "head"), {"new_head_kind": "not_registered"}, "new_head_person_id", "not_asked"),
    (("change", "apply", "nhi_head"), {"head_consents": False}, "head_consents", "must_be_agreed"),
    (
        ("change", "apply", "split"),
        {"persons__0__new_household_number": 5},
        "persons.0.new_household_number",
        "out_of_range",
    ),
    (("change", "apply", "merge"), {"other_household_id": None}, "other_household_id", "required"),
    (
        ("change", "apply", "merge"),
        {"persons": [{"person_id": 12, "relationship": "wife"}] * 2},
        "persons.1.person_id",
        "repeated",
    ),
    # reissue and cancellation
    (LOST, {"promises_to_return": None}, "promises_to_return", "required"),
    (LOST, {"lost_on": "R8.12.0"}, "lost_on", "date.future"),
    (LOST, {"persons__0__paper": "insurance_card"}, "persons.0.paper", "not_a_choice"),
    (LOST, {"delivery": None}, "delivery", "required"),
    (("reissue", "apply", "stolen"), {"police_report_number": None}, "police_report_number", "required"),
    (("ceiling_certificate", "apply", "ceiling"), {"stays": []}, "stays", "not_asked"),
    (("ceiling_certificate", "apply", "long_stay"), {"stays": None}, "stays", "required"),
    (("ceiling_certificate", "examine", "issue"), {"arrears": None}, "arrears", "required"),
    (("ceiling_certificate", "examine", "issue"), {"ground": "理由"}, "ground", "not_asked"),
    (("reissue", "apply", "spoilt"), {"lost_at": "駅"}, "lost_at", "not_asked"),
    (("reissue", "apply", "other"), {"reason_detail": "あ" * 101}, "reason_detail", "too_long"),
    (("cancellation", "apply", ""), {"notification_id": None}, "notification_id", "required"),
    (
        ("facility_exception", "apply", "enter"),
        {"expected_a_year": None},
        "expected_a_year",
        "required",
    ),
    (
        ("facility_exception", "apply", "transfer"),
        {"facility_kind": "hotel"},
        "facility_kind",
        "not_a_choice",
    ),
    (("facility_exception", "prove", "continues"), {"paper_seen": None}, "paper_seen", "required"),
    (("facility_exception", "judge", "end"), {"decision_number": None}, "decision_number", "required"),
    (("facility_exception", "confirm_end", ""), {"ended_on": "R9.1.1"}, "ended_on", "date.future"),
    (
        ("student_exception", "apply", "begin"),
        {"persons__0__supported_by_household": False},
        "persons.0.supported_by_household",
        "must_be_agreed",
    ),
    (
        ("student_exception", "apply", "end"),
        {"persons__0__school": "架空大学"},
        "persons.0",
        "unknown_field",
    ),
    (("student_exception", "prove", "continues"), {"paper_seen": None}, "paper_seen", "required"),
    (("student_exception", "judge", "end"), {"decision_number": None}, "decision_number", "required"),
    (("student_exception", "confirm_end", ""), {"ended_on": "R9.1.1"}, "ended_on", "date.future"),
    # identity check
    (PHOTO, {"identity__paper_1": "student_card"}, "identity.paper_1", "not_a_choice"),
    (PHOTO, {"identity__paper_1": None}, "identity.paper_1", "required"),
    (PHOTO, {"identity": {"method": "not_shown"}}, "identity.method", "not_a_choice"),
    (PHOTO, {"authority": "power_of_attorney"}, "authority", "not_asked"),
    (PHOTO, {"refusal_reason": "no_paper"}, "refusal_reason", "not_asked"),
    (PHOTO, {"papers_returned": ["my_number_card"] * 2}, "papers_returned", "repeated"),
    (PHOTO, {"number_paper": "notification_card"}, "number_paper", "not_asked"),
    (PHOTO, {"paper_number": "123456"}, "", "unknown_field"),
    (PLAIN, {"identity__paper_3": None}, "identity.paper_3", "required"),
    (PLAIN, {"identity__paper_3": "eligibility_certificate"}, "identity.paper_3", "repeated"),
    (PLAIN, {"number_paper": None}, "number_paper", "required"),
    (AGENT, {"authority": None}, "authority", "required"),
    (AGENT, {"agent_identity": None}, "agent_identity.method", "required"),
    (AGENT, {"agent_identity": {"method": "not_shown"}}, "agent_identity.method", "not_a_choice"),
    (
        ("identity_check", "confirm_identity", "refused"),
        {"refusal_reason": None},
        "refusal_reason",
        "required",
    ),
    # verification
    (("verification", "verify", "acquisition"), {"persons": None}, "persons", "required"),
    (
        ("verification", "verify", "acquisition"),
        {"persons__0__birth_date": None},
        "persons.0.birth_date",
        "required",
    ),
    (("verification", "verify", "acquisition"), {"persons__0__name": "見本"}, "persons.0", "unknown_field"),
    (("verification", "verify", "change"), {"reason": "01"}, "reason", "not_a_choice"),
    (("verification", "verify", "reissue"), {"event_on": "R8.11.1"}, "event_on", "not_asked"),
    (("verification", "verify", "cancellation"), {"persons": []}, "persons", "not_asked"),
    # papers arrived
    (("await_papers", "papers_arrived", "complete"), {"papers": None}, "papers", "required"),
    (("await_papers", "papers_arrived", "complete"), {"arrived_on": "R8.11.24"}, "arrived_on", "date.future"),
    (("await_papers", "papers_arrived", "missing"), {"missing_papers": []}, "missing_papers", "too_few_rows"),
    # data-use applications
    (("data_use", "judge", "approve"), {"verdict": "perhaps"}, "verdict", "not_a_choice"),
    (("data_use", "consult", "agree"), {"grounds": "  "}, "grounds", "required"),
    (("data_use", "decide", "refuse"), {"verdict": None}, "verdict", "required"),
    # exemption
    (("exemption", "apply", "disaster"), {"damage_percent": 101}, "damage_percent", "out_of_range"),
    (("exemption", "apply", "job_loss"), {"person_id": None}, "person_id", "required"),
    (("exemption", "apply", "job_loss"), {"damage_percent": 40}, "damage_percent", "not_asked"),
    (("exemption", "apply", "income_fall"), {"expected_income": -1}, "expected_income", "out_of_range"),
    (("exemption", "apply", "special"), {"agrees_to_inquiry": None}, "agrees_to_inquiry", "required"),
    (("exemption", "apply", "special"), {"event_on": "R8.12.31"}, "event_on", "date.future"),
    (("exemption", "apply", "revoke"), {"decided_ground": None}, "decided_ground", "required"),
    (("exemption", "examine", "other"), {"amount": 0}, "amount", "out_of_range"),
    (("exemption", "examine", "grant"), {"words": "あ" * 401}, "words", "too_long"),
    (("exemption", "decide", "approve"), {"decision": "perhaps"}, "decision", "not_a_choice"),
    # subcontracting
    (("subcontracting", "apply", "whole"), {"chart": []}, "chart", "too_few_rows"),
    (("subcontracting", "apply", "whole"), {"amount": -1}, "amount", "out_of_range"),
    (("subcontracting", "apply", "no_cloud"), {"cloud_provider": "架空"}, "cloud_provider", "not_asked"),
    (("subcontracting", "judge", "meets"), {"judgement": "perhaps"}, "judgement", "not_a_choice"),
    (("subcontracting", "decide", "grant"), {"until_on": None}, "until_on", "required"),
    # the review of the audit record
    (("audit_review", "judge", "done"), {"verdict": "fine"}, "", "unknown_field"),
    (("incoming_differences", "settle", "done"), {"summary": ["x"]}, "summary", "not_a_text"),
    (("audit_review", "follow_up", "done"), {"summary": ["x"]}, "summary", "not_a_text"),
    (("audit_review", "chief_review", "late"), {"measure": None}, "measure", "required"),
    (("audit_review", "chief_follow_up", "late"), {"measure": "  "}, "measure", "required"),
]


@pytest.mark.parametrize("key", ACCEPTED, ids=" ".join)
def test_a_rightly_filled_form_is_accepted_and_clean_data_stays_the_same(key: tuple[str, str, str]):
    schema = catalog.load(*key[:2]).schema
    clean = check(schema, ACCEPTED[key], today=TODAY)
    assert check(schema, clean, today=TODAY) == clean


@pytest.mark.parametrize(
    ("key", "changes", "path", "code"),
    REFUSED,
    ids=[f"{' '.join(k)}: {p or 'form'} {c}" for k, _, p, c in REFUSED],
)
def test_a_wrong_field_is_told_where_and_which_rule(key, changes, path, code):
    schema = catalog.load(*key[:2]).schema
    with pytest.raises(FormRefused) as refused:
        check(schema, filled(*key, **changes), today=TODAY)
    assert (path, code) in {(error.path, error.code) for error in refused.value.errors}


def test_every_form_has_an_accepted_and_a_refused_example():
    own = {(slug, task) for slug in catalog.list_slugs() for task in catalog.list_tasks(slug)}
    own = {(slug, task) for slug, task in own if task not in {"correct", "await_papers"}}
    assert own == {key[:2] for key in ACCEPTED} == {key[:2] for key, *_ in REFUSED}


def test_every_reason_has_an_accepted_example():
    for slug, key in (
        ("acquisition", "reason"),
        ("loss", "reason"),
        ("change", "kind"),
        ("reissue", "reason"),
        ("ceiling_certificate", "reason"),
        ("exemption", "reason"),
        ("student_exception", "reason"),
        ("facility_exception", "reason"),
    ):
        reasons = catalog.load(slug, "apply").schema["properties"][key]["enum"]
        assert set(reasons) == {kind for folder, task, kind in ACCEPTED if (folder, task) == (slug, "apply")}
