"""Watchdogs: standing looks over the whole record for rules that somebody forgot (issue 7, item 6).

May import models, rules and the data dictionary; each look is a set of rows from one statement, compared as
columns with what was found before. Governed by docs/watchdogs.md.
"""
