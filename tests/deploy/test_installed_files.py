"""What install.sh puts on a machine: right modes, right units, the same when it is run again."""

import re
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT
from tests.deploy import stack

SERVICES = sorted(path.name for path in (ROOT / "deploy/systemd").glob("*.service"))
MOST_EXPOSED = 20  # tenths, as `systemd-analyze security` counts: 100 is wide open


@pytest.fixture(scope="module")
def prefix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    stack.install(folder, 8443)
    return folder


def content(folder: Path) -> dict[str, bytes]:
    found = [path for path in folder.rglob("*") if path.is_file() and "releases" not in path.parts]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def test_a_second_run_changes_nothing(prefix: Path) -> None:
    before, release = content(prefix), (prefix / "opt/portal/current").resolve()
    told = stack.install(prefix, 8443)
    assert content(prefix) == before
    assert (prefix / "opt/portal/current").resolve() == release
    assert f"version {release.name} is here" in told


def test_what_the_operator_wrote_stays_and_units_come_new(prefix: Path) -> None:
    settings = prefix / "etc/portal/portal.env"
    unit = prefix / "etc/systemd/system/portal-web.service"
    settings.write_text(settings.read_text().replace("PORTAL_IDLE_MINUTES=10", "PORTAL_IDLE_MINUTES=5"))
    right = unit.read_text()
    unit.write_text("an older version")
    stack.install(prefix, 8443)
    assert "PORTAL_IDLE_MINUTES=5" in settings.read_text()
    assert unit.read_text() == right


def test_keys_are_their_owner_s_only_and_each_another(prefix: Path) -> None:
    keys = list((prefix / "etc/portal/keys").iterdir())
    assert all(path.stat().st_mode & 0o077 == 0 for path in [*keys, prefix / "etc/portal/keys"])
    made = [secret for path in keys for secret in re.findall(r"[0-9a-f]{64}", path.read_text())]
    assert len(made) == len(set(made)) == 7


def test_no_blank_is_left(prefix: Path) -> None:
    assert [name for name, text in content(prefix).items() if re.search(rb"@[A-Z_]{3,}@", text)] == []


def test_the_journal_is_sent_on_by_tls_with_certificates(prefix: Path) -> None:
    told = ConfigParser()
    assert told.read(prefix / "etc/systemd/journal-upload.conf.d/portal.conf")
    upload = dict(told["Upload"])
    assert upload.pop("url").startswith("https://")
    assert set(upload) == {"serverkeyfile", "servercertificatefile", "trustedcertificatefile"}
    assert all(path.startswith("/etc/portal/tls/") for path in upload.values())


@pytest.mark.parametrize("unit", SERVICES)
def test_a_unit_is_right_and_closed(prefix: Path, unit: str) -> None:
    folder = prefix / "etc/systemd/system"
    exposed = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED}", str(folder / unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert exposed.returncode == 0, exposed.stdout
    every = [str(path) for path in folder.glob("portal-*.*") if path.is_file()]
    verified = subprocess.run(
        ["systemd-analyze", "verify", *every], capture_output=True, text=True, check=False
    )
    assert (verified.returncode, verified.stderr) == (0, "")


@pytest.mark.parametrize("unit", [unit for unit in SERVICES if "alarm" not in unit])
def test_a_unit_reaches_nobody_and_gets_only_its_keys(prefix: Path, unit: str) -> None:
    text = (prefix / "etc/systemd/system" / unit).read_text(encoding="utf-8")
    for line in ("IPAddressDeny=any", "NoNewPrivileges=yes", "ProtectSystem=strict", "PrivateTmp=yes"):
        assert line in text.splitlines()
    assert "OnFailure=portal-alarm@%n.service" in text
    assert re.search(r"^MemoryMax=\d", text, re.MULTILINE)
    given = set(re.findall(r"^LoadCredential=([^:]+):", text, re.MULTILINE))
    if unit.startswith("portal-backup"):
        assert given & {"master_key.json", "secret_key"} == set(), "backups need no key of the vault"
        assert "\nUser=portal-backup\n" in text
    else:
        assert given & {"backup_key.json", "key_store_backup_key.json"} == set()
        assert "\nUser=portal\n" in text


def test_every_setting_of_the_examples_is_one(prefix: Path) -> None:
    page = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    names = [
        name
        for path in (prefix / "etc/portal").glob("*.env")
        for name in stack.settings_of(path)
        if f"`{name}`" not in page
    ]
    assert names == []


def test_nginx_takes_its_file(prefix: Path) -> None:
    stack.make_certificate(prefix)
    configuration = stack.nginx_configuration(prefix)
    done = subprocess.run(
        ["nginx", "-t", "-c", str(configuration)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr
    text = (prefix / "etc/nginx/sites-available/portal").read_text()
    assert re.findall(r"^\s*listen (\d+)", text, re.MULTILINE) == ["8443", "8443"], "nobody listens for http"
    assert set(re.findall(r"ssl_protocols (.*);", text)) == {"TLSv1.2 TLSv1.3"}


@pytest.mark.parametrize("script", [ROOT / "deploy/install.sh", ROOT / "deploy/bin/portal"])
def test_a_script_reads_as_one(script: Path) -> None:
    assert subprocess.run(["bash", "-n", str(script)], check=False).returncode == 0


def test_an_installation_with_a_wrong_word_does_nothing(tmp_path: Path) -> None:
    command = [str(ROOT / "deploy/install.sh"), "--prefix", str(tmp_path / "new"), "--wrong", "x"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "unknown: --wrong" in done.stderr
    assert not (tmp_path / "new").exists()
