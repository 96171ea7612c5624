"""What is done: one deed per function, inside the one unit of work (architecture, section 3).

May import models, forms, printing, interchange and rules; never Flask, SpiffWorkflow or WeasyPrint.
"""
