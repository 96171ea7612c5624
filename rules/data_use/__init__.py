"""When data may leave: the gate of transfers, as pure functions (J3, M34; データ利用申請).

May import the standard library only, as the rest of `rules/`.
"""
