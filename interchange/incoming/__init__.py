"""Files that come in from other sections: their layouts as data, and the checks of their lines (J5)."""
