"""The same payment slip by other makers of PDF, in an environment of its own under `var/bench/slip_peers`.

The clients run there and import nothing of ours; `requirements.txt` locks what is installed, with hashes.
"""
