"""Who joins and who leaves, from which day (国民健康保険法5条から9条まで; docs/rules.md)."""
