"""The daily check-in 日报."""
