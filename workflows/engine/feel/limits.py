"""How much an expression may ask for (feel.md, recommendation 8). A breach is a FeelLimitError, never null.

They are bounds of this engine, not figures of the law: the largest expression that an office writes stays two
orders of magnitude below them.
"""

CHARACTERS = 10_000
NESTING = 60
OPERATORS_IN_ONE_CHAIN = 200
STEPS = 200_000
LIST_ITEMS = 20_000
STRING_CHARACTERS = 200_000
NOTICES = 100
CALL_DEPTH = 50
COMPILED_KEPT = 2_048
