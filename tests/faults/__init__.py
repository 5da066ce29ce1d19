"""Every fault the bot is promised to survive, provoked."""
