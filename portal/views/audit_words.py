"""The details of an audit event in words: what the keys and codes of the record mean (M15).

The record keeps codes and counts. What has no word here is shown as it stands, so that nothing is hidden.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from models.audit.pseudonym import PERSONAL, PSEUDONYM_LENGTH
from models.audit.tags import Tag
from models.certificate import EVENTS
from models.certificate import KINDS as CERTIFICATES
from models.confirmation import KINDS as CONFIRMATION_KINDS
from models.confirmation import STATES as CONFIRMATION_STATES
from models.network_question import ASKED, PURPOSES, SENT, STATES
from models.notification import ACTIONS
from models.protection import KINDS as PROTECTIONS
from portal.language import t
from rules.benefits.income_class import CLASS_TITLES
from rules.eras import format_short
from services.audit_rules import RULES
from services.network.questions import WITHDRAWALS

Words = tuple[str, str]
KEYS: Mapping[str, Words] = {
    "door": ("入口", "door"),
    "places": ("保管先の数", "places"),
    "factor": ("認証", "factor"),
    "replaced": ("終わらせたサインイン", "sessions replaced"),
    "because": ("理由", "because"),
    "minutes": ("分", "minutes"),
    "deed": ("したこと", "deed"),
    "kind": ("種類", "kind"),
    "notification": ("届出の番号", "notification no."),
    "fields": ("変わった項目", "fields changed"),
    "found": ("見つかった数", "found"),
    "by": ("さがし方", "searched by"),
    "page": ("ページ", "page"),
    "tab": ("見た欄", "tab"),
    "as_of": ("時点", "as of"),
    "papers": ("枚数", "papers"),
    "refused": ("外れた数", "set aside"),
    "sha256": ("PDFの要約値", "SHA-256 of the PDF"),
    "run": ("印刷の番号", "print run"),
    "month": ("月", "month"),
    "added": ("加わった数", "added"),
    "gone": ("外れた数", "gone"),
    "decided": ("決定した数", "decided"),
    "left_out": ("除いた数", "left out"),
    "version": ("版", "version"),
    "roles": ("権限", "roles"),
    "request": ("申請の番号", "request no."),
    "right": ("緊急の権限の番号", "emergency right no."),
    "emergency": ("緊急の権限による", "by emergency right no."),
    "given": ("加えたもの", "given"),
    "taken": ("外したもの", "taken away"),
    "until": ("終わり", "until"),
    "enabled": ("有効", "enabled"),
    "account": ("職員の利用番号", "account no."),
    "mentioned": ("呼んだ人数", "people named"),
    "absence": ("不在の番号", "absence no."),
    "deputy": ("代理の利用番号", "deputy's account no."),
    "in_place_of": ("代理した相手の利用番号", "in place of account no."),
    "accounts": ("利用者の数", "accounts"),
    "rows": ("件数", "rows"),
    "findings": ("指摘の数", "findings"),
    "rule": ("規則", "rule"),
    "verdict": ("判定", "verdict"),
    "follow_ups": ("対応の数", "follow-ups"),
    "element": ("手順", "step"),
    "slug": ("手続", "procedure"),
    "name": ("名称", "name"),
    "from": ("前", "from"),
    "to": ("後", "to"),
    "reason": ("理由", "reason"),
    "count": ("件数", "count"),
    "narrowed": ("絞り込み", "narrowed"),
    "of": ("対象", "of"),
    "shared": ("共有", "shared"),
    "words": ("言葉を含む", "with words"),
    "certificate": ("証の番号", "certificate no."),
    "state": ("状態", "state"),
    "attempts": ("試した回数", "attempts"),
    "code": ("符号", "code"),
    "band": ("取扱者数", "headcount"),
    "link": ("事業者の行", "firm no."),
    "worker": ("従事者の番号", "worker no."),
    "workers": ("従事者の番号", "workers no."),
    "check": ("抜取りの番号", "check no."),
    "clauses": ("確認した条項", "clauses seen"),
    "missing": ("欠けているもの", "missing"),
    "outcome": ("結果", "outcome"),
    "way": ("方法", "way"),
    "use": ("使用の番号", "use no."),
    "records": ("件数", "records"),
    "done": ("終わった数", "done"),
    "skipped": ("飛ばした数", "skipped"),
    "period": ("期間", "period"),
    "by_hand": ("手で開始", "by hand"),
    "answer": ("回答の番号", "answer no."),
    "numbers": ("消した個人番号", "numbers destroyed"),
    "row": ("行", "row"),
    "release": ("開示の番号", "release no."),
    "place": ("届出の何人目か", "person no."),
    "why": ("理由", "why"),
    "at": ("画面", "page"),
    "method": ("方法", "method"),
    "keys": ("消した番号の鍵", "data keys destroyed"),
    "orphans": ("消した番号のない鍵", "keys without a number destroyed"),
    "wrapped": ("包み直した鍵", "data keys wrapped anew"),
    "unopened": ("開かなかった鍵", "data keys that did not open"),
    "deeds": ("消した送信の控え", "sent pages forgotten"),
    "counters": ("消した計数", "counters removed"),
    "source": ("送付元", "source"),
    "question": ("照会の番号", "question no."),
    "transfer": ("移転の番号", "transfer no."),
    "file": ("ファイルの番号", "file no."),
    "purpose": ("目的", "purpose"),
    "sequence": ("通し番号", "sequence"),
    "hash": ("ハッシュ", "hash"),
    "size": ("大きさ", "size"),
    "part": ("部分", "part"),
    "errors": ("誤りの数", "faults"),
    "line": ("行", "line"),
    "new": ("新規", "new"),
    "changed": ("変更", "changed"),
    "unchanged": ("変更なし", "unchanged"),
    "conflicting": ("差異", "conflicting"),
    "settled": ("処理した差異", "settled"),
    "all": ("差異の総数", "all differences"),
    "parts": ("部分の数", "parts"),
    "conditions": ("条件の数", "conditions"),
    "act": ("すること", "act"),
    "entry": ("登録の番号", "entry no."),
    "list": ("候補一覧の番号", "list no."),
    "runs": ("計算し直した数", "computed anew"),
    "concerned": ("特別徴収の対象になる世帯", "concerned"),
}
VALUES: Mapping[str, Words] = {
    "unemployed": ("非自発的失業", "involuntary unemployment"),
    "former_dependant": ("旧被扶養者", "former dependant"),
    "end": ("終了", "end"),
    "cancel": ("取消", "take off"),
    "tell": ("年金の通知", "what a payer told"),
    "stop": ("中止", "stop"),
    "childbirth": ("産前産後", "birth"),
    "totp": ("確認コード", "code"),
    "passkey": ("端末の本人確認", "passkey"),
    "enrolled": ("登録したばかりの認証", "just enrolled"),
    "second": ("もう一つの確認", "second factor"),
    "unlock": ("ロック", "lock"),
    "prove": ("本人の再確認", "proof"),
    "profile": ("パスワードの変更", "change of password"),
    "ticket": ("登録コード", "code to enrol"),
    "begin": ("登録コードでの開始", "beginning with a code"),
    "stopped": ("停止中", "stopped"),
    "time_over": ("時間切れ", "time over"),
    "by_hand": ("本人が終了", "ended by himself"),
    "justified": ("やむを得ない使用", "justified"),
    "unjustified": ("不適切な使用", "not justified"),
    "posting_ended": ("配属の終了", "posting ended"),
    "idle": ("操作なし", "nobody moved"),
    "left": ("離席", "left the desk"),
    "changed": ("パスワード・権限・配属の変更", "password, roles or posting changed"),
    "factor": ("認証", "factor"),
    "case_closed": ("手続が終わっている", "case has ended"),
    "not_own_case": ("自分の案件でない", "not one's own case"),
    "blind_comparison": ("照合前", "before the comparison"),
    "no_purpose": ("目的がない", "no purpose"),
    "no_fresh_factor": ("本人確認の失敗", "not recognised"),
    "no_number": ("番号がない", "no number"),
    "unreadable": ("開けない", "cannot be opened"),
    "created": ("新規", "created"),
    "revised": ("変更", "revised"),
    "moved": ("住所の変更", "moved"),
    "ended": ("終了", "ended"),
    "head_set": ("世帯主の決定", "head set"),
    "members_added": ("世帯員の追加", "members added"),
    "member_removed": ("世帯員の離脱", "member removed"),
    "period_opened": ("資格の取得", "period opened"),
    "period_ended": ("資格の喪失", "period ended"),
    "period_cancelled": ("資格の取消", "period cancelled"),
    "period_corrected": ("資格の訂正", "period corrected"),
    "period_moved": ("資格の世帯替え", "period moved to another household"),
    "cancelled": ("取消", "cancelled"),
    "discarded": ("破棄", "discarded"),
    "unconfirmed": ("確定の取消", "no longer confirmed"),
    "checked": ("確認", "checked"),
    "asked": ("印刷の依頼", "asked for"),
    "fetched": ("取出し", "fetched"),
    "loaded": ("見本データの読込み", "demonstration loaded"),
    "added": ("追加", "added"),
    "edited": ("変更", "edited"),
    "deleted": ("削除", "deleted"),
    "residence": ("住所", "residence"),
    "mailing": ("送付先", "mailing address"),
    "safe": ("秘匿の送付先", "safe address"),
    "certificates": ("証", "certificates"),
    "notification": ("届出番号", "notification number"),
    "name": ("氏名", "name"),
    "name_kana": ("氏名カナ", "kana"),
    "alias_name": ("通称", "alias"),
    "alias_kana": ("通称カナ", "alias kana"),
    "name_latin": ("ローマ字氏名", "Latin name"),
    "former_surname": ("旧氏", "former surname"),
    "sex": ("性別", "sex"),
    "birth_date": ("生年月日", "date of birth"),
    "died_on": ("死亡日", "date of death"),
    "phone": ("電話", "phone"),
    "nationality": ("国籍", "nationality"),
    "resident_kind": ("住民の種類", "kind of resident"),
    "residence_status": ("在留資格", "residence status"),
    "residence_expires_on": ("在留期間の満了日", "end of the residence period"),
    "has_insurance_card_registration": ("マイナ保険証の利用登録", "My Number card registered"),
    "needs_help": ("要配慮", "needs help"),
    "protective_measure": ("支援措置", "protective measure"),
    "protective_measure_until": ("支援措置の期限", "protective measure until"),
    "copay_share": ("負担割合", "share"),
    "password": ("パスワード", "password"),
    "address": ("住所", "address"),
    "kana": ("カナ", "kana"),
    "birth": ("生年月日", "date of birth"),
    "number": ("番号", "number"),
    "first": ("最初", "first"),
    "after": ("つぎ", "next"),
    "before": ("まえ", "previous"),
    "summary": ("概要", "summary"),
    "history": ("履歴", "history"),
    "line": ("異動履歴", "line of time"),
    "household": ("世帯", "household"),
    "addresses": ("住所", "addresses"),
    "notifications": ("届出", "notifications"),
    "in_order": ("問題なし", "in order"),
    "to_ask": ("本人に確認", "to be asked"),
    "breach": ("不正な閲覧", "breach"),
    "settled": ("終了", "ended"),
    "apply": ("受付・入力", "intake"),
    "confirm_identity": ("本人確認", "identity check"),
    "verify": ("照合", "verification"),
    "correct": ("訂正", "correction"),
    "papers_arrived": ("不足書類の受領", "papers arrived"),
    "judge": ("記録の点検と判定", "judging"),
    "examine": ("認定の審査", "examination"),
    "follow_up": ("対応の確認", "follow-ups"),
    "acquisition": ("資格取得届", "acquisition"),
    "loss": ("資格喪失届", "loss"),
    "change": ("変更届", "change"),
    "reissue": ("再交付申請", "reissue"),
    "ceiling_certificate": ("限度額適用認定の申請", "ceiling-amount certificate"),
    "exemption": ("減免申請", "reduction on application"),
    "cancellation": ("届出の取消", "cancellation"),
    "facility_exception": ("住所地特例", "facility exception"),
    "student_exception": ("学生の特例", "student's exception"),
    "audit_review": ("記録の点検", "review of the record"),
    "subcontracting": ("再委託の許諾", "subcontracting"),
    "incoming_differences": ("取込みの差異", "differences of a file"),
    "tax_income": ("所得情報", "tax incomes"),
    "resident_change": ("住民異動", "changes of residents"),
    "address_answer": ("宛名システムの回答", "answers of the address system"),
    "network_answer": ("情報提供ネットワークの回答", "answers of the network"),
    "apply_file": ("反映", "apply"),
    "refuse_file": ("不採用", "refuse"),
    "worker": ("従事者の登録", "worker named"),
    "worker_changed": ("従事者の変更", "worker changed"),
    "worker_left": ("従事の終了", "worker left"),
    "account_asked": ("利用の申請", "account asked for"),
    "account_granted": ("利用の承認", "account granted"),
    "account_refused": ("利用の不承認", "account refused"),
    "handed_back": ("返却・廃棄の証明", "certificate of return"),
    "hand_back_late": ("証明の遅れ", "no certificate in time"),
    "followed": ("対応の済み", "followed up"),
    "revoked": ("取消し", "revoked"),
    "refused": ("不承認", "refused"),
    "approved": ("承認", "approved"),
    "handed": ("引渡し", "handed over"),
    "lent": ("受領", "received"),
    "brought": ("返却", "brought back"),
    "returned": ("返却の確認", "taken back"),
    "wiped": ("消去", "wiped"),
    "destroyed": ("廃棄", "destroyed"),
    "witnessed": ("廃棄の立会い", "witnessed"),
    "escalated": ("期限超過の報告", "told to the chief"),
    "sample": ("無作為の抜取り", "drawn by chance"),
    "proposed": ("申出", "proposed"),
    "merged": ("統合", "merged"),
    "undo_asked": ("取消の申出", "undoing proposed"),
    "undone": ("統合の取消", "undone"),
    "comparison": ("比較", "comparison"),
    "marked": ("支援措置の登録", "measure set"),
    "lift_asked": ("解除の申出", "end proposed"),
    "lifted": ("解除", "lifted"),
    "goes_on": ("継続", "goes on"),
    "granted": ("承認", "granted"),
    "waiting": ("待ち", "waiting"),
    "running": ("実行中", "running"),
    "failed": ("失敗", "failed"),
    "begun": ("作成", "begun"),
    "imported": ("ファイルの取込み", "filled from files"),
    "drawn": ("図を描いた", "diagram drawn"),
    "form": ("様式の変更", "form changed"),
    "table": ("判定表の変更", "decision table changed"),
    "element": ("名前・期限の変更", "names or term changed"),
    "rebased": ("公開中の版に合わせた", "goes on from the version in force"),
}
CONFIRMATIONS = (
    Tag.CONFIRMATION_RAISED,
    Tag.CONFIRMATION_SETTLED,
    Tag.CONFIRMATION_READ,
    Tag.CONFIRMATION_DECIDED,
)
DECISIONS: Mapping[str, Words] = {name: (ja, en) for name, (ja, en, _) in CONFIRMATION_STATES.items()}
SUBJECTS: Mapping[str, Words] = {
    "person": ("個人", "person"),
    "household": ("世帯", "household"),
    "case": ("案件", "case"),
    "task": ("仕事", "task"),
    "notification": ("届出", "notification"),
    "attachment": ("添付", "scan"),
    "certificate": ("証", "certificate"),
    "account": ("利用者", "account"),
    "print_request": ("印刷の依頼", "print request"),
    "print_run": ("印刷", "print run"),
    "print_queue": ("印刷待ちの一覧", "print queue"),
    "day_list": ("日次の一覧", "lists of the day"),
    "inbox": ("受信箱", "inbox"),
    "vault": ("番号", "number"),
    "filter": ("保存した絞り込み", "saved filter"),
    "numbers": ("個人番号の画面", "numbers of case"),
    "ex_officio": ("職権の一覧", "ex officio list"),
    "periodic": ("定期処理", "regular work"),
    "job": ("裏側の処理", "job"),
    "definition": ("手続の定義", "definition"),
    "premium_receipt": ("保険料試算書", "receipt of a trial"),
    "parameter_entry": ("基準値の登録", "entered parameter"),
    "letter_text": ("手紙の文面", "text of a letter"),
    "role": ("権限", "role"),
    "audit_review": ("記録の点検", "review"),
    "contract": ("委託契約", "contract"),
    "medium": ("電子媒体", "medium"),
    "incoming": ("受け取ったファイル", "file that came in"),
    "contracts": ("委託契約の一覧", "contracts"),
    "media": ("電子媒体の一覧", "media"),
    "audit_finding": ("点検の指摘", "finding"),
    "audit_pictures": ("閲覧の図", "pictures"),
    "assessment_run": ("賦課", "assessment"),
    "renewal_run": ("証の一斉更新", "renewal of certificates"),
    "pension_list": ("特別徴収の候補一覧", "list of deductions"),
    "pension_entries": ("年金の登録の一覧", "entries of pensions"),
    "assessments": ("賦課で変わる世帯の一覧", "households that change"),
    "terminal": ("端末", "terminal"),
}
INBOXES: Mapping[str, Words] = {
    "mine": ("自分", "mine"),
    "group": ("グループ", "my groups"),
    "free": ("未割当", "unassigned"),
    "overdue": ("期限超過", "overdue"),
}
SHORT_PSEUDONYM = 8
OF_TAG: Mapping[Tag, Mapping[str, Words]] = {
    Tag.NOTIFICATION_ACTION: ACTIONS,
    Tag.PROTECTION_CHANGED: PROTECTIONS,
    Tag.NETWORK_ASKED: PURPOSES,
    Tag.NETWORK_WITHDRAWN: {**WITHDRAWALS, **{one: STATES[one][:2] for one in (ASKED, SENT)}},
    **{tag: {**CONFIRMATION_KINDS, **DECISIONS} for tag in CONFIRMATIONS},
    Tag.PENSION_APPROVED: {"begin": ("特別徴収の開始", "deduction begun")},
    Tag.REVIEW_JUDGED: {rule.name: (rule.ja, rule.en) for rule in RULES.values()},
    Tag.CERTIFICATE_EVENT: {**CERTIFICATES, **EVENTS},
    Tag.CEILING_DECIDED: {
        "issued": ("交付", "issued"),
        "refused": ("不交付", "refused"),
        **{one.value: (title, title) for one, title in CLASS_TITLES.items()},
    },
    Tag.DEFINITION_TRIED: {
        "begun": ("開始", "begun"),
        "back": ("1手順戻る", "one step back"),
        "task": ("作業", "a task"),
        "answer": ("処理の答え", "an answer"),
        "error": ("業務のエラー", "an error"),
        "time": ("時間の経過", "time passed"),
        "event": ("電文・合図", "an event"),
    },
}


def in_words(tag: str, detail: Mapping[str, Any]) -> str:
    """The details of one event; what is empty is left out."""
    own = OF_TAG.get(Tag(tag), {}) if tag in set(Tag) else {}
    told = [
        f"{t(*KEYS.get(key, (key, key)))}: {_value(value, own)}"
        for key, value in detail.items()
        if value is not None
    ]
    return t("、", ", ").join(told)


def subject_in_words(subject: str) -> str:
    """Whom or what an event is about: the kind in words, and its number or the beginning of its pseudonym."""
    kind, colon, name = subject.partition(":")
    if not colon:
        return subject
    words = SUBJECTS.get(kind)
    is_long = (kind in PERSONAL and len(name) == PSEUDONYM_LENGTH) or kind == "vault"
    box = INBOXES.get(name) if kind == "inbox" else None
    shown = f"{name[:SHORT_PSEUDONYM]}…" if is_long else t(*box) if box else name
    return f"{t(*words) if words else kind} {shown}"


def _value(value: Any, own: Mapping[str, Words]) -> str:
    if isinstance(value, bool):
        return t("はい", "yes") if value else t("いいえ", "no")
    if isinstance(value, list):
        return t("・", "; ").join(_value(one, own) for one in value) or t("なし", "none")
    if isinstance(value, dict):
        return t("・", "; ").join(f"{_value(key, own)} {_value(one, own)}" for key, one in value.items())
    if isinstance(value, str):
        return _text(value, own)
    return f"{value:,}" if isinstance(value, int) and value > 9999 else str(value)


def _text(value: str, own: Mapping[str, Words]) -> str:
    words = own.get(value) or VALUES.get(value)
    if words is not None:
        return t(*words)
    try:
        return format_short(date.fromisoformat(value))
    except ValueError:
        return value
