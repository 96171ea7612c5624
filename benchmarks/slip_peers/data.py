"""The slips of the bench as plain values, and where each stands: millimetres from the upper left corner."""

from typing import Final

STUBS: Final = (0, 99, 198)
# name, left, top, width, size in points, alignment
FIELDS: Final = (
    ("year", 7, 25, 20, 10, "center"),
    ("instalment", 29, 25, 16, 10, "center"),
    ("notice_number", 47, 25, 45, 10, "center"),
    ("postal_code", 25, 32, 66, 7.5, "left"),
    ("address", 25, 36, 66, 7.5, "left"),
    ("name", 25, 45, 60, 12, "left"),
    ("amount", 26, 56, 58, 17, "right"),
    ("due_on", 7, 75, 41, 10, "center"),
    ("pay_until", 50, 75, 41, 10, "center"),
)
LINES: Final = ((6, 21, 87, 10), (6, 31, 87, 22), (6, 53, 87, 11), (6, 64, 87, 7), (6, 71, 87, 10))
LABELS: Final = (
    ("国民健康保険料 納付書", 6, 8, 11),
    ("見本市", 6, 15, 10),
    ("口座番号 00000-0-000000", 58, 14, 7),
    ("加入者名 見本市会計管理者", 58, 17, 7),
    ("年度", 7, 22, 6.5),
    ("期別", 29, 22, 6.5),
    ("通知書番号", 47, 22, 6.5),
    ("納付義務者", 7, 32, 6.5),
    ("納付金額", 7, 54, 6.5),
    ("円", 88, 57, 9),
    ("延滞金", 7, 65, 6.5),
    ("合計", 50, 65, 6.5),
    ("納期限", 7, 72, 6.5),
    ("コンビニ等の取扱期限", 50, 72, 6.5),
    ("この用紙は3枚を切り離さずにお持ちください。", 6, 108, 7),
)
NOTES: Final = (
    ("納める場所", 12, 124, 11),
    ("見本銀行・架空信用金庫・ゆうちょ銀行の本店と支店、市役所の窓口", 12, 132, 9),
    ("納期限を過ぎたとき", 108, 124, 11),
    ("督促状が届くことがあり、延滞金がかかることがあります。", 108, 132, 9),
    ("お問い合わせ", 207, 124, 11),
    ("見本市 国保年金課 電話 000-0000-0000", 207, 132, 9),
)
BARCODE: Final = (107, 84, 54.9, 13)
READABLE: Final = (105, 99)
QR: Final = (170, 84, 22)


def slips(count: int) -> list[dict[str, str]]:
    """So many slips, each with its own name, numbers, amount and codes."""
    return [slip(place) for place in range(count)]


def slip(place: int) -> dict[str, str]:
    given = ("太郎", "花子", "一郎", "葵", "健", "梅", "翼", "希", "光", "桜")
    amount = 12_300 + place % 1000 * 100
    body = f"91999997{place:014}0000000{place % 10}2607310{amount:06}"
    backwards = body[::-1]
    total = 3 * sum(map(int, backwards[::2])) + sum(map(int, backwards[1::2]))
    return {
        "name": f"見本 {given[place % 10]}",
        "postal_code": "〒999-0123",
        "address": f"見本県見本市東本町二丁目{place % 99 + 1}番{place % 40 + 1}号",
        "year": "令和8年度",
        "instalment": f"第{place % 10 + 1}期",
        "notice_number": f"26-{place:08}",
        "amount": f"{amount:,}",
        "due_on": "令和8年6月30日",
        "pay_until": "令和8年7月31日",
        "barcode": f"{body}{-total % 10}",
        "qr": f"https://pay.example/26-{place:08}/{place % 10 + 1}",
    }
