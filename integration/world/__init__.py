"""Real servers on loopback: clusters, writers that remember what was acknowledged, and slotwarden around them.

Everything lives in one temporary directory. Whatever process still works in it at the end is ended by pid, also when
the test is interrupted or killed; SLOTWARDEN_KEEP=1 keeps the directory.
"""
