"""Letters about benefits (給付の通知): their dataclasses, templates and stylesheets."""
