"""Cancellation (取消) of a completed notification; see docs/procedures/cancellation.md."""
