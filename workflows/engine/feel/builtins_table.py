"""All built-in functions by name. What is not here cannot be called."""

from workflows.engine.feel.builtins_aggregates import AGGREGATES
from workflows.engine.feel.builtins_call import Builtin
from workflows.engine.feel.builtins_contexts import CONTEXTS
from workflows.engine.feel.builtins_conversion import CONVERSION
from workflows.engine.feel.builtins_dates import DATES
from workflows.engine.feel.builtins_lists import LISTS
from workflows.engine.feel.builtins_numbers import NUMBERS
from workflows.engine.feel.builtins_office import OFFICE
from workflows.engine.feel.builtins_ranges import RANGES
from workflows.engine.feel.builtins_strings import STRINGS

BUILTINS: dict[str, Builtin] = {
    **AGGREGATES,
    **CONTEXTS,
    **CONVERSION,
    **DATES,
    **LISTS,
    **NUMBERS,
    **OFFICE,
    **RANGES,
    **STRINGS,
}
