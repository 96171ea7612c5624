"""What operators do to running cases: look, move to a version, retry, hold, rewind (docs/operations.md).

May import `workflows.engine` and everything below workflows; never Flask. Each deed on one case is one
transaction with its audit event; what came of each item of a wish is kept in `models/operation.py`.
"""
