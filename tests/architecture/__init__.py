"""The design as tests (architecture, section 8); design: docs/adr and docs/patterns.md."""
