"""Updates of every kind, well-formed and not, thrown at the bot."""
