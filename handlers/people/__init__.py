"""Who takes part: joining, inviting, roles, companies, the group."""
