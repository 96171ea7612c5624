"""The premium of the full city as a package of OpenFisca would write it (issue 7, Speed).

It runs in an environment of its own and imports nothing of the portal: `client.py` reads the columns of the
city and the rates from files, computes, and prints what it took.
"""
