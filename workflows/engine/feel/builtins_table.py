"""All built-in functions by name. What is not here cannot be called."""

from workflows.engine.feel.builtins_call import Builtin
from workflows.engine.feel.builtins_dates import DATES
from workflows.engine.feel.builtins_lists import LISTS
from workflows.engine.feel.builtins_strings import STRINGS

BUILTINS: dict[str, Builtin] = {**LISTS, **DATES, **STRINGS}
