"""The form 電子媒体確認(報告)表 as text: each use on its line, its disposal, who looked at it (L6, M33)."""

from printing.renderer import render
from tests.printing import samples
from tests.printing.paper import text_of


def plain_text(count: int, **changes: str) -> str:
    return "".join(text_of(render(samples.medium_record(count, **changes))).split())


def test_each_use_says_what_by_whom_when_it_came_back_and_how_it_was_wiped() -> None:
    text = plain_text(8)
    for words in (
        *("電子媒体確認(報告)表", "媒体番号USB-001種類USBメモリ(暗号化)", "保管場所国保年金課施錠保管庫A"),
        *("作成令和8年11月23日17:201/2頁", "作成令和8年11月23日17:202/2頁"),
        *("資格異動の一覧(月", "環境へ移すため", "本庁サーバ室→見本情", "サービス開発室"),
        *("shikaku_202611", "1,204件", "SHA-256", "3f7a9c01d2e4b5…", "R8.11.29:02課長"),
        *("R8.11.29:30窓口", "R8.11.216:40運搬", "R8.11.216:55窓口", "上書き3回", "貸出中(返却期限"),
        *("月次の現物確認", "確認日", "確認者", "立会者"),
    ):
        assert words in text, words
    assert text.count("消去済み") == 7
    assert text.count("USB-001") == len(("first sheet", "second sheet"))


def test_an_unused_medium_and_a_destroyed_one_say_so() -> None:
    text = plain_text(0, destroyed="R8.11.20 保管 花子 裁断、立会 契約 次郎")
    assert "使用の記録はありません。" in text
    assert "廃棄R8.11.20保管花子裁断、立会契約次郎" in text
    assert "1/1頁" in text
