"""The audit record for the auditor: who did what to whom, by number, never a name of a citizen (M15)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from unicodedata import normalize

from flask import request
from flask_appbuilder import BaseView, expose

from models.audit.event import AuditEvent
from models.audit.tags import Tag
from portal import clock
from portal.language import t
from portal.row_ids import row_id
from portal.security.access import requires
from portal.security.actor import current_actor
from portal.views.audit_words import in_words
from rules.eras import DateNotUnderstood, parse_date
from services import audit_record
from services.audit import Result
from services.audit_record import Asked
from services.errors import PersonUnknown
from services.unit_of_work import unit_of_work

LONGEST = 60
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
    Tag.CASE_STARTED: ("案件の開始", "Case begun"),
    Tag.TASK_TAKEN: ("仕事の引受け", "Task taken"),
    Tag.TASK_GIVEN_BACK: ("仕事の返却", "Task given back"),
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
    Tag.CERTIFICATE_EVENT: ("証の異動", "Certificate event"),
    Tag.PRINT_PREVIEWED: ("印刷の下見", "Print previewed"),
    Tag.PRINT_RUN: ("印刷", "Printed"),
    Tag.PRINT_SPOILED: ("刷り損じ", "Spoiled"),
    Tag.ATTACHMENT_ADDED: ("書類の添付", "Scan attached"),
    Tag.ATTACHMENT_READ: ("添付書類の閲覧", "Scan read"),
    Tag.CASE_READ: ("届出の閲覧", "Case read"),
    Tag.LIST_READ: ("一覧の閲覧", "List read"),
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
    Tag.REVIEW_MADE: ("記録の点検の作成", "Review made"),
    Tag.REVIEW_JUDGED: ("点検の判定", "Finding judged"),
    Tag.REVIEW_CONCLUDED: ("点検の締め", "Review concluded"),
    Tag.REVIEW_FOLLOWED: ("点検の対応", "Finding followed up"),
    Tag.REVIEW_ESCALATED: ("点検の期限超過の報告", "Overdue follow-up escalated"),
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

    route_base = "/audit"
    default_view = "list"

    @expose("/", methods=["GET"])
    @requires("audit.read")
    def list(self) -> Any:
        """A page of the record, newest first."""
        typed = {
            name: request.args.get(name, "").strip()[:LONGEST]
            for name in ("tag", "staff", "person", "subject", "result", "from", "until")
        }
        asked, errors = _asked(typed)
        before = request.args.get("before", type=row_id)
        try:
            with unit_of_work(current_actor(), clock.now()) as ctx:
                page = audit_record.read(ctx, asked, before)
        except PersonUnknown as unknown:
            errors.append(
                ("person", t("宛名番号", "Addressee number"), t(unknown.message_ja, unknown.message_en))
            )
            page = audit_record.Page([], {}, None)
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
        )
        return shown, 422 if errors else 200


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
        *(typed["tag"], typed["staff"], typed["subject"], number, typed["result"]),
        *(days.get("from"), days.get("until")),
    )
    return asked, errors


def _label(event: AuditEvent) -> str:
    return t(*TAGS[Tag(event.tag)]) if event.tag in set(Tag) else event.tag
