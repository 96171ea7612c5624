"""What no page of ours sends is answered with words, never with a crash (security.md T24, T27)."""

import pytest

from portal.row_ids import LARGEST, row_id

HUGE = "99999999999999999999"
PAGES = {
    "counter": (
        f"/cases/{HUGE}",
        f"/persons/{HUGE}",
        f"/households/{HUGE}",
        f"/certificates/{HUGE}",
        f"/certificates/persons/{HUGE}",
        f"/certificates/households/{HUGE}",
        f"/inbox/?after={HUGE}",
        f"/inbox/?box=group&assignee={HUGE}",
        f"/notifications/new/?household={HUGE}",
        f"/notifications/new/acquisition/01?household={HUGE}",
        f"/notifications/new/acquisition/01?draft={HUGE}",
    ),
    "certificate_clerk": (
        f"/print/?page={HUGE}",
        f"/print/runs/{HUGE}",
        f"/print/runs/{HUGE}/sheets.pdf",
        f"/print/requests/{HUGE}/preview.pdf",
    ),
    "section_chief": ("/ex-officio/?month=0001-01", "/ex-officio/?month=0000-00", "/daily/?day=0001-01-01"),
    "auditor": (f"/audit/?before={HUGE}",),
    "administrator": (
        f"/masters/schools/show/{HUGE}",
        f"/masters/schools/edit/{HUGE}",
        f"/masters/schools/list/?page={HUGE}",
        f"/postings/show/{HUGE}",
        "/masters/schools/show/²",
    ),
}


@pytest.mark.parametrize(("role", "path"), [(role, path) for role, paths in PAGES.items() for path in paths])
def test_a_number_that_no_row_has_does_not_reach_the_database(signed_in, role: str, path: str) -> None:
    assert signed_in(role).get(path).status_code in {200, 404, 422}


@pytest.mark.parametrize("path", ["/persons/?s=%00", "/inbox/?procedure=%00", "/notifications/new/%00/01"])
def test_the_sign_nul_in_an_address_is_refused(signed_in, path: str) -> None:
    assert signed_in("counter").get(path).status_code == 400


def test_the_sign_nul_in_a_form_is_refused(signed_in) -> None:
    assert signed_in("counter").post("/persons/", q="見本\0太郎").status_code == 400
    assert signed_in("counter").post("/persons/", **{"name\0": "見本"}).status_code == 400


@pytest.mark.parametrize("text", ["", "-1", "１２", "²", "1 ", str(LARGEST + 1), HUGE, "0x1"])
def test_only_ascii_digits_of_a_rows_size_are_a_number(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        row_id(text)


@pytest.mark.parametrize("place", ["/x\r\nX-Evil: 1", "/x\nX-Evil: 1", "//evil.example", "/\t/evil.example"])
def test_an_address_to_go_back_to_that_is_none_leads_to_the_first_page(signed_in, place: str) -> None:
    person = signed_in("counter")
    asked = person.client.get("/login/", query_string={"next": place})
    assert (asked.status_code, asked.location) == (302, "/")
    assert person.post("/language/", language="ja", next=place).location == "/"
