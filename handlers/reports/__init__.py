"""Reports that are composed from the records and sent by the manager, never by themselves (handbook §7)."""
