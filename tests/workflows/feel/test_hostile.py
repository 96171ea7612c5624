"""Payloads of an attacker who may write definitions: refused when checked, or null; never Python."""

import subprocess

import pytest

from workflows.engine.feel import builtins_table
from workflows.engine.feel.errors import FeelError, FeelLimitError
from workflows.engine.feel.expressions import compile_context, compile_expression, compile_unary_tests

PAYLOADS = [
    "import os",
    "__import__('os')",
    '__import__("os").getuid()',
    '__import__("os").system("id")',
    'exec("1")',
    'eval("1+1")',
    'compile("1", "", "eval")',
    'open("/etc/passwd").read()',
    "globals()",
    "locals()",
    "vars()",
    "().__class__",
    '"".__class__.__mro__[1].__subclasses__()',
    "[].__class__.__base__",
    "(1).__class__",
    "1.real",
    '"a".format("b")',
    '"{0.__class__}".format(1)',
    'getattr("a", "upper")',
    'f"{1}"',
    "lambda: 1",
    "lambda x: x",
    "[x for x in [1]]",
    "{x: 1 for x in [1]}",
    "x := 1",
    "x = 1; y = 2",
    "os.environ",
    "sys.modules",
    "self",
    "__builtins__",
    "__name__",
    "form.__class__.__init__.__globals__",
    "form.items()",
    'form["__class__"]',
    "count.__globals__",
    "count.__self__",
    "now().__class__",
    'date("2026-01-01").__class__',
    'date("2026-01-01").ctime()',
    '@"P1D".total_seconds()',
    'function() external {java: {class: "java.lang.Runtime", "method signature": "exit(int)"}}',
    "function(x) x + 1",
    'matches("aa", "(a)\\\\1")',
    'matches("a", "(?=a)a")',
    'replace("a", "a*", "b")',
    'replace("a", "a", "$")',
    "${jndi:ldap://localhost/a}",
    "{{ 7 * 7 }}",
    "#{7*7}",
    "`id`",
    "$(id)",
    "1 if true else 2",
    "not not true",
    "a.b.c.d",
    "; DROP TABLE person",
    "\x00",
    '"\\uD800"',
    '"\\q"',
    '"never closed',
    "/* never closed",
    "}",
    "{a: 1",
    "",
    "   ",
]
DATA = {"form": {"apply": {"reason": "01"}}}


def outcome(compiler, text, names):
    """What a payload comes to: the word refused, or the value."""
    try:
        compiled = compiler(text, names)
    except FeelError as error:
        return "refused" if error.line >= 1 and error.column >= 1 else "refused without a place"
    return compiled.matches("x", DATA) if compiler is compile_unary_tests else compiled.evaluate(DATA)


@pytest.mark.parametrize("text", PAYLOADS)
@pytest.mark.parametrize("compiler", [compile_expression, compile_context])
def test_a_hostile_payload_is_refused_or_null(text, compiler):
    assert outcome(compiler, text, DATA) in ("refused", None, [])


@pytest.mark.parametrize("text", [text for text in PAYLOADS if text.strip()])
def test_a_hostile_payload_in_a_cell_is_refused_or_does_not_match(text):
    assert outcome(compile_unary_tests, text, DATA) in ("refused", False)


@pytest.mark.parametrize("text", PAYLOADS)
def test_a_hostile_payload_is_refused_or_null_when_nothing_is_checked(text):
    assert outcome(compile_expression, text, None) in ("refused", None, [], False)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000,
        "[" * 5000,
        "{a:" * 3000,
        "-" * 9000 + "1",
        "not(" * 2000,
        "if " * 3000,
        "+".join(["1"] * 4000),
        " and ".join(["true"] * 1600),
        "a" + ".a" * 4000,
        "[1]" * 3000,
        "for x in [1] return " * 400 + "1",
        "x" * 10_001,
        "for i in 1..1E30 return i",
        "for i in 1..999999 return i",
        "some a in 1..20000, b in 1..20000 satisfies a = b + 30000",
        "for i in 1..9999 return for j in 1..9999 return j",
        "for i in 1..19999 return [1, 2, 3, 4, 5, 6][item > i]",
        "distinct values(for i in 1..19999 return i)",
        "{a: [1, 1], " + ", ".join(f"{chr(98 + i)}: [{chr(97 + i)}, {chr(97 + i)}]" for i in range(24)) + "}",
        "{a0: [1], " + ", ".join(f"a{i + 1}: [a{i}]" for i in range(600)) + "}",
        '{s0: "0123456789", ' + ", ".join(f"s{i + 1}: s{i} + s{i}" for i in range(20)) + "}",
    ],
    ids=range(21),
)
def test_what_asks_for_too_much_meets_a_limit(text):
    with pytest.raises(FeelLimitError):
        compile_expression(text, ["a"]).evaluate({"a": None})


def test_too_much_data_meets_a_limit():
    deep: list = []
    for _ in range(100):
        deep = [deep]
    for data in (deep, list(range(20_001))):
        with pytest.raises(FeelLimitError):
            compile_expression("a", ["a"]).evaluate({"a": data})


def test_an_object_of_python_is_null_inside():
    class Row:
        secret = "secret"

    for thing in (Row(), Row, len, subprocess, object(), {1, 2}, b"bytes", iter([1])):
        outcome = compile_expression("thing.secret", ["thing"]).evaluate_traced({"thing": thing})
        assert outcome.value is None
        assert "扱えない種類" in outcome.notices[0].message_ja


def test_a_path_reads_keys_and_never_attributes():
    data = {"form": {"keys": 1}, "text": "a"}
    assert compile_expression("form.keys", data).evaluate(data) == 1
    assert compile_expression("form.values", data).evaluate(data) is None
    assert compile_expression("text.upper", data).evaluate(data) is None


def test_no_built_in_reaches_outside():
    assert not {"eval", "exec", "open", "import", "getattr", "external"} & set(builtins_table.BUILTINS)


def test_notices_are_bounded():
    text = "for i in 1..5000 return i.nothing"
    assert len(compile_expression(text, ()).evaluate_traced({}).notices) == 100


def test_the_data_is_not_changed_by_an_expression():
    data = {"people": [{"age": 1}]}
    compile_expression("append(people, {age: 2})", data).evaluate(data)
    assert data == {"people": [{"age": 1}]}


@pytest.mark.parametrize(
    "text",
    [
        "{f: function(n) f(n + 1), r: f(1)}.r",
        "{f: function(n) [f, f, n], r: for i in 1..9999 return for j in 1..99 return f(j)}.r",
        "list replace(for i in 1..9999 return i, function(x, y) count(for j in 1..99 return j) > 1, 0)",
        "for i in 1..9999 return partial",
        'string join(for i in 1..19999 return "0123456789", "0123456789")',
        'replace("' + "a" * 5000 + '", "a", "' + "b" * 100 + '")',
        'split(string join(for i in 1..19999 return "aa", ","), "a")',
        "string({a: [1, 1], "
        + ", ".join(f"{chr(98 + i)}: [{chr(97 + i)}, {chr(97 + i)}]" for i in range(24))
        + "})",
        'for day in @"0001-01-01"..@"9999-12-31" return day',
        'for n in 1..19999 return working days between(@"2000-01-01", @"2100-01-01")',
        "union(for i in 1..9999 return i, for i in 1..9999 return i + 9999)",
        "context merge(for i in 1..1999 return {a: i, b: i, c: i, d: for j in 1..999 return j})",
    ],
    ids=range(12),
)
def test_functions_that_ask_for_too_much_meet_a_limit(text):
    with pytest.raises(FeelLimitError):
        compile_expression(text, []).evaluate({})


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ('matches("' + "a" * 40 + '!", "(a+)+$")', False),
        ('matches("' + "a" * 3000 + '", "(a|aa)+b")', False),
        ('replace("' + "a" * 3000 + '", "(a*)*b", "c")', "a" * 3000),
        ('matches("a", "' + "(" * 300 + "a" + ")" * 300 + '")', True),
        ('matches("a", "a{1000}{1000}")', None),
    ],
    ids=range(5),
)
def test_no_pattern_runs_on_and_on(text, answer):
    assert compile_expression(text, []).evaluate({}) == answer


def test_functions_do_not_leave_an_expression():
    for text in ("function(x) x", "{f: function(x) x}.f", "{m: min}.m"):
        outcome = compile_expression(text, None).evaluate_traced({})
        assert outcome.value is None
    assert compile_expression("{a: function() 1, b: 2}", []).evaluate({}) == {"a": None, "b": 2}


def test_a_function_of_another_language_is_refused():
    text = 'function(x) external {java: {class: "java.lang.Math", "method signature": "cos(double)"}}'
    with pytest.raises(FeelError, match="external"):
        compile_expression(text, [])
