"""What gunicorn and `flask` load: settings from the environment, then the application.

Commands that look at files only get an application without settings (portal/file_commands.py).
"""

import sys

from portal import file_commands

if file_commands.asked(sys.argv):
    application = file_commands.create_app()
else:
    from portal.app import create_app
    from portal.settings import load_settings

    application = create_app(load_settings())
