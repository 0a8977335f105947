"""People, roles and sign-in.

Anyone may sign in; administrators manage accounts and read the audit log.
An Actor leaves: who this is, what they may do, over which units.
"""
