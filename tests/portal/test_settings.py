import json
import re
from pathlib import Path

import pytest

from portal.security.keys import load_keys, new_keyring, read_keyring
from portal.settings import (
    Environment,
    Settings,
    UnsafeSetting,
    load_settings,
    secret_key,
    unsafe,
    variable_of,
)
from tests.architecture.tree import ROOT

GOOD_SECRET = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a6978"


@pytest.fixture
def safe(tmp_path: Path) -> dict[str, object]:
    """What an installation in production says of itself."""
    keyring = tmp_path / "keyring.json"
    keyring.write_text(new_keyring())
    keyring.chmod(0o600)
    return {
        "environment": "production",
        "data_dir": tmp_path,
        "database_url": "postgresql://portal@/portal",
        "secret_key": GOOD_SECRET,
        "master_key_file": keyring,
        "trusted_hosts": "kokuho.city.example",
        "cookie_secure": True,
        "municipality_code": "281000",
        "scanner": "unix:/run/clamav/clamd.ctl",
    }


def test_a_safe_production_starts(safe: dict[str, object]) -> None:
    assert unsafe(Settings(**safe)) == []


@pytest.mark.parametrize(
    ("change", "variable"),
    [
        ({"secret_key": ""}, "PORTAL_SECRET_KEY_FILE"),
        ({"secret_key": "short"}, "PORTAL_SECRET_KEY"),
        ({"secret_key": "a" * 64}, "PORTAL_SECRET_KEY"),
        ({"master_key_file": "nowhere.json"}, "PORTAL_MASTER_KEY_FILE"),
        ({"trusted_hosts": ""}, "PORTAL_TRUSTED_HOSTS"),
        ({"trusted_hosts": "*"}, "PORTAL_TRUSTED_HOSTS"),
        ({"trusted_hosts": ".city.example"}, "PORTAL_TRUSTED_HOSTS"),
        ({"cookie_secure": False}, "PORTAL_COOKIE_SECURE"),
        ({"debug": True}, "PORTAL_DEBUG"),
        ({"demo_data": True}, "PORTAL_DEMO_DATA"),
        ({"municipality_code": ""}, "PORTAL_MUNICIPALITY_CODE"),
        ({"database_url": "sqlite:///portal.sqlite3"}, "DATABASE_URL"),
        ({"database_url": "mysql://portal@/portal"}, "DATABASE_URL"),
        ({"database_url": "what is this"}, "DATABASE_URL"),
        ({"redis_url": "memory://"}, "REDIS_URL"),
        ({"scanner": "off"}, "PORTAL_SCANNER"),
    ],
)
def test_an_unsafe_production_names_the_setting(
    safe: dict[str, object], change: dict[str, object], variable: str
) -> None:
    problems = unsafe(Settings(**(safe | change)))
    assert any(problem.startswith(f"{variable}:") for problem in problems)


def test_a_key_that_others_can_read_is_refused_in_production(safe: dict[str, object], tmp_path: Path) -> None:
    (tmp_path / "keyring.json").chmod(0o644)
    assert any(problem.startswith("PORTAL_MASTER_KEY_FILE:") for problem in unsafe(Settings(**safe)))


def test_a_key_that_the_service_manager_handed_over_may_show_an_access_list(
    safe: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring = tmp_path / "keyring.json"
    keyring.chmod(0o440)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    told = [problem for problem in unsafe(Settings(**safe)) if problem.startswith("PORTAL_MASTER_KEY_FILE:")]
    assert told == []
    keyring.chmod(0o444)
    assert any(problem.startswith("PORTAL_MASTER_KEY_FILE:") for problem in unsafe(Settings(**safe)))


def test_every_problem_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_ENVIRONMENT", "production")
    monkeypatch.setenv("PORTAL_DEBUG", "true")
    with pytest.raises(UnsafeSetting) as refused:
        load_settings()
    for variable in ("PORTAL_DEBUG", "PORTAL_TRUSTED_HOSTS", "PORTAL_SECRET_KEY_FILE", "DATABASE_URL"):
        assert variable in str(refused.value)


def test_a_wrong_value_is_named_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_IDLE_MINUTES", "soon")
    with pytest.raises(UnsafeSetting, match="PORTAL_IDLE_MINUTES"):
        load_settings()


def test_settings_do_not_change_after_the_start(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    with pytest.raises(ValueError, match="frozen"):
        settings.debug = True


def test_a_demonstration_makes_its_keys_once_for_its_owner_only(tmp_path: Path) -> None:
    settings = Settings(environment=Environment.DEMO, data_dir=tmp_path / "var")
    first = secret_key(settings)
    assert secret_key(settings) == first
    assert len(first) == 64
    assert settings.secret_key_path.stat().st_mode & 0o777 == 0o600


def test_the_keyring_is_made_once_and_read_back(tmp_path: Path, kept_state: None) -> None:
    del kept_state
    settings = Settings(environment=Environment.DEMO, data_dir=tmp_path)
    load_keys(settings)
    made = settings.master_key_path.read_text()
    load_keys(settings)
    assert settings.master_key_path.read_text() == made
    assert settings.master_key_path.stat().st_mode & 0o777 == 0o600
    assert read_keyring(settings.master_key_path).current_id == "k1"


@pytest.mark.parametrize("text", ["", "{}", "[]", json.dumps({"current": "k2", "keys": {}, "index": "00"})])
def test_a_file_that_is_no_keyring_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "keyring.json").write_text(text)
    with pytest.raises(UnsafeSetting, match="PORTAL_MASTER_KEY_FILE"):
        read_keyring(tmp_path / "keyring.json")


def test_postgresql_is_reached_by_psycopg_3() -> None:
    assert Settings(database_url="postgres://a@/b").database == "postgresql+psycopg://a@/b"


def test_secrets_are_not_shown() -> None:
    assert GOOD_SECRET not in repr(Settings(secret_key=GOOD_SECRET))


def test_every_setting_is_documented_and_nothing_else() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", page, re.MULTILINE))
    assert documented == {variable_of(name) for name in Settings.model_fields}
