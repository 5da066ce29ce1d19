"""What the bot costs, against things everyone knows; the method and the latest figures stand in docs/performance.md."""
