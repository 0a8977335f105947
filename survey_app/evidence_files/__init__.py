"""What an uploaded file really is. Enters: its bytes and the name it came with. Leaves: its kind and a name that is
safe to show, or the reason why it is refused. Files are never changed: many carry a digital signature.
"""
