"""FEEL, the expression language of DMN: the only language of a definition (Ruling 2, feel.md).

Text becomes tokens (lexer), tokens a tree (parser, unary_tests), the tree closures (compiler); expressions
is the door that everyone else uses. Imports nothing of ours but itself, so no row, no service and no Python
can be reached from an expression. Governed by docs/adr/0005-feel.md.
"""
