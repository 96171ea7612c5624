"""Whatever a rule can hold against a case has English words."""

import ast
from pathlib import Path

import rules
from services.rule_messages import ENGLISH


def codes_of_the_rules():
    folder = Path(rules.__file__).parent
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"Refusal", "Caution"}:
                code = node.args[0]
                if isinstance(code, ast.Constant):  # the gate of transfers has an enumeration of its own
                    yield code.value


def test_every_refusal_and_caution_of_the_rules_has_english_words():
    assert set(codes_of_the_rules()) - set(ENGLISH) == set()


def test_the_english_words_are_english():
    assert all(words.isascii() for words in ENGLISH.values())
