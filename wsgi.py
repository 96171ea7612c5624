"""What gunicorn and `flask` load: settings from the environment, then the application."""

from portal.app import create_app
from portal.settings import load_settings

application = create_app(load_settings())
