"""What people say to the bot and what it says back. `commands.py` lists all of it."""
