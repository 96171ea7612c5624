"""What gunicorn and `flask` load: settings from the environment, then the application.

Commands that only look get an application without settings (portal/file_commands.py), those of backups one
without the keys of the vault (portal/backup/application.py).
"""

import sys

from portal import file_commands

if file_commands.asked(sys.argv):
    application = file_commands.create_app()
elif file_commands.command_of(sys.argv)[:1] == ("backup",):
    from portal.backup.application import create_app as create_backup_app

    application = create_backup_app()
else:
    from portal.settings import load_settings

    settings = load_settings()  # before all else: an unsafe setting is told at once

    from portal.security import outbound

    outbound.guard(settings)

    from portal.app import create_app

    application = create_app(settings)
