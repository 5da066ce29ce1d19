"""The form driver: a form is a declared list of fields, and one driver asks, checks and saves every form."""
