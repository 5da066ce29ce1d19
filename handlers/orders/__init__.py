"""Orders 出单: entering, listing, refunding, moving."""
