"""Stories from the door to the paper: a real Chromium, the whole portal, the pages of the PDF read again."""
