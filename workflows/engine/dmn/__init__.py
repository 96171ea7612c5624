"""DMN decision tables over FEEL cells (Ruling 2, feel.md).

xml_reader takes the file in safely, decision_tables compiles what is in it, hit_policies put the rules that
matched together, tables is the door. Imports workflows.engine.feel and lxml only; docs/adr/0005-feel.md.
"""
