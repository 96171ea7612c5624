"""Filled forms as the office would send them: one of each kind that must be accepted."""

from copy import deepcopy
from datetime import date
from typing import Any

from tests.factories import contracts

TODAY = date(2026, 11, 23)
VAULT = "vault:123e4567-e89b-12d3-a456-426614174000"
COUNTER = {
    "received_on": "R8.11.23",
    "way": "counter",
    "form_date": "R8.11.22",
    "phone": "000-0000-0000",
    "notifier": {"relation": "self", "name": "見本 太郎"},
}
EX_OFFICIO = {
    "received_on": "R8.11.23",
    "way": "ex_officio",
    "ground": "住民基本台帳の職権記載",
    "decision_number": "見国保第8-12号",
}
ADDRESS = {"postal_code": "000-0001", "address": "見本市架空町1丁目2番3号"}
TARO = {
    "name": "見本 太郎",
    "kana": "ミホン タロウ",
    "sex": "1",
    "birth_date": "S55.4.2",
    "relationship": "head",
    "individual_number": VAULT,
    "has_my_number_insurance_card": False,
}
HANAKO = {
    "name": "見本 花子",
    "kana": "みほん はなこ",
    "sex": "2",
    "birth_date": "昭和58年7月0日",
    "relationship": "wife",
    "has_my_number_insurance_card": True,
}
_ACQUISITION = {
    **COUNTER,
    "head_kind": "listed",
    "address": ADDRESS,
    "event_on": "8-11-10",
    "persons": [TARO, HANAKO],
}
_LEAVER = {"person_id": 11, "certificate": "collected"}
_LOSS = {**COUNTER, "household_id": 1, "event_on": "R8.11.10", "persons": [_LEAVER]}
_CHANGE = {
    **COUNTER,
    "household_id": 1,
    "event_on": "R8.11.10",
    "persons": [{"person_id": 11, "certificate": "collected"}],
}
_EXEMPTION = {
    **COUNTER,
    "household_id": 1,
    "fiscal_year": 2026,
    "event_on": "R8.9.30",
    "explanation": "会社が倒産した。",
    "agrees_to_inquiry": True,
}
_STUDENT = {**COUNTER, "household_id": 1, "event_on": "R8.11.10"}
_SCHOOL = {
    "school": "架空大学",
    "faculty": "文学部1年",
    "studies_from_on": "R8.11.10",
    "studies_until_on": "R12.3.31",
    "address_there": "別県別市別町9番",
    "supported_by_household": True,
    "works_full_time": False,
}
_FACILITY = {
    "facility_kind": "special_care",
    "facility_name": "見本苑",
    "facility_address": ADDRESS,
    "entered_on": "R8.11.9",
    "came_from": "home",
    "family_left_here": True,
}
_EXCEPTION_ENDS = {"ended_on": "R8.11.20", "afterwards": "elsewhere"}
_CEILING = {**COUNTER, "household_id": 1, "persons": [{"person_id": 11}], "delivery": "counter"}
_REISSUE = {
    **COUNTER,
    "household_id": 1,
    "persons": [{"person_id": 11, "paper": "eligibility_certificate"}],
    "delivery": "counter",
}
_PHOTO = {"method": "one_with_photo", "paper_1": "drivers_license"}
_PLAIN = {"method": "two_without_photo", "paper_2": "eligibility_certificate", "paper_3": "pension_paper"}
_ARRIVED = {"arrived_on": "R8.11.20", "papers": [{"kind": "loss_certificate", "seen": True}]}
_MISSING = [{"kind": "loss_certificate", "promised_on": "R8.12.1"}]

ACCEPTED: dict[tuple[str, str, str], dict[str, Any]] = {
    ("acquisition", "apply", "01"): {
        **_ACQUISITION,
        "reason": "01",
        "previous_municipality_code": "011002",
        "previous_address": {"postal_code": "0000002", "address": "架空市試験町2"},
        "moved_within_prefecture": True,
        "kept_acquired_on": "H30.4.1",
    },
    ("acquisition", "apply", "02"): {
        **_ACQUISITION,
        "reason": "02",
        "scheme_standing": "own",
        "papers": [{"kind": "loss_certificate", "seen": True, "returned": True}],
    },
    ("acquisition", "apply", "03"): {**_ACQUISITION, "reason": "03", "assistance_end_reason": "就労"},
    ("acquisition", "apply", "04"): {
        **_ACQUISITION,
        "reason": "04",
        "head_kind": "registered",
        "head_person_id": 7,
        "insured_parent": "both",
        "persons": [{**HANAKO, "relationship": "child", "birth_date": "R8.11.10"}],
    },
    ("acquisition", "apply", "05"): {**_ACQUISITION, "reason": "05"},
    ("acquisition", "apply", "06"): {**_ACQUISITION, "reason": "06", "society_name": "架空国保組合"},
    ("acquisition", "apply", "07"): {
        **_ACQUISITION,
        "reason": "07",
        "head_kind": "not_insured",
        "head": {"name": "見本 一郎", "kana": "ミホン イチロウ", "sex": "1", "birth_date": "S30.0.0"},
        "persons": [
            {
                **{key: value for key, value in HANAKO.items() if key != "kana"},
                "no_kana": True,
                "residence_status": "student",
                "residence_expires_on": "R10.3.31",
                "entered_on": "R8.11.1",
                "longer_stay_proved_by": "residence_card",
            }
        ],
    },
    ("acquisition", "apply", "99"): {
        **_ACQUISITION,
        **dict.fromkeys(COUNTER),
        **EX_OFFICIO,
        "reason": "99",
    },
    ("loss", "apply", "01"): {
        **_LOSS,
        "reason": "01",
        "event_on": "R8.12.1",
        "destination": "domestic",
        "household_part": "whole",
        "new_municipality_code": "011002",
        "moved_within_prefecture": False,
    },
    ("loss", "apply", "02"): {**_LOSS, "reason": "02", "scheme_name": "架空健康保険組合"},
    ("loss", "apply", "03"): {**_LOSS, "reason": "03"},
    ("loss", "apply", "04"): {
        **_LOSS,
        "reason": "04",
        "was_head": True,
        "new_head_person_id": 12,
        "heir": {"name": "見本 花子"},
    },
    ("loss", "apply", "05"): {
        **_LOSS,
        **dict.fromkeys(COUNTER),
        **EX_OFFICIO,
        "reason": "05",
        "event_on": "R8.12.15",
        "late_elderly_ground": "reached_75",
    },
    ("loss", "apply", "06"): {**_LOSS, "reason": "06", "society_name": "架空国保組合"},
    ("loss", "apply", "07"): {
        **_LOSS,
        "reason": "07",
        "ground": "在留期間の満了",
        "decision_number": "8-3",
        "persons": [{"person_id": 11, "certificate": "not_returned", "not_returned_reason": "lost"}],
    },
    ("loss", "apply", "99"): {**_LOSS, "reason": "99", "ground": "二重加入の判明"},
    ("change", "apply", "name"): {
        **_CHANGE,
        "kind": "name",
        "persons": [{"person_id": 11, "new_name": "架空 花子", "new_kana": "カクウ ハナコ"}],
    },
    ("change", "apply", "address"): {**_CHANGE, "kind": "address", "new_address": ADDRESS},
    ("change", "apply", "head"): {
        **_CHANGE,
        "kind": "head",
        "old_head_person_id": 11,
        "new_head_kind": "registered",
        "new_head_person_id": 12,
    },
    ("change", "apply", "nhi_head"): {
        **_CHANGE,
        "kind": "nhi_head",
        "new_head_person_id": 12,
        "head_consents": True,
        "new_head_signed": True,
        "new_head_is_insured": True,
        "income_declared": False,
    },
    ("change", "apply", "split"): {
        **_CHANGE,
        "kind": "split",
        "persons": [{"person_id": 12, "new_household_number": 1, "relationship": "head"}],
    },
    ("change", "apply", "merge"): {
        **_CHANGE,
        "kind": "merge",
        "other_household_id": 2,
        "new_head_person_id": 11,
        "persons": [{"person_id": 12, "relationship": "wife"}],
    },
    ("change", "apply", "residence"): {
        **_CHANGE,
        "kind": "residence",
        "persons": [{"person_id": 11, "residence_expires_on": "R9.11.22"}],
    },
    ("change", "apply", "student"): {
        **_CHANGE,
        "kind": "student",
        "persons": [
            {
                "person_id": 12,
                "student_status": "begin",
                "school": "架空大学 文学部 1年",
                "studies_until_on": "R12.3.31",
                "address_there": "別県別市別町9番",
                "supported_by_household": True,
            }
        ],
    },
    ("change", "apply", "my_number"): {
        **_CHANGE,
        "kind": "my_number",
        "persons": [{"person_id": 11, "individual_number": VAULT, "number_changed_by": "application"}],
    },
    ("facility_exception", "apply", "enter"): {
        **_STUDENT,
        **_FACILITY,
        "reason": "enter",
        "facility_kind": "hospital",
        "expected_a_year": True,
        "persons": [{"person_id": 12, "certificate": "collected"}],
    },
    ("facility_exception", "apply", "transfer"): {
        **_STUDENT,
        **_FACILITY,
        "reason": "transfer",
        "came_from": "facility",
        "persons": [{"person_id": 12}],
    },
    ("facility_exception", "apply", "continue"): {
        **_STUDENT,
        "reason": "continue",
        "persons": [{"person_id": 12}],
    },
    ("facility_exception", "apply", "end"): {
        **_STUDENT,
        "reason": "end",
        "persons": [{"person_id": 12, "afterwards": "elsewhere", "certificate": "collected"}],
    },
    ("facility_exception", "prove", "continues"): {
        "result": "continues",
        "proved_on": "R8.11.20",
        "paper_seen": True,
    },
    ("facility_exception", "prove", "ends"): {"result": "ends", **_EXCEPTION_ENDS},
    ("facility_exception", "judge", "wait"): {
        "decision": "wait",
        "ground": "施設に照会中",
        "wait_until": "R9.9.30",
    },
    ("facility_exception", "judge", "end"): {
        "decision": "end",
        "ground": "入所の確認がないため",
        "decision_number": "見国保第9-4号",
        **_EXCEPTION_ENDS,
    },
    ("facility_exception", "confirm_end", ""): _EXCEPTION_ENDS,
    ("verification", "verify", "facility_exception"): {
        "procedure": "facility_exception",
        "reason": "enter",
        "event_on": "R8.11.10",
        "persons": [{"birth_date": "S29.3.3"}],
    },
    ("student_exception", "apply", "begin"): {
        **_STUDENT,
        "reason": "begin",
        "persons": [{"person_id": 12, **_SCHOOL, "certificate": "collected"}],
    },
    ("student_exception", "apply", "continue"): {
        **_STUDENT,
        "reason": "continue",
        "persons": [{"person_id": 12, **_SCHOOL}],
    },
    ("student_exception", "apply", "end"): {
        **_STUDENT,
        "reason": "end",
        "persons": [{"person_id": 12, "afterwards": "elsewhere", "certificate": "collected"}],
    },
    ("student_exception", "prove", "continues"): {
        "result": "continues",
        "proved_on": "R8.11.20",
        "paper_seen": True,
        "ends_on": "R12.3.31",
    },
    ("student_exception", "prove", "ends"): {"result": "ends", **_EXCEPTION_ENDS},
    ("student_exception", "judge", "wait"): {
        "decision": "wait",
        "ground": "入院中のため",
        "wait_until": "R9.5.31",
    },
    ("student_exception", "judge", "end"): {
        "decision": "end",
        "ground": "在学の確認がないため",
        "decision_number": "見国保第9-3号",
        **_EXCEPTION_ENDS,
    },
    ("student_exception", "confirm_end", ""): _EXCEPTION_ENDS,
    ("verification", "verify", "student_exception"): {
        "procedure": "student_exception",
        "reason": "begin",
        "event_on": "R8.11.10",
        "persons": [{"birth_date": "H19.4.2"}],
    },
    ("reissue", "apply", "lost"): {
        **_REISSUE,
        "reason": "lost",
        "lost_on": "R8.11.0",
        "promises_to_return": True,
    },
    ("reissue", "apply", "stolen"): {
        **_REISSUE,
        "reason": "stolen",
        "promises_to_return": True,
        "police_report_number": "第8-123号",
    },
    ("reissue", "apply", "spoilt"): {**_REISSUE, "reason": "spoilt", "spoilt_paper_returned": True},
    ("reissue", "apply", "other"): {**_REISSUE, "reason": "other", "reason_detail": "旧字体の印刷漏れ"},
    ("ceiling_certificate", "apply", "ceiling"): {**_CEILING, "reason": "ceiling"},
    ("ceiling_certificate", "apply", "ceiling_reduction"): {**_CEILING, "reason": "ceiling_reduction"},
    ("ceiling_certificate", "apply", "long_stay"): {
        **_CEILING,
        "reason": "long_stay",
        "stays": [{"from_on": "R8.7.1", "to_on": "R8.11.23", "hospital": "架空総合病院"}],
    },
    ("ceiling_certificate", "examine", "issue"): {"arrears": "none", "decision": "issue"},
    ("ceiling_certificate", "examine", "refuse"): {
        "arrears": "some",
        "decision": "refuse",
        "ground": "申請が取り下げられる見込みのため",
    },
    ("exemption", "apply", "disaster"): {**_EXEMPTION, "reason": "disaster", "damage_percent": 40},
    ("exemption", "apply", "job_loss"): {**_EXEMPTION, "reason": "job_loss", "person_id": 11},
    ("exemption", "apply", "closure"): {**_EXEMPTION, "reason": "closure", "person_id": 11},
    ("exemption", "apply", "income_fall"): {
        **_EXEMPTION,
        "reason": "income_fall",
        "expected_income": 1_200_000,
    },
    ("exemption", "apply", "detention"): {
        **_EXEMPTION,
        "reason": "detention",
        "person_id": 11,
        "until_on": "R9.3.31",
    },
    ("exemption", "apply", "special"): {**_EXEMPTION, "reason": "special"},
    ("exemption", "apply", "revoke"): {
        **EX_OFFICIO,
        "household_id": 1,
        "fiscal_year": 2026,
        "event_on": "R8.11.1",
        "reason": "revoke",
        "decided_ground": "job_loss",
        "revoked_because": "再就職した",
    },
    ("exemption", "examine", "grant"): {"judgement": "grant", "words": "離職票を確認した。"},
    ("exemption", "examine", "other"): {"judgement": "grant", "amount": 10_000, "words": "一部を認める。"},
    ("exemption", "decide", "approve"): {"decision": "approve", "words": "失業のため。"},
    ("cancellation", "apply", ""): {
        **COUNTER,
        "notification_id": 5,
        "reason": "wrong_person",
        "detail": "同姓同名の別人に登録した",
    },
    ("identity_check", "confirm_identity", "photo"): {
        "attendee": "self",
        "number_check": "card",
        "identity": {"method": "one_with_photo", "paper_1": "my_number_card"},
        "result": "confirmed",
        "papers_returned": ["my_number_card"],
    },
    ("identity_check", "confirm_identity", "two papers"): {
        "attendee": "same_household",
        "number_check": "certificate_with_number",
        "number_paper": "resident_record_with_number",
        "identity": _PLAIN,
        "result": "confirmed",
    },
    ("identity_check", "confirm_identity", "agent"): {
        "attendee": "agent",
        "number_check": "looked_up",
        "authority": "power_of_attorney",
        "agent_identity": _PHOTO,
        "result": "confirmed",
    },
    ("identity_check", "confirm_identity", "refused"): {
        "attendee": "self",
        "number_check": "not_provided",
        "identity": {"method": "not_shown"},
        "result": "refused",
        "refusal_reason": "no_paper",
    },
    ("verification", "verify", "acquisition"): {
        "procedure": "acquisition",
        "reason": "01",
        "event_on": "R8.11.10",
        "persons": [{"birth_date": "S55.4.2", "individual_number": VAULT}],
    },
    ("verification", "verify", "change"): {"procedure": "change", "reason": "head", "event_on": "R8.11.10"},
    ("verification", "verify", "reissue"): {
        "procedure": "reissue",
        "reason": "lost",
        "persons": [{"birth_date": "S55.4.2"}],
    },
    ("verification", "verify", "cancellation"): {"procedure": "cancellation", "reason": "duplicate"},
    ("await_papers", "papers_arrived", "complete"): {**_ARRIVED, "outcome": "complete"},
    ("await_papers", "papers_arrived", "missing"): {
        "arrived_on": "R8.11.20",
        "outcome": "still_missing",
        "missing_papers": _MISSING,
    },
    ("data_use", "judge", "approve"): {
        "verdict": "approve",
        "basis_fits": True,
        "grounds": "住民基本台帳法7条に合う。",
    },
    ("data_use", "consult", "agree"): {
        "verdict": "agree",
        "basis_fits": True,
        "grounds": "差し支えない。",
    },
    ("data_use", "decide", "refuse"): {"verdict": "refuse", "grounds": "目的が合わない。"},
    ("subcontracting", "apply", "whole"): dict(contracts.entry(date(2026, 11, 23))),
    ("subcontracting", "apply", "no_cloud"): {
        name: value
        for name, value in contracts.entry(date(2026, 11, 23), uses_cloud=False).items()
        if not name.startswith("cloud_")
    },
    ("subcontracting", "judge", "meets"): {
        "chart_attached": True,
        "same_safety": True,
        "judgement": "meets",
        "words": "体制図と契約書を確かめた。",
    },
    ("subcontracting", "decide", "grant"): {
        "decision": "grant",
        "from_on": "2026-12-01",
        "until_on": "2027-03-31",
        "conditions": "持出しをしない。",
        "words": "要件を満たす。",
    },
    ("subcontracting", "decide", "refuse"): {"decision": "refuse", "words": "認証の期限が切れている。"},
    ("audit_review", "judge", "done"): {"summary": "指摘3件、すべて業務のため。"},
    ("incoming_differences", "settle", "done"): {"summary": "転入予定の方2名、番号の誤り1件。"},
    ("audit_review", "follow_up", "done"): {},
    ("audit_review", "chief_review", "late"): {"measure": "担当を代え、今週中に終える。"},
    ("audit_review", "chief_follow_up", "late"): {"measure": "所属長が本人から聞き取る。"},
}


def filled(slug: str, task: str, kind: str, **changes: Any) -> dict[str, Any]:
    """Return an accepted form with some paths changed; None takes a field away ("persons.0.name")."""
    form = deepcopy(ACCEPTED[slug, task, kind])
    for path, value in changes.items():
        *way, last = path.replace("__", ".").split(".")
        holder: Any = form
        for step in way:
            holder = holder[int(step)] if step.isdecimal() else holder[step]
        holder[last] = value
    return form
