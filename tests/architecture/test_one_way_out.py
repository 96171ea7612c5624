"""One way out: no code of ours speaks to a network but the virus scanner's; data leave as files (M30, M38).

The city's assessment promises that linkage goes by way of the integrated address system alone, and that the
terminals reach no outside network. So nothing here may know how to call either.
"""

import ast
import re

from interchange.transfers.definitions import transfers
from tests.architecture.tree import ROOT, modules, place, tree_of

NETWORK = frozenset(
    {
        *("aiohttp", "ftplib", "grpc", "http", "httpx", "imaplib", "paramiko", "poplib", "requests"),
        *("smtplib", "socket", "ssl", "telnetlib", "urllib.request", "urllib3", "xmlrpc"),
    }
)
SPEAKING = {"interchange/scanner/gateway.py"}  # INSTREAM to the virus scanner
NAMING = {
    "portal/job_runner.py": {"gethostname"},  # which machine holds a job
    "portal/security/outbound.py": {"getaddrinfo"},  # which address a named place has; it refuses all others
}
ELSEWHERE = re.compile(
    r"""(?:src|href|action)\s*=\s*["']?https?:|url\(\s*["']?https?:|@import""", re.IGNORECASE
)


def imported(tree: ast.Module) -> set[str]:
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return names | {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


def reaches_out(names: set[str]) -> bool:
    return any(name in NETWORK or name.partition(".")[0] in NETWORK for name in names)


def test_only_the_gateway_of_the_virus_scanner_speaks_to_another_machine() -> None:
    found = {place(path) for path in modules() if reaches_out(imported(tree_of(path)))}
    assert found == SPEAKING | set(NAMING)
    for name, uses in NAMING.items():
        tree = tree_of(ROOT / name)
        used = {
            node.func.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "socket"
        }
        assert used <= uses, name


def test_every_transfer_goes_by_the_link_system_of_the_city_to_its_own_sections() -> None:
    assert {one.method for one in transfers().values()} == {"link_system"}
    assert all(one.recipients for one in transfers().values())


def test_no_page_and_no_sheet_takes_anything_from_another_host() -> None:
    kinds = [
        ("portal/templates", "html"),
        ("portal/static", "css"),
        ("printing", "html"),
        ("printing", "css"),
    ]
    files = [path for folder, kind in kinds for path in (ROOT / folder).rglob(f"*.{kind}")]
    assert files
    assert [place(path) for path in files if ELSEWHERE.search(path.read_text(encoding="utf-8"))] == []
