"""The handbook's scenarios, edge cases and a whole year, driven through chat as the people of the bot would."""
