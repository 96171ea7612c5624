"""The elements of BPMN as SpiffWorkflow's task classes, mended where it does not carry them rightly.

What is refused instead of mended stands in `workflows.engine.supported`. Each element is run, across save
and restore at every step, in tests/workflows/engine/elements.
"""
