"""Decision files in few words: columns and rows as the test reads them."""

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

DMN_15 = "https://www.omg.org/spec/DMN/20230324/MODEL/"


def file_of(*elements: str, namespace: str = DMN_15) -> bytes:
    body = "\n".join(elements)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<definitions xmlns="{namespace}" id="file" name="試験" namespace="urn:t">\n{body}\n</definitions>'
    ).encode()


def text(tag: str, content: str) -> str:
    return f"<{tag}><text>{escape(content)}</text></{tag}>"


def output(name: str, values: str = "", default: str = "") -> str:
    inner = (text("outputValues", values) if values else "") + (
        text("defaultOutputEntry", default) if default else ""
    )
    return f'<output name={quoteattr(name)} label="{name}の列">{inner}</output>'


def table(
    inputs: Sequence[str],
    outputs: Sequence[str],
    rules: Sequence[tuple[Sequence[str], Sequence[str]]],
    policy: str = "UNIQUE",
    aggregation: str = "",
) -> str:
    columns = "".join(
        f"<input label={quoteattr('入力 ' + entry)}>{text('inputExpression', entry)}</input>\n"
        for entry in inputs
    )
    rows = "".join(
        "<rule>"
        + "".join(text("inputEntry", cell) for cell in tests)
        + "".join(text("outputEntry", cell) for cell in results)
        + "</rule>\n"
        for tests, results in rules
    )
    extra = f' aggregation="{aggregation}"' if aggregation else ""
    return f'<decisionTable hitPolicy="{policy}"{extra}>\n{columns}{"".join(outputs)}\n{rows}</decisionTable>'


def decision(logic: str, key: str = "d", name: str = "決定", needs: Sequence[str] = ()) -> str:
    requirements = "".join(f"<informationRequirement>{need}</informationRequirement>" for need in needs)
    return f'<decision id="{key}" name="{name}"><variable name="{name}"/>{requirements}{logic}</decision>'


def needs_input(key: str) -> str:
    return f'<requiredInput href="#{key}"/>'


def needs_decision(key: str) -> str:
    return f'<requiredDecision href="#{key}"/>'


def input_data(key: str, name: str) -> str:
    return f'<inputData id="{key}" name="{name}"><variable name="{name}"/></inputData>'
