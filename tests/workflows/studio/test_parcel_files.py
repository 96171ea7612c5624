"""A parcel becomes files and comes back the same; an archive is opened within bounds."""

import io
import zipfile

import pytest

from services.errors import RuleBroken
from workflows import catalog
from workflows.engine.bundle import Bundle
from workflows.engine.checking.files import MAX_BYTES, MAX_FILES
from workflows.studio.parcel_files import LARGEST, as_zip, merged, read_upload


def archive(**members: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in members.items():
            opened.writestr(name.replace("__", "/"), content)
    return target.getvalue()


@pytest.mark.parametrize("slug", catalog.PROCEDURES)
def test_a_shipped_procedure_goes_out_and_comes_back_the_same(slug: str) -> None:
    shipped = catalog.shipped_bundle(slug)
    packed = as_zip(shipped)
    assert packed == as_zip(shipped)
    upload = read_upload("x.zip", packed)
    assert upload.left_out == []
    assert merged(Bundle(slug, {}, {}, {}), upload.files).hash == shipped.hash


def test_what_is_no_file_of_a_definition_is_named() -> None:
    upload = read_upload("x.ZIP", archive(a__b=b"", **{"x__y.dmn": b"<a/>", "README.txt": b"x"}))
    assert [one.name for one in upload.files] == ["x/y.dmn"]
    assert upload.left_out == ["a/b", "README.txt"]


def test_an_archive_of_more_or_larger_files_than_a_definition_has_is_refused() -> None:
    many = {f"{number}.dmn": b"" for number in range(MAX_FILES + 1)}
    with pytest.raises(RuleBroken, match="大きすぎます"):
        read_upload("x.zip", archive(**many))
    huge = b"0" * (LARGEST // 8)
    with pytest.raises(RuleBroken, match="大きすぎます"):
        read_upload("x.zip", archive(**{f"{number}.dmn": huge for number in range(9)}))


def test_of_a_file_no_more_is_unpacked_than_the_check_needs_to_refuse_it() -> None:
    (file,) = read_upload("x.zip", archive(**{"a.dmn": b"0" * (LARGEST - 1)})).files
    assert len(file.content) == MAX_BYTES + 1
