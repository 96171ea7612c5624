"""The course of a procedure: BPMN, DMN and the handlers of service tasks (architecture, section 2).

May import services and below, and SpiffWorkflow inside workflows.engine; never Flask.
"""
