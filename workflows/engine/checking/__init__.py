"""What keeps a definition from being run, found before it is put on record: all of it, with its place.

definition is the door; guard runs it in a child process with limits. Reads XML and JSON only, runs nothing of
what it reads. Imports workflows.engine, forms and lxml. Governed by docs/definition-check.md.
"""
