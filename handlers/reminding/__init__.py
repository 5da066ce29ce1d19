"""What the clock says: reminders, boards, what is owed."""
