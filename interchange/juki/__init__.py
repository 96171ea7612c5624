"""The resident-register network (住基ネット) and the resident register: asked by file (B3, J5)."""
