"""The codes of problems, stable for programs, each with its text in English and in Japanese.

Why an element of a diagram cannot be run is coded in workflows.engine.supported and taken over.
A warning does not keep a definition from being run. docs/definition-check.md lists them all.
"""

from typing import NamedTuple

from workflows.engine.supported import REASONS


class Code(NamedTuple):
    """The texts of a code, with the words that they leave open in braces."""

    en: str
    ja: str
    warning: bool = False


CODES: dict[str, Code] = {
    # the file
    "not_readable": Code("the file cannot be read: {why}", "ファイルを読めません({why})。"),
    "unknown_kind": Code(
        "a definition is made of .bpmn, .dmn, .schema.json and .ui.json files",
        "定義のファイルは .bpmn、.dmn、.schema.json、.ui.json だけです。",
    ),
    "too_large": Code("larger than {limit} bytes", "{limit}バイトを超えています。"),
    "empty_folder": Code(
        "the folder holds no file of a definition", "フォルダーに定義のファイルがありません。"
    ),
    "too_many_files": Code(
        "more than {limit} files at once", "一度に調べられるのは{limit}ファイルまでです。"
    ),
    "wrong_encoding": Code(
        "not written in UTF-8; save it as UTF-8", "文字コードがUTF-8ではありません。UTF-8で保存してください。"
    ),
    "not_well_formed": Code("not well-formed XML: {why}", "XMLとして読めません({why})。"),
    "doctype": Code(
        "a DOCTYPE or an entity is not accepted; remove it",
        "DOCTYPEと実体宣言は受け付けません。消してください。",
    ),
    "processing_instruction": Code(
        "a processing instruction ({what}) is not accepted; remove it",
        "処理命令({what})は受け付けません。消してください。",
    ),
    "too_deep": Code("nested more than {limit} levels deep", "入れ子が{limit}段を超えています。"),
    "too_many_elements": Code(
        "more than {limit} elements; split the procedure", "要素が{limit}個を超えています。分けてください。"
    ),
    "text_too_long": Code(
        "a text or value of more than {limit} characters", "{limit}字を超える文字列があります。"
    ),
    "wrong_root": Code(
        "not a {kind} file: its root is <{what}>, or of another namespace",
        "{kind}のファイルではありません(最初の要素は<{what}>)。",
    ),
    "too_expensive": Code(
        "the check was ended: {why}; such a file is not accepted",
        "検査を打ち切りました({why})。このファイルは受け付けられません。",
    ),
    "not_checkable": Code(
        "the file could not be checked to its end ({why})", "ファイルを最後まで調べられませんでした({why})。"
    ),
    "too_many_problems": Code(
        "more than {limit} problems; only the first are told",
        "問題が{limit}件を超えました。先頭だけ示します。",
    ),
    "faulty_neighbour": Code(
        "{what} in {where} cannot be run: {why}", "{where}の{what}が動きません({why})。"
    ),
    # names
    "id_missing": Code("a {what} has no id", "{what}にidがありません。"),
    "duplicate_id": Code(
        "the id {what} stands on line {other} already", "id「{what}」は{other}行目にもあります。"
    ),
    "id_too_long": Code("an id of more than {limit} characters", "idが{limit}字を超えています。"),
    "id_not_plain": Code(
        "the id should be small letters, digits and _ (snake_case)",
        "idは英小文字・数字・_ で書くことを勧めます。",
        warning=True,
    ),
    "name_missing": Code(
        "a task for people has no name; its id will be shown",
        "人の仕事に名前がなく、idが表示されます。",
        warning=True,
    ),
    "name_too_long": Code("a name of more than {limit} characters", "名前が{limit}字を超えています。"),
    "markup_in_name": Code(
        "a name holds markup or hidden characters", "名前にタグか見えない文字が入っています。"
    ),
    # the diagram
    "no_process": Code("the file holds no process", "プロセスがありません。"),
    "not_executable": Code(
        "the process {what} is marked as not executable (isExecutable)",
        "プロセス「{what}」は実行しない印(isExecutable)になっています。",
    ),
    "foreign_element": Code("{what} is no element of BPMN 2.0", "{what}はBPMN 2.0の要素ではありません。"),
    "unknown_extension": Code(
        "the extension {what} is ignored", "拡張「{what}」は使われません。", warning=True
    ),
    "data_drawn_only": Code(
        "the data association is drawn only; every step sees all data of the case",
        "データの関連は図だけのものです。どの手順からも案件のデータがすべて見えます。",
        warning=True,
    ),
    "drawn_only": Code(
        "{what} is drawn only and means nothing to the procedure",
        "{ja}は図に残りますが、手続の進み方には効きません。",
        warning=True,
    ),
    "no_start_event": Code("{what} has no start event", "「{what}」に開始イベントがありません。"),
    "no_end_event": Code("{what} has no end event", "「{what}」に終了イベントがありません。"),
    "dead_end": Code(
        "nothing leads on from here, and it is no end event", "ここから先がなく、終了イベントでもありません。"
    ),
    "unreachable": Code("nothing leads here from the start", "開始からここへ来る道がありません。"),
    "no_way_to_end": Code(
        "from here no end event can ever be reached", "ここから終了イベントへ着く道がありません。"
    ),
    "flow_to_nowhere": Code(
        "the flow's {which} {what} is no element of the same process",
        "流れの{which}「{what}」が同じプロセスにありません。",
    ),
    "flow_misplaced": Code(
        "a flow may not {what}",
        "この流れは引けません(開始へ入る、または終了・境界から逆に引かれています): {what}",
    ),
    "condition_missing": Code(
        "a flow from a gateway has neither a condition nor is it the default",
        "分岐から出る流れに条件がなく、既定でもありません。",
    ),
    "condition_misplaced": Code(
        "a condition stands on a flow from a {what}, where it is never asked",
        "{what}から出る流れの条件は使われません。",
    ),
    "default_unknown": Code(
        "the default flow {what} does not leave this element",
        "既定の流れ「{what}」はこの要素から出ていません。",
    ),
    "no_default": Code(
        "no default flow: where no condition holds, the case stops with an incident",
        "既定の流れがありません。どの条件も成り立たないと案件が止まります。",
        warning=True,
    ),
    "attached_to_nothing": Code(
        "the boundary event is attached to {what}, which is no activity of its process",
        "境界イベントの付く先「{what}」がありません。",
    ),
    "reference_unknown": Code(
        "{which} refers to {what}, which the file does not define",
        "{which}の指す「{what}」がファイルにありません。",
    ),
    "loop_too_many": Code(
        "a repetition of {what} is more than {limit}", "繰り返し{what}回は上限{limit}回を超えています。"
    ),
    # time
    "timer_missing": Code(
        "the timer has no date, duration or cycle", "タイマーに日時・期間・周期がありません。"
    ),
    "timer_wrong": Code(
        "the timer's {which} gives {what}, not a {which}", "タイマーの値が{which}になりません({what})。"
    ),
    # people
    "no_lane": Code(
        "{what}: a task for people stands in no lane, so nobody would see it",
        "人の仕事がどのレーンにもなく、誰にも見えません({what})。",
    ),
    "unknown_role": Code(
        "the lane {what} is no role of the office ({known})",
        "レーン「{what}」は役割ではありません({known})。",
    ),
    "lane_not_given": Code(
        "{what}: a task for people stands in no lane; without one the definition cannot be installed",
        "人の仕事がどのレーンにもありません({what})。登録するときには必要です。",
        warning=True,
    ),
    "role_not_known": Code(
        "the lane {what} is no role of the office ({known}); with it the definition cannot be installed",
        "レーン「{what}」は役割ではありません({known})。このままでは登録できません。",
        warning=True,
    ),
    "lane_of_nothing": Code(
        "the lane names {what}, which is no element of its process", "レーンの指す「{what}」がありません。"
    ),
    "in_two_lanes": Code("{what} stands in two lanes", "「{what}」が2つのレーンにあります。"),
    "due_days_wrong": Code(
        "due_days is no number of working days: {what}", "due_days が日数ではありません({what})。"
    ),
    "task_unknown": Code(
        "{which} names {what}, which is no task for people here",
        "{which} の「{what}」という人の仕事がここにありません。",
        warning=True,
    ),
    "form_missing": Code(
        "the form {what!r} is not in this definition; make it on the page of the draft, or choose another",
        "様式「{what}」がこの定義にありません。下書きの画面の「様式を作る」で作るか、別の様式を選んでください。",
    ),
    "form_not_given": Code(
        "the form {what!r} was not given; without it the definition cannot be installed",
        "様式「{what}」が一緒に渡されていません。登録するときには必要です。",
        warning=True,
    ),
    # what is called
    "operation_missing": Code(
        "the service task names no operation", "サービスタスクに操作の名前がありません。"
    ),
    "unknown_operation": Code(
        "no handler offers the operation {what}", "操作「{what}」は用意されていません。"
    ),
    "decision_missing": Code(
        "the business rule task names no decision", "ルールタスクに決定の名前がありません。"
    ),
    "unknown_decision": Code(
        "the decision {what!r} is in no table of this definition", "決定「{what}」がどの表にもありません。"
    ),
    "unknown_process": Code(
        "the called process {what} was not found", "呼び出すプロセス「{what}」が見つかりません。"
    ),
    "call_cycle": Code("call activities go in a circle: {what}", "呼び出しが循環しています({what})。"),
    "ambiguous_process": Code(
        "the called process {what} is in several files: {where}",
        "プロセス「{what}」が複数のファイルにあります({where})。",
    ),
    "ambiguous_decision": Code(
        "the decision {what} is in several files: {where}",
        "決定「{what}」が複数のファイルにあります({where})。",
    ),
    "engine_refuses": Code("the engine cannot run it: {why}", "エンジンで動かせません({why})。"),
    # expressions and tables
    "script_missing": Code("the script task holds no script", "スクリプトタスクに式がありません。"),
    "not_feel": Code(
        "no FEEL, line {row} column {column} of the expression, at {excerpt}: {why}",
        "FEELの式ではありません: {row}行{column}列、{excerpt}: {why}",
    ),
    "foreign_language": Code(
        "expressions are FEEL; {what} is not run here", "式の言語はFEELだけです({what}とあります)。"
    ),
    "table_wrong": Code("the decision cannot be run: {why}", "決定が動きません: {why}"),
    "table_gap": Code(
        "no rule holds for {what}", "どの規則も当てはまらない場合があります: {what}", warning=True
    ),
    "table_overlap": Code(
        "several rules hold for {what}", "複数の規則が当てはまる場合があります: {what}", warning=True
    ),
    "table_unreachable": Code(
        "rule {what} is never reached, the rules before it hold for all of it",
        "規則{what}には決して届きません(前の規則がすべてに当てはまります)。",
        warning=True,
    ),
    # forms
    "not_json": Code("no JSON: {why}", "JSONとして読めません({why})。"),
    "duplicate_key": Code(
        "the key {what} stands on line {other} already", "キー「{what}」は{other}行目にもあります。"
    ),
    "number_too_large": Code("a number of more than {limit} digits", "{limit}桁を超える数があります。"),
    "schema_wrong": Code("no JSON Schema (2020-12): {why}", "JSON Schema(2020-12)ではありません({why})。"),
    "schema_reference": Code(
        "the reference {what} leads out of the schema, or to nothing",
        "参照「{what}」は様式の外か、ない定義を指します。",
    ),
    "schema_circle": Code("references go in a circle at {what}", "参照が循環しています({what})。"),
    "schema_too_large": Code(
        "with its references written out the schema has more than {limit} parts",
        "参照を展開すると{limit}個を超えます。",
    ),
    "schema_contradicts": Code(
        "the schema contradicts itself ({what}): no entry can fulfil it",
        "様式が矛盾しています({what})。どう入力しても通りません。",
    ),
    "pattern_refused": Code(
        "the pattern cannot be matched in bounded time: {why}",
        "この正規表現は限られた時間で照合できません({why})。",
    ),
    "keyword_refused": Code("the keyword {what} is not accepted", "キーワード「{what}」は使えません。"),
    "unknown_format": Code("no format is called {what}", "形式「{what}」はありません。"),
    "unknown_type": Code("a field cannot be of type {what}", "型「{what}」の項目は作れません。"),
    "layout_missing": Code("the form has no {what} beside it", "様式に {what} がありません。"),
    "layout_unknown_field": Code(
        "the layout names {what}, which the schema does not ask", "画面の「{what}」は様式の項目にありません。"
    ),
    "form_demanded": Code(
        "the form contradicts itself: {what} is demanded where it is not asked ({why})",
        "様式が矛盾しています。「{what}」は、聞いていない場合({why})にも必須とされています。",
    ),
    "form_impossible": Code(
        "the form contradicts itself: no value of {what} can be right ({why})",
        "様式が矛盾しています。「{what}」には、正しい値がありません({why})。",
    ),
    "form_never": Code(
        "the form contradicts itself: the condition on {what} never holds ({why})",
        "様式が矛盾しています。「{what}」の条件は、決して成り立ちません({why})。",
    ),
    "form_not_shown": Code("the form cannot be shown: {why}", "様式を画面に出せません({why})。"),
}
CODES.update({reason: Code(en, ja) for reason, (ja, en) in REASONS.items()})
