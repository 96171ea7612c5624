"""Built-in functions on contexts (DMN 1.5, 10.3.4.8). None changes its argument; a new context comes back."""

from workflows.engine.feel import limits
from workflows.engine.feel.builtins_call import Invocation, table
from workflows.engine.feel.values import Value


def _get_value(call: Invocation, context: dict[str, Value], key: str | list[Value]) -> Value:
    keys = [key] if isinstance(key, str) else key
    found: Value = context
    for one in keys:
        if not isinstance(found, dict) or not isinstance(one, str):
            call.refuse(found if isinstance(one, str) else one)
            return None
        found = found.get(one)
    return found if keys else None


def _get_entries(call: Invocation, context: dict[str, Value]) -> Value:
    call.charge(len(context))
    entries: list[Value] = [{"key": key, "value": value} for key, value in context.items()]
    return entries


def _context(call: Invocation, entries: list[Value]) -> Value:
    """The reverse of `get entries`."""
    call.charge(len(entries))
    made: dict[str, Value] = {}
    for entry in entries:
        key = entry.get("key") if isinstance(entry, dict) else None
        if not isinstance(key, str) or not isinstance(entry, dict) or "value" not in entry or key in made:
            call.warn("key(文字列、重複なし)と value のある項目のリストではないので、")
            return None
        made[key] = entry["value"]
    return made


def _context_put(call: Invocation, context: dict[str, Value], key: str | list[Value], value: Value) -> Value:
    keys: list[Value] = [key] if isinstance(key, str) else key
    if not keys or len(keys) > limits.NESTING:
        call.warn("項目の名前がないので、")
        return None
    return _put(call, context, keys, value)


def _put(call: Invocation, context: Value, keys: list[Value], value: Value) -> Value:
    first = keys[0]
    if not isinstance(context, dict) or not isinstance(first, str):
        call.refuse(first if isinstance(context, dict) else context)
        return None
    call.charge(len(context) + 1)
    if len(keys) > 1:
        value = _put(call, context.get(first), keys[1:], value)
        if value is None:
            return None
    return {**context, first: value}


def _context_merge(call: Invocation, contexts: list[Value]) -> Value:
    """Later contexts win."""
    made: dict[str, Value] = {}
    for context in contexts:
        if not isinstance(context, dict):
            call.refuse(context)
            return None
        call.charge(len(context) + 1)
        made |= context
    return made


CONTEXTS = table(
    ("get value(m: context, key: string) / (context: context, keys: list)", _get_value),
    ("get entries(m: context)", _get_entries),
    ("context(entries: list)", _context),
    (
        (
            "context put(context: context, key: string, value: any?) / "
            "(context: context, keys: list, value: any?)"
        ),
        _context_put,
    ),
    ("context merge(contexts: list)", _context_merge),
)
