"""What admins arrange: settings, exemptions, re-dating, the audit trail, the health of the bot."""
