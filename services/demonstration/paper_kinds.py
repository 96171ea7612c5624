"""Kinds of papers that people bring (notification-forms 1 to 5, facts.md 5): code, names, use, scan or not.

A scan is kept of papers that prove the event. Never of a paper that shows an Individual Number, and not of
papers that only show who somebody is (番号法20条; the identity check records the kind, nothing more).
"""

from __future__ import annotations

from typing import Any

COLUMNS = ("code", "name", "name_en", "use", "may_be_scanned")
NOTIFICATION = (
    ("move_out_certificate", "転出証明書", "Moving-out certificate"),
    ("loss_certificate", "資格喪失証明書", "Certificate of loss of the former insurance"),
    ("unemployment_paper", "離職票・雇用保険受給資格者証", "Separation slip or employment insurance paper"),
    ("society_loss_certificate", "国保組合の資格喪失証明書", "Certificate of loss of an NHI society"),
    ("assistance_end_notice", "保護廃止決定通知書", "Notice of the end of public assistance"),
    ("assistance_start_notice", "保護開始決定通知書", "Notice of the start of public assistance"),
    ("mother_child_book", "母子健康手帳", "Mother and child handbook"),
    ("late_elderly_notice", "後期高齢者医療広域連合の通知", "Notice of the late-elderly union"),
    (
        "residence_card",
        "在留カード・特別永住者証明書",
        "Residence card or special permanent resident certificate",
    ),
    ("passport", "旅券(パスポート)", "Passport"),
    ("designation_paper", "指定書", "Designation paper"),
    (
        "joining_paper",
        "新しい健康保険の資格情報のお知らせ・資格確認書・加入証明書",
        "Paper of the new insurance, or certificate of joining",
    ),
    ("death_paper", "死亡を証する書類", "Paper that proves the death"),
    ("family_register", "戸籍謄本・戸籍全部事項証明書", "Family register"),
    (
        "former_member_slip",
        "特定同一世帯所属者連絡票・旧被扶養者異動連絡票",
        "Slip of a former member or former dependant",
    ),
    ("income_proof", "所得課税証明書", "Proof of income"),
    ("head_consent", "世帯主の同意書", "Consent of the head"),
    ("police_report", "警察への届出の控え", "Police report"),
    ("student_certificate", "在学証明書", "Certificate of enrolment in a school"),
    ("disaster_certificate", "り災証明書・被災証明書", "Certificate of a disaster"),
    ("closing_report", "廃業届・休業届の控え", "Report of closing a business"),
    ("income_papers", "給与明細・帳簿など収入の分かる書類", "Pay slips, books and other proof of income"),
    ("detention_certificate", "在所証明書", "Certificate of detention"),
    ("asset_list", "資産・収入申告書", "List of assets and incomes"),
    ("inquiry_consent", "資産・収入の調査への同意書", "Consent to inquiries"),
    ("facility_certificate", "入所(入院)証明書・契約書", "Certificate of stay in a facility"),
    ("stay_proof", "入院の領収書・入院期間の証明", "Receipts or proof of a stay in hospital"),
)
NOT_SCANNED = (("own_certificate", "交付済みの証", "Certificates issued by this city"),)
NUMBER = (
    ("my_number_card", "個人番号カード", "My Number card"),
    ("resident_record_with_number", "住民票の写し(個人番号記載)", "Resident record with Individual Number"),
    (
        "record_items_with_number",
        "住民票記載事項証明書(個人番号記載)",
        "Certificate of resident record items with Individual Number",
    ),
    (
        "notification_card",
        "通知カード(記載事項が住民票と一致)",
        "Notification card, same as the resident record",
    ),
)
IDENTITY_ONE = (
    ("drivers_license", "運転免許証", "Driver's licence"),
    ("driving_record", "運転経歴証明書", "Driving record certificate"),
    ("special_permanent_card", "特別永住者証明書", "Special permanent resident certificate"),
    ("disability_handbook", "身体障害者手帳", "Physical disability handbook"),
    ("mental_handbook", "精神障害者保健福祉手帳", "Mental disability handbook"),
    ("rehab_handbook", "療育手帳", "Rehabilitation handbook"),
    ("other_photo_paper", "その他官公署発行の写真付き証明書", "Other photo ID of a public office"),
)
IDENTITY_TWO = (
    ("eligibility_certificate", "資格確認書", "Certificate of eligibility"),
    ("other_insurance_paper", "他の医療保険の資格確認書等", "Paper of another health insurance"),
    ("care_insurance_card", "介護保険被保険者証", "Long-term care insurance card"),
    ("medical_aid_card", "医療費受給者証", "Medical aid card"),
    ("pension_paper", "年金手帳・基礎年金番号通知書・年金証書", "Pension handbook or certificate"),
    ("child_allowance_paper", "児童扶養手当証書", "Child-rearing allowance certificate"),
    ("seal_certificate", "印鑑登録証明書", "Seal registration certificate"),
    ("resident_record", "住民票の写し", "Resident record"),
    ("student_card", "学生証", "Student card"),
    ("staff_card", "社員証", "Staff card"),
    ("tax_receipt", "税・社会保険料の領収書・納税証明書", "Tax or social insurance receipt"),
    ("utility_receipt", "公共料金の領収書", "Utility receipt"),
    ("other_plain_paper", "その他官公署発行の書類", "Other paper of a public office"),
)
AUTHORITY = (("principal_only_papers", "本人しか持ち得ない書類", "Paper that only the principal can have"),)
SCANNED_AUTHORITY = (("power_of_attorney", "委任状", "Power of attorney"),)
CONTRACT = (
    ("organisation_chart", "履行体制図", "Organisation chart"),
    ("subcontract_request", "再委託許諾申請書", "Request for a subcontractor"),
    (
        "security_certificate",
        "クラウドの認証書・責任共有の書面",
        "Certificates of a cloud, shared responsibility",
    ),
)

_GROUPS = (
    ("notification", True, NOTIFICATION),
    ("notification", False, NOT_SCANNED),
    ("authority", True, SCANNED_AUTHORITY),
    ("authority", False, AUTHORITY),
    ("number", False, NUMBER),
    ("identity_one", False, IDENTITY_ONE),
    ("identity_two", False, IDENTITY_TWO),
    ("contract", True, CONTRACT),
)


def rows() -> list[dict[str, Any]]:
    """All kinds as rows of the master."""
    return [
        dict(zip(COLUMNS, (*paper, use, scanned), strict=True))
        for use, scanned, papers in _GROUPS
        for paper in papers
    ]
