"""Who joins and who leaves, from which day (facts.md, section 4; NHI Act arts. 5-9)."""
