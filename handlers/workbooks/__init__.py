"""Workbooks for the chat and the mail: rows gathered in the session, written off it.

One file a group of sheets; `sheets` says what a sheet is, `writing` turns sheets into XLSX, `whole` puts the sheets of
one workbook together. What people typed is always written as text (handbook §10: a name is shown literally).
"""
