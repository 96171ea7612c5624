"""facility_exception (住所地特例): process and tables, no code; see docs/procedures/facility_exception.md."""
