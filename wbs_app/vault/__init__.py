"""Keys, codes and sealed bytes. Knows nothing of reports, databases or screens.

Everything here is synchronous and pure apart from the system's random source. What takes tens of
milliseconds by design (`passwords.derive`, `codes.hash_recovery_code`, `recovery`) never runs
on the event loop.
"""
