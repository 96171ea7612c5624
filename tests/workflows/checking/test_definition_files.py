"""Files as people give them: what belongs together is found, what is none is told, nothing large is read."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.security.roles import ROLES
from services.context import SYSTEM
from tests.factories.cases import UnitOfWork
from tests.workflows.checking.corpus import CONDITION, WHOLE
from workflows import catalog, definition_files, definition_install
from workflows.definition_files import Report
from workflows.definition_install import WhichProcedure
from workflows.engine import operations
from workflows.engine.parser import specify


@pytest.fixture
def dogs(tmp_path: Path) -> Iterator[Path]:
    """The small definition in a folder; its operation is offered."""
    folder = tmp_path / "dog_tax"
    folder.mkdir()
    for name, text in WHOLE.items():
        (folder / name).write_text(text, encoding="utf-8")
    catalog.load_handlers()
    operations._operations["dog_tax.register"] = lambda _ctx, _case: {}
    yield folder
    del operations._operations["dog_tax.register"]


def codes(reports: list[Report]) -> dict[str, list[str]]:
    return {Path(one.file).name: [each.code for each in (*one.problems, *one.warnings)] for one in reports}


def check(*paths: Path) -> list[Report]:
    return definition_files.check(paths, ROLES)


def test_a_folder_is_checked_as_one_definition(dogs: Path) -> None:
    reports = check(dogs)
    assert codes(reports) == {name: [] for name in WHOLE}
    assert all(one.ok for one in reports)


def test_a_diagram_alone_finds_its_table_and_form_beside_it(dogs: Path) -> None:
    assert codes(check(dogs / "process.bpmn")) == {"process.bpmn": []}
    for name in ("tags.dmn", "apply.schema.json", "apply.ui.json"):
        (dogs / name).unlink()
    assert codes(check(dogs / "process.bpmn")) == {
        "process.bpmn": ["unknown_decision", "form_not_given"]
    } or (codes(check(dogs / "process.bpmn")) == {"process.bpmn": ["form_not_given", "unknown_decision"]})


def test_files_of_other_folders_belong_together_when_they_are_given_together(dogs: Path) -> None:
    elsewhere = dogs.parent / "elsewhere"
    elsewhere.mkdir()
    table = shutil.move(dogs / "tags.dmn", elsewhere / "tags.dmn")
    assert "unknown_decision" in codes(check(dogs / "process.bpmn"))["process.bpmn"]
    assert codes(check(dogs / "process.bpmn", table)) == {"process.bpmn": [], "tags.dmn": []}


MODEL = "https://www.omg.org/spec/DMN/20191111/MODEL/"
RATES = f"""<definitions xmlns="{MODEL}" id="d" name="d" namespace="urn:rates">
  <decision id="rate" name="rate"><literalExpression><text>3</text></literalExpression></decision>
</definitions>"""


def test_a_table_finds_the_file_that_it_imports_below_its_folder_and_none_above(dogs: Path) -> None:
    decision = '<decision id="tag" name="tag">'
    link = f'<import name="rates" namespace="urn:rates" importType="{MODEL}" locationURI="{{}}" />'
    need = '<requiredDecision href="urn:rates#rate" />'
    need = f'<informationRequirement id="need">{need}</informationRequirement>'
    text = (dogs / "tags.dmn").read_text("utf-8").replace(decision, f"{link}{decision}{need}")
    text = text.replace("form.apply.dogs", "rates.rate")
    (dogs / "more").mkdir()
    (dogs / "more" / "rates.dmn").write_text(RATES, "utf-8")
    (dogs.parent / "rates.dmn").write_text(RATES, "utf-8")
    (dogs / "tags.dmn").write_text(text.format("more/rates.dmn"), "utf-8")
    assert codes(check(dogs / "tags.dmn")) == {"tags.dmn": []}
    (dogs / "tags.dmn").write_text(text.format("../rates.dmn"), "utf-8")
    assert codes(check(dogs / "tags.dmn")) == {"tags.dmn": ["table_wrong"]}


def test_a_table_finds_the_file_that_it_imports_beside_it(dogs: Path) -> None:
    decision = '<decision id="tag" name="tag">'
    link = f'<import name="rates" namespace="urn:rates" importType="{MODEL}" />'
    need = '<requiredDecision href="urn:rates#rate" />'
    need = f'<informationRequirement id="need">{need}</informationRequirement>'
    table = WHOLE["tags.dmn"].replace(decision, f"{decision}{need}").replace(f"  {decision}", link + decision)
    (dogs / "tags.dmn").write_text(table.replace("form.apply.dogs", "rates.rate"), encoding="utf-8")
    assert codes(check(dogs / "tags.dmn")) == {"tags.dmn": ["table_wrong"]}
    (dogs / "rates.dmn").write_text(RATES, encoding="utf-8")
    assert codes(check(dogs / "tags.dmn")) == {"tags.dmn": []}
    assert codes(check(dogs / "process.bpmn")) == {"process.bpmn": []}
    assert "tag" in specify(definition_install.parcel(definition_files.gather([dogs]))).decisions


def test_what_only_lies_in_the_same_folder_is_not_looked_at(dogs: Path) -> None:
    (dogs / "other.bpmn").write_text("no diagram", encoding="utf-8")
    assert codes(check(dogs / "process.bpmn")) == {"process.bpmn": []}


def test_a_faulty_neighbour_is_told_where_it_is_named(dogs: Path) -> None:
    (dogs / "tags.dmn").write_text(WHOLE["tags.dmn"].replace("&lt; 3", "exec()"), encoding="utf-8")
    assert codes(check(dogs / "process.bpmn")) == {"process.bpmn": ["faulty_neighbour"]}


@pytest.mark.parametrize("slug", [*catalog.PROCEDURES, *catalog.CALLED])
def test_every_shipped_procedure_passes_with_its_forms(slug: str) -> None:
    forms = catalog.ROOT.parent / "forms" / slug
    reports = check(catalog.ROOT / slug, *([forms] if forms.is_dir() else []))
    assert {one.file: one.problems for one in reports if not one.ok} == {}


def test_what_cannot_be_read_is_told_by_its_name(dogs: Path) -> None:
    large, pipe, empty, text = (dogs / name for name in ("large.bpmn", "pipe.bpmn", "nothing", "note.txt"))
    with large.open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    os.mkfifo(pipe)
    empty.mkdir()
    text.write_text("x", encoding="utf-8")
    told = codes(check(large, pipe, empty, text, dogs / "gone.bpmn", dogs / "\udcff.bpmn"))
    assert told == {
        "large.bpmn": ["too_large"],
        "pipe.bpmn": ["not_readable"],
        "nothing": ["empty_folder"],
        "note.txt": ["unknown_kind"],
        "gone.bpmn": ["not_readable"],
        "\ufffd.bpmn": ["not_readable"],
    }


def test_a_file_given_twice_is_told_once(dogs: Path) -> None:
    assert len(check(dogs / "process.bpmn", dogs / "process.bpmn", dogs)) == len(WHOLE)


def test_checking_writes_nothing(dogs: Path) -> None:
    before = {path: path.read_bytes() for path in sorted(dogs.parent.rglob("*")) if path.is_file()}
    (dogs / "process.bpmn").chmod(0o400)
    check(dogs)
    assert {path: path.read_bytes() for path in sorted(dogs.parent.rglob("*")) if path.is_file()} == before


def test_a_checked_folder_becomes_a_parcel_that_can_be_run(dogs: Path) -> None:
    bundle = definition_install.parcel(definition_files.gather([dogs]))
    assert bundle.slug == "dog_tax"
    assert sorted(bundle.dmn) == ["dog_tax/tags"]
    assert sorted(bundle.forms) == ["dog_tax/apply"]
    assert "date" in bundle.forms["dog_tax/apply"]["schema"]["$defs"]
    assert specify(bundle).user_tasks["dog_tax", "apply"].role == "counter"


def test_a_shipped_folder_becomes_the_parcel_that_is_shipped() -> None:
    gathered = definition_files.gather([catalog.ROOT / "acquisition"])
    assert definition_install.parcel(gathered).hash == catalog.shipped_bundle("acquisition").hash


def test_two_procedures_at_once_need_the_name_of_the_one(dogs: Path) -> None:
    twin = WHOLE["process.bpmn"].replace("dog_tax", "cat_tax").replace("cat_tax.register", "dog_tax.register")
    (dogs / "cats.bpmn").write_text(twin, encoding="utf-8")
    gathered = definition_files.gather([dogs])
    with pytest.raises(WhichProcedure, match="cat_tax"):
        definition_install.parcel(gathered)
    with pytest.raises(WhichProcedure):
        definition_install.parcel(gathered, "bird_tax")
    assert definition_install.parcel(gathered, "cat_tax").slug == "cat_tax"


def test_the_first_version_is_in_force_a_changed_one_a_draft_the_same_none(
    dogs: Path, uow: UnitOfWork
) -> None:
    def install() -> tuple[int, str, bool]:
        with uow(SYSTEM) as ctx:
            kept = definition_install.install(ctx, definition_install.parcel(definition_files.gather([dogs])))
        return kept.version, kept.state, kept.is_new

    assert install() == (1, "published", True)
    assert install() == (1, "published", False)
    changed = WHOLE["process.bpmn"].replace(CONDITION, "form.apply.dogs &gt; 3")
    (dogs / "process.bpmn").write_text(changed, encoding="utf-8")
    assert install() == (2, "draft", True)
