"""What the clock makes the bot do: working days, periods, deadlines, reminders."""
