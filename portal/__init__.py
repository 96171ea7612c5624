"""The door: who may come in, and by which way (Flask, Flask-AppBuilder, commands, security).

May import everything below; never SpiffWorkflow, WeasyPrint, or a commit of its own.
"""
