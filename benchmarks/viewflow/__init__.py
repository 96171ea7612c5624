"""The same process in viewflow, in an environment of its own made on demand under `var/bench/viewflow`.

`client` runs there and imports nothing of ours; `requirements.txt` locks what is installed, with hashes.
"""
