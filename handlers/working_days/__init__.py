"""The calendar 工作日: shown as a month, changed day by day or by the official file."""
