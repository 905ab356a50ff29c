"""WBS: a whistleblowing system for Indonesian government agencies."""
