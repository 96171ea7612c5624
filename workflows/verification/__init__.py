"""Verification (照合) by a second person, called by every procedure; see docs/procedures/verification.md."""
