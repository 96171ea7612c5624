"""Commands of operators and of cron: `flask --app wsgi …`."""
