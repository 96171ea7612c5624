"""acquisition (資格取得届): process, tables and handlers; see docs/procedures/acquisition.md."""
