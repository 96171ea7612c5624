"""Names of accounts and numbers of staff have one form: no twins (M19, T27)."""

import pytest

from services.account_names import normal_name, plain_number, refuse_unseen
from services.errors import RuleBroken


@pytest.mark.parametrize("typed", ["01234", " 01234 ", "\uff10\uff11\uff12\uff13\uff14", "01234\u3000"])
def test_a_staff_number_has_one_form_whatever_its_width(typed: str) -> None:
    assert plain_number(typed) == "01234"


@pytest.mark.parametrize(
    "typed", ["", "12\u200b34", "\ufeff1234", "12 34", "12\u00ad34", "\u0661234", "-1", "1--2", "番1"]
)
def test_a_staff_number_with_another_sign_is_refused(typed: str) -> None:
    with pytest.raises(RuleBroken, match="英数字とハイフン"):
        plain_number(typed)


@pytest.mark.parametrize(
    "name", ["yamada", "yamada.taro-2@kokuho_ka", "山田太郎", "やまだ", "髙𠮷", "Ｙａｍａｄａ"]
)
def test_a_name_is_taken_as_people_write_it(name: str) -> None:
    refuse_unseen(name)
    assert normal_name(name) == normal_name(normal_name(name))


@pytest.mark.parametrize(
    "name", ["yam\u200bada", "y\u0430mada", "yama\u00adda", "ya mada", "yamad\u0000a", "<b>", "\u202eadamay"]
)
def test_a_name_with_a_sign_that_cannot_be_seen_is_refused(name: str) -> None:
    with pytest.raises(RuleBroken, match="見えない文字"):
        refuse_unseen(name)
