"""A place to try the bot: a local stand-in for Telegram, and a page of phones to chat in."""
