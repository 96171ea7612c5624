"""The audit record for the auditor: who did what to whom, by number, never a name of a citizen (M15)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from unicodedata import normalize

from flask import request
from flask_appbuilder import BaseView, expose

from models.audit.anchor import Anchor, State
from models.audit.event import AuditEvent
from models.audit.tags import Tag
from portal import clock
from portal.language import t
from portal.row_ids import row_id
from portal.security import anchoring
from portal.security.access import requires
from portal.security.actor import current_actor
from portal.views.audit_words import in_words, subject_in_words
from rules.eras import DateNotUnderstood, parse_date
from services import audit_record, number_showing
from services.audit import Result
from services.audit_record import Asked
from services.context import Context
from services.errors import PersonUnknown
from services.unit_of_work import unit_of_work

LONGEST = 60
FIELDS = (
    *("tag", "staff", "person", "subject", "result", "from", "until"),
    *("office", "terminal", "first", "last"),
)
TAGS: dict[Tag, tuple[str, str]] = {
    Tag.LOGIN_PASSED: ("サインイン", "Signed in"),
    Tag.LOGIN_REFUSED: ("サインイン失敗", "Sign-in refused"),
    Tag.LOGOUT: ("サインアウト", "Signed out"),
    Tag.LOGIN_HALF: ("パスワードの一致", "Password right"),
    Tag.LOGIN_PROVED: ("本人の再確認", "Proved again"),
    Tag.SESSION_LOCKED: ("画面のロック", "Screen locked"),
    Tag.SESSION_UNLOCKED: ("ロックの解除", "Screen unlocked"),
    Tag.SESSION_ENDED: ("サインインの終了", "Session ended"),
    Tag.FACTOR_ENROLLED: ("認証の登録", "Factor enrolled"),
    Tag.FACTOR_REMOVED: ("認証の取外し", "Factor removed"),
    Tag.TICKET_GIVEN: ("登録コードの交付", "Code to enrol given"),
    Tag.RECOVERY_ASKED: ("再登録の申請", "Recovery asked for"),
    Tag.RECOVERY_APPROVED: ("再登録の承認", "Recovery approved"),
    Tag.ACCOUNT_STOPPED: ("利用者の一時停止", "Account stopped"),
    Tag.ACCOUNT_RELEASED: ("停止の解除", "Account released"),
    Tag.BLOCK_LIST_CHANGED: ("禁止語の追加", "Block list changed"),
    Tag.ACCOUNT_CHANGED: ("利用者の変更", "Account changed"),
    Tag.ROLE_CHANGED: ("権限の変更", "Role changed"),
    Tag.RIGHTS_ASKED: ("権限の申請", "Rights asked for"),
    Tag.RIGHTS_APPROVED: ("権限の承認", "Rights approved"),
    Tag.RIGHTS_REFUSED: ("権限の否認", "Rights refused"),
    Tag.RIGHTS_WITHDRAWN: ("権限の申請の取下げ", "Request of rights taken back"),
    Tag.RIGHTS_READ: ("権限の棚卸の閲覧", "List of rights read"),
    Tag.RIGHTS_CONFIRMED: ("権限の棚卸", "Rights confirmed"),
    Tag.EMERGENCY_TAKEN: ("緊急の権限の使用開始", "Emergency right taken"),
    Tag.EMERGENCY_ENDED: ("緊急の権限の終了", "Emergency right ended"),
    Tag.EMERGENCY_REVIEWED: ("緊急の権限の事後確認", "Emergency right reviewed"),
    Tag.MASTER_CHANGED: ("マスタの変更", "Master changed"),
    Tag.DEFINITION_DRAFTED: ("手続の下書きの登録", "Draft of a procedure put on record"),
    Tag.DEFINITION_PUBLISHED: ("手続の定義の公開", "Definition published"),
    Tag.DEFINITION_EDITED: ("手続の下書きの編集", "Draft of a procedure edited"),
    Tag.DEFINITION_CHECKED: ("手続の下書きの検査", "Draft of a procedure checked"),
    Tag.DEFINITION_DISCARDED: ("手続の下書きの破棄", "Draft of a procedure dropped"),
    Tag.LETTER_TEXT_EDITED: ("手紙の文面の下書きの編集", "Draft of a letter's text edited"),
    Tag.LETTER_TEXT_PUBLICATION_ASKED: ("手紙の文面の公開の依頼", "Letter's text to be put in force"),
    Tag.LETTER_TEXT_PUBLISHED: ("手紙の文面の公開", "Text of a letter put in force"),
    Tag.LETTER_TEXT_DISCARDED: ("手紙の文面の下書きの破棄", "Draft of a letter's text dropped"),
    Tag.PARAMETER_ENTERED: ("基準値の登録", "Parameter entered"),
    Tag.PARAMETER_APPROVED: ("基準値の承認", "Parameter approved"),
    Tag.PARAMETER_REFUSED: ("基準値の差し戻し", "Parameter refused"),
    Tag.EXEMPTION_DECIDED: ("減免の決定・却下・取消", "Reduction on application decided"),
    Tag.EXEMPTION_READ: ("減免の閲覧", "Reduction on application read"),
    Tag.CIRCUMSTANCE_ENTERED: ("軽減・免除の事由の登録", "Circumstance entered"),
    Tag.CIRCUMSTANCE_APPROVED: ("軽減・免除の事由の承認", "Circumstance approved"),
    Tag.CIRCUMSTANCE_REFUSED: ("軽減・免除の事由の差し戻し", "Circumstance refused"),
    Tag.CIRCUMSTANCE_WITHDRAWN: ("軽減・免除の事由の取下げ", "Circumstance taken back"),
    Tag.SHARE_ENTERED: ("負担割合の登録", "Share entered"),
    Tag.SHARE_APPROVED: ("負担割合の承認", "Share approved"),
    Tag.SHARE_REFUSED: ("負担割合の差し戻し", "Share refused"),
    Tag.SHARE_WITHDRAWN: ("負担割合の取下げ", "Share taken back"),
    Tag.PENSION_LIST_MADE: ("特別徴収の候補一覧の作成", "List of deductions made"),
    Tag.PENSION_LIST_APPROVED: ("特別徴収の候補一覧の承認", "List of deductions approved"),
    Tag.PENSION_LIST_REFUSED: ("特別徴収の候補一覧の差し戻し", "List of deductions refused"),
    Tag.PENSION_ENTERED: ("年金の通知・特別徴収の中止の登録", "Pension entered"),
    Tag.PENSION_APPROVED: ("年金の通知・特別徴収の開始・中止の承認", "Pension approved"),
    Tag.PENSION_REFUSED: ("年金の通知・特別徴収の中止の差し戻し", "Pension refused"),
    Tag.PENSION_WITHDRAWN: ("年金の通知・特別徴収の中止の取下げ", "Pension taken back"),
    Tag.WATCH_ASKED: ("見張りの開始", "Watchdogs asked to look"),
    Tag.WATCH_LOOKED: ("見張り", "Watchdog looked"),
    Tag.WATCH_READ: ("見張りの指摘の閲覧", "Finding of a watchdog read"),
    Tag.WATCH_TAKEN: ("見張りの指摘の担当", "Finding taken up or given back"),
    Tag.WATCH_SETTLED: ("見張りの指摘の処理", "Finding settled"),
    Tag.WATCH_RULE_ENTERED: ("見張りの登録", "Watchdog composed"),
    Tag.WATCH_RULE_TRIED: ("見張りの試行", "Watchdog tried out"),
    Tag.WATCH_RULE_APPROVED: ("見張りの承認", "Watchdog put on duty"),
    Tag.WATCH_RULE_REFUSED: ("見張りの差し戻し", "Watchdog refused"),
    Tag.WATCH_RULE_ENDED: ("見張りの停止", "Watchdog switched off"),
    Tag.TRIAL_LINKED: ("保険料試算書と世帯の結び付け", "Receipt of a trial tied to a household"),
    Tag.TRIAL_KEPT: ("保険料試算書の作成", "Receipt of a trial made"),
    Tag.TRIAL_READ: ("保険料試算書の閲覧", "Receipt of a trial read"),
    Tag.TRIAL_PRINTED: ("保険料試算書の印刷", "Receipt of a trial printed"),
    Tag.PARAMETER_WITHDRAWN: ("基準値の登録の取下げ", "Entered parameter taken back"),
    Tag.DEFINITION_EXPORTED: ("手続の定義の書出し", "Definition exported"),
    Tag.DEFINITION_TRIED: ("手続の下書きの試行", "Draft of a procedure tried out"),
    Tag.DEFINITION_TEST_KEPT: ("手続の試験の保存", "Test of a procedure kept"),
    Tag.DEFINITION_TEST_WAIVED: ("手続の試験の見送り", "Test of a procedure waived"),
    Tag.DEFINITION_TEST_SET_ASIDE: ("手続の試験の廃止", "Test of a procedure set aside"),
    Tag.DEFINITION_PUBLICATION_ASKED: ("手続の公開の依頼", "Procedure to be put in force"),
    Tag.DEFINITION_PLANNED: ("手続の公開の予約", "Putting in force planned"),
    Tag.DEFINITION_PLAN_ENDED: ("手続の公開の予約の終了", "Plan of putting in force ended"),
    Tag.DEFINITION_REPLAYED: ("下書きでの終了案件の再現", "Draft replayed over finished cases"),
    Tag.DEFINITION_REPLAY_SIGNED: ("再現の結果の確認", "Result of a replay signed"),
    Tag.CASE_STARTED: ("案件の開始", "Case begun"),
    Tag.TASK_TAKEN: ("仕事の引受け", "Task taken"),
    Tag.TASK_GIVEN_BACK: ("仕事の返却", "Task given back"),
    Tag.TASK_DELEGATED: ("仕事の引渡し", "Task handed to a colleague"),
    Tag.TASK_PUT_OFF: ("仕事を後日に", "Task put off"),
    Tag.LAYOUT_CHANGED: ("一覧の列の変更", "Columns of a list changed"),
    Tag.CASE_COMMENTED: ("案件へのコメント", "Comment on a case"),
    Tag.ABSENCE_SET: ("不在と代理の登録", "Absence set"),
    Tag.ABSENCE_CALLED_OFF: ("不在の取消", "Absence called off"),
    Tag.TASK_COMPLETED: ("仕事の終了", "Task completed"),
    Tag.CASE_WITHDRAWN: ("届出の取下げ", "Case withdrawn"),
    Tag.DRAFT_SAVED: ("下書きの保存", "Draft saved"),
    Tag.NOTIFICATION_ACTION: ("届出の経過", "Notification went on"),
    Tag.REGISTER_CHANGED: ("台帳の変更", "Register changed"),
    Tag.NUMBER_SEALED: ("個人番号の封入", "Number sealed"),
    Tag.NUMBER_SHOWN: ("個人番号の閲覧", "Number shown"),
    Tag.KEYS_ROTATED: ("鍵の更新", "Keys changed"),
    Tag.NUMBER_CONFIRMED: ("個人番号の確定", "Number confirmed"),
    Tag.CONFIRMATION_RAISED: ("確認リストへの記載", "Put on the confirmation list"),
    Tag.CONFIRMATION_SETTLED: ("確認リストの解消", "Settled on the confirmation list"),
    Tag.CONFIRMATION_READ: ("確認リストの閲覧", "Confirmation list read"),
    Tag.CONFIRMATION_DECIDED: ("確認リストの決定", "Confirmation list decided"),
    Tag.PROTECTION_CHANGED: ("支援措置の変更", "Protective measure changed"),
    Tag.PROTECTION_READ: ("支援措置の閲覧", "Protective measures read"),
    Tag.PLACES_ASKED: ("住所の開示の申請", "Release of places asked"),
    Tag.PLACES_DECIDED: ("住所の開示の決定", "Release of places decided"),
    Tag.MERGE_READ: ("記録の統合の閲覧", "Merges read"),
    Tag.MERGE_CHANGED: ("記録の統合", "Records merged"),
    Tag.CERTIFICATE_EVENT: ("証の異動", "Certificate event"),
    Tag.CEILING_DECIDED: ("限度額適用認定の決定", "Ceiling-amount certificate decided"),
    Tag.PRINT_ASKED: ("手紙の印刷の依頼", "Letter asked for"),
    Tag.PRINT_PREVIEWED: ("印刷の下見", "Print previewed"),
    Tag.PRINT_RUN: ("印刷", "Printed"),
    Tag.PRINT_SPOILED: ("刷り損じ", "Spoiled"),
    Tag.ATTACHMENT_ADDED: ("書類の添付", "Scan attached"),
    Tag.ATTACHMENT_READ: ("添付書類の閲覧", "Scan read"),
    Tag.ATTACHMENT_REFUSED: ("ウイルスのある添付の拒否", "Infected scan refused"),
    Tag.ATTACHMENT_SCANNED: ("添付のウイルス検査", "Scan looked at for viruses"),
    Tag.CASE_READ: ("届出の閲覧", "Case read"),
    Tag.LIST_READ: ("一覧の閲覧", "List read"),
    Tag.FILTER_SAVED: ("絞り込みの保存", "Filter saved"),
    Tag.FILTER_REMOVED: ("絞り込みの削除", "Filter removed"),
    Tag.PERSON_SEARCHED: ("個人の検索", "Persons searched"),
    Tag.PERSON_READ: ("個人の閲覧", "Person read"),
    Tag.HOUSEHOLD_READ: ("世帯の閲覧", "Household read"),
    Tag.RESIDENT_REGISTER_ASKED: ("住基への照会", "Resident register asked"),
    Tag.LIST_MADE: ("職権の一覧の作成", "Ex officio list made"),
    Tag.LIST_DECIDED: ("職権の一覧の決定", "Ex officio list decided"),
    Tag.JOB_DONE: ("裏側の処理の完了", "Background work done"),
    Tag.JOB_FAILED: ("裏側の処理の失敗", "Background work failed"),
    Tag.JOB_CANCELLED: ("裏側の処理の中止", "Background work cancelled"),
    Tag.JOB_RETRIED: ("裏側の処理のやり直し", "Background work tried again"),
    Tag.PERIODIC_SWITCHED: ("定期処理の切替", "Regular work switched"),
    Tag.PERIODIC_STARTED: ("定期処理の開始", "Regular work started"),
    Tag.CASE_REMINDED: ("期限超過の記録", "Overdue task noted"),
    Tag.BACKUP_MADE: ("バックアップの作成", "Backup made"),
    Tag.BACKUP_RESTORED: ("バックアップからの復元", "Backup restored"),
    Tag.HOUSE_KEPT: ("不要になった番号などの消去", "Housekeeping"),
    Tag.CASE_WOKEN: ("時限による再開", "Case went on by a timer"),
    Tag.CASE_SUSPENDED: ("案件の停止", "Case suspended"),
    Tag.CASE_RESUMED: ("案件の再開", "Case resumed"),
    Tag.SERVICE_DONE: ("裏側の作業の完了", "Background service done"),
    Tag.MESSAGE_SENT: ("連絡の送信", "Message sent"),
    Tag.MESSAGE_DELIVERED: ("連絡の受領", "Message delivered"),
    Tag.CASE_MIGRATED: ("定義の版の移行", "Moved to another version"),
    Tag.CASE_MIGRATION_UNDONE: ("版の移行の取消", "Move to another version undone"),
    Tag.CASE_REWOUND: ("案件の巻戻し", "Case set back"),
    Tag.OPERATION_ASKED: ("操作の申請", "Operation asked for"),
    Tag.OPERATION_REFUSED: ("操作の却下", "Operation refused"),
    Tag.INCIDENT_OPENED: ("障害の発生", "Incident opened"),
    Tag.INCIDENT_RESOLVED: ("障害の解消", "Incident resolved"),
    Tag.INCIDENT_SKIPPED: ("障害の処理済み", "Incident settled without a retry"),
    Tag.CONTRACT_READ: ("委託契約の閲覧", "Contract read"),
    Tag.CONTRACT_CHANGED: ("委託契約・従事者の変更", "Contract changed"),
    Tag.CONTRACT_ACCESS: ("委託先の利用期間の変更", "Access of a contractor changed"),
    Tag.SUBCONTRACT_ASKED: ("再委託の申請", "Subcontracting asked for"),
    Tag.SUBCONTRACT_DECIDED: ("再委託の決裁・取消し", "Subcontracting decided"),
    Tag.MEDIUM_READ: ("電子媒体の記録の閲覧", "Medium read"),
    Tag.MEDIUM_CHANGED: ("電子媒体の貸出・返却など", "Medium changed"),
    Tag.MEDIUM_COPIED: ("電子媒体への複製", "Copied to a medium"),
    Tag.ASSESSMENT_BEGUN: ("賦課の開始", "Assessment begun"),
    Tag.ASSESSMENT_COMPUTED: ("賦課の計算", "Assessment computed"),
    Tag.ASSESSMENT_APPROVED: ("賦課の承認", "Assessment approved"),
    Tag.ASSESSMENT_FINAL: ("賦課の確定", "Assessment in force"),
    Tag.ASSESSMENT_DISCARDED: ("賦課の破棄", "Assessment discarded"),
    Tag.ASSESSMENT_READ: ("世帯の保険料の閲覧", "Premium of a household read"),
    Tag.RENEWAL_BEGUN: ("証の一斉更新の開始", "Renewal of certificates begun"),
    Tag.RENEWAL_COMPUTED: ("証の一斉更新の試し", "Renewal tried"),
    Tag.RENEWAL_APPROVED: ("証の一斉更新の承認", "Renewal approved"),
    Tag.RENEWAL_ISSUED: ("証の一斉更新の交付", "Certificates of a renewal issued"),
    Tag.RENEWAL_DISCARDED: ("証の一斉更新の破棄", "Renewal given up"),
    Tag.RENEWAL_PRINTED: ("証の一斉更新の印刷", "Letters of a renewal sent to print"),
    Tag.REVIEW_MADE: ("記録の点検の作成", "Review made"),
    Tag.REVIEW_JUDGED: ("点検の判定", "Finding judged"),
    Tag.REVIEW_CONCLUDED: ("点検の締め", "Review concluded"),
    Tag.REVIEW_FOLLOWED: ("点検の対応", "Finding followed up"),
    Tag.REVIEW_ESCALATED: ("点検の期限超過の報告", "Overdue follow-up escalated"),
    Tag.DATA_USE_DRAFTED: ("データ利用申請の下書き", "Data-use application drafted"),
    Tag.DATA_USE_CHANGED: ("データ利用申請の変更", "Data-use application changed"),
    Tag.DATA_USE_SUBMITTED: ("データ利用申請の提出", "Data-use application handed in"),
    Tag.DATA_USE_DECIDED: ("データ利用申請の判断", "Data-use application judged"),
    Tag.DATA_USE_GRANTED: ("データ利用の承認", "Data use approved"),
    Tag.DATA_USE_TURNED_DOWN: ("データ利用の不承認", "Data use refused"),
    Tag.DATA_USE_WITHDRAWN: ("データ利用申請の取下げ", "Data-use application withdrawn"),
    Tag.DATA_USE_REVOKED: ("データ利用の承認の取消し", "Approval of data use revoked"),
    Tag.DATA_USE_READ: ("データ利用申請の閲覧", "Data-use application read"),
    Tag.DATA_USE_ENDING: ("データ利用の承認の期限の知らせ", "End of an approval of data use told"),
    Tag.TRANSFER_ASKED: ("データ移転の実行の依頼", "Run of a transfer asked for"),
    Tag.TRANSFER_SENT: ("データの移転", "Data transferred"),
    Tag.TRANSFER_REFUSED: ("データ移転の拒否", "Transfer refused"),
    Tag.TRANSFER_FETCHED: ("移転ファイルの受取り", "Transferred file fetched"),
    Tag.TRANSFER_ERASED: ("移転ファイルの消去", "Transferred file erased"),
    Tag.TRANSFER_READ: ("データ移転の記録の閲覧", "Record of a transfer read"),
    Tag.TRANSFER_TRACED: ("個人からの移転ファイルの検索", "Files of a person traced"),
    Tag.NETWORK_ASKED: ("情報提供ネットワークへの照会", "Question to the network"),
    Tag.NETWORK_SENT: ("照会の送付", "Question sent"),
    Tag.NETWORK_WITHDRAWN: ("照会の取下げ", "Question taken back"),
    Tag.NETWORK_ANSWERED: ("照会への回答", "Question answered"),
    Tag.NETWORK_READ: ("照会の閲覧", "Questions about a person read"),
    Tag.INCOMING_TAKEN: ("ファイルの受取り", "File taken"),
    Tag.INCOMING_CHECKED: ("受け取ったファイルの検査", "File that came in checked"),
    Tag.INCOMING_QUARANTINED: ("受け取ったファイルの隔離", "File that came in quarantined"),
    Tag.INCOMING_READ: ("受け取ったファイルの閲覧", "File that came in read"),
    Tag.INCOMING_DECIDED: ("受け取ったファイルの決定", "File that came in decided"),
    Tag.INCOMING_APPLIED: ("受け取ったファイルの反映", "File that came in applied"),
    Tag.INCOMING_SETTLED: ("取込みの差異の処理", "Differences of a file settled"),
    Tag.INCOMING_ERASED: ("受け取ったファイルの消去", "File that came in erased"),
    Tag.AUDIT_READ: ("監査の記録の閲覧", "Audit record read"),
    Tag.REQUEST_REFUSED: ("権限のない要求", "Request refused"),
}

RESULTS: dict[Result, tuple[str, str]] = {
    Result.DONE: ("実施", "Done"),
    Result.REFUSED: ("拒否", "Refused"),
    Result.FAILED: ("失敗", "Failed"),
}


class AuditView(BaseView):
    """The audit record, read only."""

    section = "AuditView.list"
    route_base = "/audit"
    default_view = "list"

    @expose("/", methods=["GET"])
    @requires("audit.read")
    def list(self) -> Any:
        """A page of the record, newest first."""
        typed = {name: request.args.get(name, "").strip()[:LONGEST] for name in FIELDS}
        asked, errors = _asked(typed)
        before = request.args.get("before", type=row_id)
        page = audit_record.Page([], {}, None)
        offices: dict[int, str] = {}
        purposes: dict[str, str] = {}
        try:
            with unit_of_work(current_actor(), clock.now()) as ctx:
                offices, purposes = audit_record.offices(ctx), _purposes(ctx)
                page = audit_record.read(ctx, asked, before)
        except PersonUnknown as unknown:
            words = t(unknown.message_ja, unknown.message_en)
            errors.append(("person", t("宛名番号", "Addressee number"), words))
        state, last = anchoring.look()
        shown = self.render_template(
            "audit/list.html",
            title=t("監査の記録", "Audit record"),
            page=page,
            lines=[(event, _label(event), in_words(event.tag, event.detail)) for event in page.events],
            tags=[(tag.value, t(*words)) for tag, words in TAGS.items()],
            results={result.value: t(*words) for result, words in RESULTS.items()},
            typed=typed,
            chosen={name: value for name, value in typed.items() if value},
            errors=errors,
            later=before is not None,
            offices=offices,
            subject=subject_in_words,
            purposes=purposes,
            second_place=_second_place(state, last),
        )
        return shown, 422 if errors else 200

    @expose("/<int:event_id>", methods=["GET"])
    @requires("audit.read")
    def show(self, event_id: int) -> Any:
        """One event with all that is on record of it."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            event, name = audit_record.one(ctx, event_id)
            offices, purposes = audit_record.offices(ctx), _purposes(ctx)
        return self.render_template(
            "audit/show.html",
            title=t(f"記録 {event.id:,}", f"Event {event.id:,}"),
            event=event,
            name=name,
            office=offices.get(event.office_id or 0, ""),
            label=_label(event),
            detail=in_words(event.tag, event.detail),
            results={result.value: t(*words) for result, words in RESULTS.items()},
            subject=subject_in_words,
            purposes=purposes,
        )


def _asked(typed: Mapping[str, str]) -> tuple[Asked, list[tuple[str, str, str]]]:
    days: dict[str, date] = {}
    errors = []
    for name, ja, en in (("from", "いつから", "From"), ("until", "いつまで", "Until")):
        if typed[name]:
            try:
                days[name] = parse_date(typed[name])
            except DateNotUnderstood as error:
                errors.append((name, t(ja, en), t(error.message_ja, "This is no date, e.g. 2026-11-23.")))
    number = normalize("NFKC", typed["person"])
    asked = Asked(
        tag=typed["tag"],
        staff_number=normalize("NFKC", typed["staff"]),
        subject=typed["subject"],
        addressee_number=number,
        result=typed["result"],
        terminal=typed["terminal"],
        office_id=_id(typed["office"]),
        first_id=_id(typed["first"]),
        last_id=_id(typed["last"]),
        from_on=days.get("from"),
        until_on=days.get("until"),
    )
    return asked, errors


def _purposes(ctx: Context) -> dict[str, str]:
    """The purposes of the law for which a number is shown, by code."""
    return {one.code: t(one.ja, one.en) for one in number_showing.list_purposes(ctx)}


def _id(typed: str) -> int | None:
    return row_id(typed) if typed.isdecimal() else None


def _second_place(state: State, last: Anchor | None) -> tuple[str, str]:
    """What the second place tells, in words, and how to show it."""
    if state is State.GOOD and last is not None:
        words = ("第2の保管先: %s件目まで控えてあります。", "Second place: anchored up to no. %s.")
        return t(*words) % f"{last.last_id:,}", ""
    words, kind = {
        State.MISSING: (
            (
                "第2の保管先に記録の控えがありません。末尾が削られても見つけられません。管理者に知らせてください。",
                "There is no anchor in the second place: a cut end could not be found.",
            ),
            "bad",
        ),
        State.LATE: (
            (
                "第2の保管先への控えが30分以上遅れています。管理者に知らせてください。",
                "The second place is more than half an hour behind. Tell an administrator.",
            ),
            "warn",
        ),
        State.DISAGREES: (
            (
                "記録と第2の保管先の控えが食い違っています。書き換えの疑いがあります。事故対応を始めてください。",
                "The record and its second place disagree: it may have been put back or changed.",
            ),
            "bad",
        ),
    }.get(state, (("", ""), ""))
    return t(*words), kind


def _label(event: AuditEvent) -> str:
    return t(*TAGS[Tag(event.tag)]) if event.tag in set(Tag) else event.tag
